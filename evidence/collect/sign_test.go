package collect_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/secrets"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// keySigner signs with a throw-away key and says whose it is.
func keySigner(t tester) *attest.KeySigner {
	t.Helper()
	s, err := attest.NewKeySigner(newSigner(t).key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// verified verifies a dossier by the word of one signer.
func verified(t *testing.T, d *bundle.Dossier, s *attest.KeySigner, o collect.Options) *verify.Report {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.dossier")
	if err := d.WriteFile(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	written, err := bundle.Open(t.Context(), path, bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer written.Close()
	only, err := trust.ForSigner(s.Public().Fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	r, err := verify.Bundle(t.Context(), written, verify.ExpectAnyUnsafe(), verify.Options{Trust: only, AsOf: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// delegation is a record about the release.
const delegation = `record: delegation
id: deleg-1
at: 2026-11-20T09:00:00Z
from: mailto:lena@fintech.example
to: mailto:omar@fintech.example
role: release-manager
extent: this release
valid: { not-before: 2026-11-20T00:00:00Z, not-after: 2026-11-27T00:00:00Z }
granted-by: mailto:lena@fintech.example
`

// token is in the form of a GitHub token, and none.
var token = "ghp" + "_x7Kq2Zp9Lm4Rt8Vb1Nc6Wd3Hf5Jg0SyQaUeI"

// TestSign signs a draft with records and a withheld part: what comes out is
// genuine, and holds them all.
func TestSign(t *testing.T) {
	w := newWorld(t)
	w.record("delegation.yaml", delegation)
	s := keySigner(t)
	o := w.options()
	o.PublicKeys = [][]byte{s.Public().PEM()}
	o.Withhold = []string{"forge.emails"}
	o.Sources = []collect.Source{source{"forge", collect.Changes, says(collect.Part{
		Documents: []collect.Document{document("answers", "a"), document("emails", "e")},
	}), nil}}
	draft := w.collect(o)

	var asked []string
	d, err := draft.Sign(t.Context(), s, collect.SignOptions{
		Reasons: map[string]collect.Reason{"forge.emails": {Reason: "personal data", Contact: "mailto:dpo@org.example"}},
		Check:   func(p evidence.Predicate) error { asked = append(asked, p.Head().ID); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(asked) != 2 || asked[0] != "deleg-1" || !strings.HasPrefix(asked[1], "withheld-") {
		t.Errorf("asked about %q", asked)
	}
	r := verified(t, d, s, o)
	if r.Verdict == verify.NotGenuine || len(r.Heads) != 1 || len(r.Signers) != 3 {
		t.Errorf("%s, heads %v, %d signatures: %+v", r.Verdict, r.Heads, len(r.Signers), r.Reasons)
	}
	if err := r.Appendable(); err != nil {
		t.Error(err)
	}
	var told evidence.Redaction
	for _, st := range d.Statements() {
		if p, err := evidence.DecodeKind(st.Statement.PredicateType, st.Statement.Predicate); err == nil {
			if x, ok := p.(*evidence.Redaction); ok {
				told = *x
			}
		}
	}
	equal(t, evidence.Actor{ID: s.Public().Identity(), Kind: evidence.Human}, told.Redactor)
	equal(t, []evidence.RedactedBlob{{Digest: evidence.Sum([]byte("e")), Reason: "personal data", Contact: "mailto:dpo@org.example"}}, told.Blobs)
}

// TestSignRefuses: nothing is signed then.
func TestSignRefuses(t *testing.T) {
	w := newWorld(t)
	answer := func(text string) []collect.Source {
		return []collect.Source{source{"forge", collect.Changes, says(collect.Part{Documents: []collect.Document{document("answers", text)}}), nil}}
	}
	never := errors.New("not today")
	allow := secrets.Allow{Rule: "github-pat", Material: "forge/*", Reason: "made up for a test"}
	for _, tt := range []struct {
		name     string
		text     string
		withhold bool
		o        collect.SignOptions
		want     string
	}{
		{"nothing to find", "a", false, collect.SignOptions{}, ""},
		{"a token", "see " + token, false, collect.SignOptions{}, "forge/answers.jsonl, line 1: github-pat"},
		{"an allowed token", "see " + token, false, collect.SignOptions{Allow: []secrets.Allow{allow}}, ""},
		{"a bad allowance", "a", false, collect.SignOptions{Allow: []secrets.Allow{{Rule: "x"}}}, `no rule "x"`},
		{"a withheld token", "see " + token, true, collect.SignOptions{Redactor: evidence.Actor{ID: "mailto:a@org.example"}}, ""},
		{"nobody who withholds", "a", true, collect.SignOptions{}, "give SignOptions.Redactor"},
		{"a token in a reason", "a", true, collect.SignOptions{
			Redactor: evidence.Actor{ID: "mailto:a@org.example"}, Reasons: map[string]collect.Reason{"forge.answers": {Reason: token}},
		}, "github-pat"},
		{"a check that refuses", "a", true, collect.SignOptions{
			Redactor: evidence.Actor{ID: "mailto:a@org.example"}, Check: func(evidence.Predicate) error { return never },
		}, never.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := w.options()
			o.Sources = answer(tt.text)
			if tt.withhold {
				o.Withhold = []string{"forge.answers"}
			}
			s := &counting{signer: newSigner(t)}
			d, err := w.collect(o).Sign(t.Context(), s, tt.o)
			if tt.want == "" {
				if err != nil || s.n != len(d.Statements()) {
					t.Errorf("%d signatures, error %v", s.n, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || s.n != 0 {
				t.Errorf("%d signatures, error %v, want %q", s.n, err, tt.want)
			}
			if found := (*secrets.FoundError)(nil); strings.Contains(tt.want, "github-pat") && (!errors.As(err, &found) || strings.Contains(err.Error(), token)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestSignRecordWithToken searches what people wrote as well.
func TestSignRecordWithToken(t *testing.T) {
	w := newWorld(t)
	w.record("delegation.yaml", strings.Replace(delegation, "this release", token, 1))
	_, err := w.collect(w.options()).Sign(t.Context(), keySigner(t), collect.SignOptions{})
	if found := (*secrets.FoundError)(nil); !errors.As(err, &found) || !strings.Contains(err.Error(), "delegation.yaml: ") {
		t.Errorf("got %v", err)
	}
}

// TestSignRecordWithEscapes hides a token behind the ways in which YAML writes a
// character: what is signed has it in full.
func TestSignRecordWithEscapes(t *testing.T) {
	for name, escape := range map[string]string{
		"two digits": fmt.Sprintf(`\x%02x`, token[5]), "four digits": fmt.Sprintf(`\u%04x`, token[5]),
		"eight digits": fmt.Sprintf(`\U%08x`, token[5]), "a folded line": "\\\n    " + token[5:6],
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.record("delegation.yaml", strings.Replace(delegation, "this release", `"a `+token[:5]+escape+token[6:]+`"`, 1))
			_, err := w.collect(w.options()).Sign(t.Context(), keySigner(t), collect.SignOptions{})
			if found := (*secrets.FoundError)(nil); !errors.As(err, &found) {
				t.Errorf("got %v, want a *secrets.FoundError", err)
			}
		})
	}
}

// counting counts what it signs.
type counting struct {
	signer
	n int
}

func (s *counting) Sign(ctx context.Context, message []byte) (attest.Signed, error) {
	s.n++
	return s.signer.Sign(ctx, message)
}

// A release job signs what it collected.
func ExampleDraft_Sign() {
	t, cleanup := newExample()
	defer cleanup()
	w := newWorld(t) // a repository with tag v1.4.0 and a Go binary built from it
	ctx := context.Background()
	signer, err := attest.NewKeySigner(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		log.Fatal(err)
	}

	o := w.options()
	o.PublicKeys = [][]byte{signer.Public().PEM()}
	draft, err := collect.Release(ctx, o)
	if err != nil {
		log.Fatal(err)
	}
	defer draft.Close()
	d, err := draft.Sign(ctx, signer, collect.SignOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(d.Statements()), "statement with", len(draft.Record.Materials), "materials")
	// Output: 1 statement with 2 materials
}
