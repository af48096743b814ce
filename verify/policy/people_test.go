package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// Whoever a message names as co-author is an author, however the line is
// written (see git-interpret-trailers).
func TestCoAuthors(t *testing.T) {
	tests := []struct {
		name, line string
		want       []string // addresses, or names where there is none
	}{
		{"plain", "Co-authored-by: Bo <bo@x.example>", []string{"bo@x.example"}},
		{"blank before the colon", "Co-authored-by : Bo <bo@x.example>", []string{"bo@x.example"}},
		{"blank before the key", "  Co-authored-by: Bo <bo@x.example>", []string{"bo@x.example"}},
		{"goes on in the next line", "Co-authored-by: Bo\n  <bo@x.example>", []string{"bo@x.example"}},
		{"two in one line", "Co-authored-by: Zed <z@x.example>, Bo <bo@x.example>", []string{"z@x.example", "bo@x.example"}},
		{"no brackets", "Co-authored-by: bo@x.example", []string{"bo@x.example"}},
		{"a name alone", "Co-authored-by: Bo Lind", []string{"Bo Lind"}},
		{"developed", "CO-DEVELOPED-BY: Bo <bo@x.example>", []string{"bo@x.example"}},
		{"no blank after the colon", "Co-authored-by:Bo <bo@x.example>", []string{"bo@x.example"}},
		{"carriage returns", "Co-authored-by: Bo\r\n\t<bo@x.example>\r", []string{"bo@x.example"}},
		{"value in the next line alone", "Co-authored-by:\n Bo <bo@x.example>", []string{"bo@x.example"}},
		{"one after the other", "Co-authored-by: Zed <z@x.example>\nCo-authored-by: Bo\n <bo@x.example>", []string{"z@x.example", "bo@x.example"}},
		{"ends at a blank line", "Co-authored-by: Bo Lind\n\n  <z@x.example>", []string{"Bo Lind"}},
		{"before the last paragraph", "Co-authored-by: Bo <bo@x.example>\n\nand more text", []string{"bo@x.example"}},
		{"a sentence about it", "we use Co-authored-by: lines", nil},
	}
	tr, err := trust.ForSigner("SHA256:" + strings.Repeat("A", 43))
	if err != nil {
		t.Fatal(err)
	}
	x := folder{tr, map[string]string{}, map[string]bool{}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c gitobj.CommitWithID
			c.Message = "fix: x\n\n" + tt.line + "\n"
			var got []string
			for _, a := range x.commitAuthors(c)[2:] {
				if a.email != "" {
					got = append(got, a.email)
				} else {
					got = append(got, a.name)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whoever signed a commit had a hand in it, whatever name it bears.
func TestCommitSignerIsAuthor(t *testing.T) {
	key := evidence.Identity("key:sha256:" + strings.Repeat("ab", 32))
	f := &Facts{Facts: baseFacts(t)}
	f.Trust, _ = trust.Parse("trust.yaml", []byte("id: x\nversion: 1\neffective: { from: 2020-01-01 }\npeople:\n  bo: { keys: [\""+boKey+"\"] }\n"))
	f.Range.Commits = f.Range.Commits[:1]
	isBo := func(a author) bool { return a.person == "bo" }
	for identity, want := range map[evidence.Identity]bool{boIdentity(t): true, key: false, "": false} {
		f.wrote, f.signatures = lazy[map[string][]author]{}, lazy[map[string]verify.CommitSignature]{}
		f.Range.Signatures = []verify.CommitSignature{{Identity: identity}}
		if got := slices.ContainsFunc(f.commitAuthors()[string(f.Range.Commits[0].ID)], isBo); got != want {
			t.Errorf("signed by %q: an author %v, want %v", identity, got, want)
		}
	}
}

// boKey is a public key, whoever has the private one.
const boKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEPzBUEqUNVzoLE2sHmWb0o7hJDLgXJ5sOwlj1Yn3IEm bo"

func boIdentity(t *testing.T) evidence.Identity {
	t.Helper()
	key, err := attest.ParsePublicKey([]byte(boKey))
	if err != nil {
		t.Fatal(err)
	}
	return key.Identity()
}

// Two spellings of one name are told apart by nobody.
func TestPlainName(t *testing.T) {
	for _, name := range []string{"Bo Lind", "bo.lind", "BO  LIND", "Bo-Lind", "Lind, Bo", "lind_bo"} {
		if got := plainName(name); got != "bolind" {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// TestProofIsTheWeakest checks that independent approval is never known better
// than the authors are (rules of format, R11).
func TestProofIsTheWeakest(t *testing.T) {
	checks, _ := minimal(t).Judge(baseFacts(t))
	for _, c := range checks {
		if strings.HasSuffix(c.ID, "-not-author") && c.Proof.Grade != verify.Claimed {
			t.Errorf("%s is %s", c.ID, c.Proof.Grade)
		}
		if c.ID == "approval/production-present" && c.Proof.Grade != verify.Proven {
			t.Errorf("%s is %s", c.ID, c.Proof.Grade)
		}
	}
}
