package oidc_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/vsa"
	"github.com/release-dossier/dossier/internal/services"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/oidc"
	"github.com/release-dossier/dossier/verify/trust"
)

const approveWorkflow = "acme/hello/.github/workflows/approve.yml@refs/heads/main"

// world is a release, a recorder who signs for others, and a forge.
type world struct {
	*testrelease.World
	issuer   *services.Issuer
	recorder *attest.KeySigner
	release  *bundle.Dossier
	trust    *trust.Trust
	// pinned is the trust that pins the forge's keys.
	pinned *trust.Trust
	// revoked is the trust that revokes one of them.
	revoked *trust.Trust
}

func newWorld(t *testing.T) *world {
	w := &world{World: testrelease.New(t), issuer: services.NewIssuer(t)}
	_, w.recorder = testrelease.NewKey(t, w.Dir, "recorder")
	w.release = testrelease.Restate(t, w.Create(t), w.Signer, func(_ *bundle.Dossier, r *evidence.Record) { r.Repository.ID = "101" })
	w.trust = w.document(t, "keys-from: recorder", "")
	keys, err := oidc.ParseKeys(w.issuer.KeySet())
	if err != nil {
		t.Fatal(err)
	}
	w.pinned = w.document(t, fmt.Sprintf("keys: [%q, %q]", keys[0].Identity, keys[1].Identity), "")
	w.revoked = w.document(t, "keys-from: recorder", fmt.Sprintf("revoked:\n  - { identity: %q, since: 2026-11-20 }\n", keys[0].Identity))
	return w
}

func (w *world) document(t *testing.T, keys, more string) *trust.Trust {
	t.Helper()
	line := func(s *attest.KeySigner) string { return strings.TrimSpace(s.Public().AuthorizedKey()) }
	tr, err := trust.Parse("trust.yaml", []byte(fmt.Sprintf(`id: acme
version: 1
effective: { from: 2020-01-01 }
keys:
  ci: { public: %q }
  recorder: { public: %q }
people:
  tom.okoro: { name: Tom Okoro, identities: "account:example.com:4211" }
  ana.ruiz: { name: Ana Ruiz, identities: "account:example.com:77" }
roles:
  release-ci: { keys: [ci] }
  recorder: { keys: [recorder] }
grants:
  - { who: release-ci, kinds: [record, tag, import], repositories: ["*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: signed }
  - { who: recorder, kinds: [approval, import], repositories: ["*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: signed }
forges:
  example.com:
    issuer: %s
    %s
    approvals:
      - { workflow: %q, repositories: ["example.com/acme/*"] }
%s`, line(w.Signer), line(w.recorder), w.issuer.URL, keys, approveWorkflow, more)))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// approval adds an approval that the recorder signs for Tom.
func (w *world) approval(t *testing.T, d *bundle.Dossier) (*bundle.Dossier, evidence.Digest) {
	t.Helper()
	d = testrelease.Copy(t, d)
	st := testrelease.AddSigned(t, d, w.recorder, testrelease.Approval(t, d, w.recorder, func(a *evidence.Approval) {
		a.Approver = evidence.Actor{ID: "account:example.com:4211", Kind: evidence.Human}
		a.At = evidence.At(when)
	}))
	return d, st.ID
}

var when = testrelease.Signed.Add(time.Hour)

// claims are those of a job that Tom dispatched to approve a statement.
func claims(statement evidence.Digest, change services.Claims) services.Claims {
	c := services.Workflow(services.Claims{
		"aud": verify.TokenAudience(statement), "job_workflow_ref": approveWorkflow,
		"iat": when.Unix() + 5, "nbf": when.Unix() + 5, "exp": when.Unix() + 605,
	})
	for k, v := range change {
		c[k] = v
	}
	return c
}

// with adds a token's document, which the recorder lists.
func (w *world) with(t *testing.T, d *bundle.Dossier, document []byte) *bundle.Dossier {
	t.Helper()
	return listed(t, d, w.recorder, "import-1", document)
}

func listed(t *testing.T, d *bundle.Dossier, by *attest.KeySigner, id string, document []byte) *bundle.Dossier {
	t.Helper()
	m := token(d, document)
	payload := testrelease.Own(t, d, "import/v1", map[string]any{
		"id": id, "at": when.Add(time.Minute), "by": evidence.Actor{ID: by.Public().Identity(), Kind: evidence.Service},
		"attestations": []evidence.Attachment{{Material: m.Digest}}, "materials": []evidence.Material{m},
	})
	testrelease.AddSigned(t, d, by, payload)
	return d
}

func token(d *bundle.Dossier, document []byte) evidence.Material {
	blob := bundle.BytesBlob(document)
	d.AddBlob(blob)
	return evidence.Material{Name: "tokens/t.json", MediaType: evidence.MediaTypeForgeToken, Digest: blob.Digest, Size: blob.Size}
}

func document(t *testing.T, statement evidence.Digest, token string, keys []byte, at time.Time) []byte {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"statement": statement, "token": token, "keys": json.RawMessage(keys), "keysFrom": "https://issuer.example/keys", "keysAt": at.UTC()})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// listener is a policy that keeps the facts it was given.
type listener struct{ facts *verify.Facts }

func (l *listener) Judge(f *verify.Facts) ([]verify.Check, verify.PolicyView) {
	l.facts = f
	return []verify.Check{{ID: "test/heard", Outcome: verify.Pass}}, verify.PolicyView{Asked: 1}
}

// judge returns what is known of the approval, and the code of the token's check.
func (w *world) judge(t *testing.T, d *bundle.Dossier, tr *trust.Trust) (grade verify.Grade, by bool, code string) {
	t.Helper()
	var l listener
	r, err := verify.Bundle(context.Background(), testrelease.Reopen(t, d), verify.ExpectAnyUnsafe(), verify.Options{
		Trust: tr, Policy: &l, AsOf: testrelease.AsOf, Tokens: oidc.Tokens{},
	})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Checks, func(c verify.Check) bool { return c.ID == "signatures/forge-token" })
	if i < 0 {
		t.Fatalf("no check of the token; signers: %+v", r.Signers)
	}
	if l.facts == nil || len(l.facts.Approvals) != 1 {
		t.Fatal("no approval")
	}
	a := l.facts.Approvals[0]
	return a.Proof.Grade, a.ByApprover, r.Checks[i].Code
}

// TestForgeApproval has approvals that a real issuer's tokens vouch for.
func TestForgeApproval(t *testing.T) {
	w := newWorld(t)
	t.Run("counts", w.counts)
	t.Run("refused", w.refused)
	t.Run("keys by their recorder", w.keysByTheirRecorder)
	t.Run("without a verifier", w.withoutVerifier)
	t.Run("behind a summary", w.behindSummary)
}

func (w *world) counts(t *testing.T) {
	d, id := w.approval(t, w.release)
	for _, alg := range []string{services.RS256, services.ES256} {
		header := services.Claims{"alg": map[string]string{services.RS256: "RS256", services.ES256: "ES256"}[alg], "typ": "JWT", "kid": alg}
		doc := document(t, id, w.issuer.Sign(header, claims(id, nil)), w.issuer.KeySet(), when)
		with := w.with(t, testrelease.Copy(t, d), doc)
		if grade, by, code := w.judge(t, with, w.pinned); grade != verify.Proven || !by || code != "" {
			t.Errorf("%s, pinned: %s, by the approver %v, %q", alg, grade, by, code)
		}
		if grade, by, code := w.judge(t, with, w.trust); grade != verify.Attested || by || code != "" {
			t.Errorf("%s, by the recorder's word: %s, by the approver %v, %q", alg, grade, by, code)
		}
	}
}

// refused changes one thing each.
func (w *world) refused(t *testing.T) {
	d, id := w.approval(t, w.release)
	other, otherID := w.approval(t, testrelease.Restate(t, w.release, w.Signer, func(_ *bundle.Dossier, r *evidence.Record) { r.Version = "9.9.9" }))
	_ = other
	release, _ := testrelease.Release(t, d)
	stranger := services.NewIssuer(t)
	is := func(change services.Claims) func() []byte {
		return func() []byte { return document(t, id, w.issuer.Token(claims(id, change)), w.issuer.KeySet(), when) }
	}
	signed := func(header services.Claims) func() []byte {
		return func() []byte { return document(t, id, w.issuer.Sign(header, claims(id, nil)), w.issuer.KeySet(), when) }
	}
	for _, tt := range []struct {
		name, code string
		doc        func() []byte
	}{
		{"for another audience", "token-audience", is(services.Claims{"aud": "sigstore"})},
		{"for an audience that looks like one", "token-audience", is(services.Claims{"aud": "dossier:sha256:00"})},
		{"of another dossier", "token-replayed", func() []byte {
			return document(t, otherID, w.issuer.Token(claims(otherID, nil)), w.issuer.KeySet(), when)
		}},
		{"for another statement of this dossier", "token-other-statement", func() []byte {
			return document(t, release.ID, w.issuer.Token(claims(release.ID, nil)), w.issuer.KeySet(), when)
		}},
		{"given for another statement than it is for", "token-other-statement", func() []byte { return document(t, otherID, w.issuer.Token(claims(id, nil)), w.issuer.KeySet(), when) }},
		{"of a job that another started again", "token-attempt", is(services.Claims{"run_attempt": "2", "actor_id": "77"})},
		{"without an attempt", "token-attempt", is(services.Claims{"run_attempt": nil})},
		{"of a push", "token-event", is(services.Claims{"event_name": "push"})},
		{"of a pull request", "token-event", is(services.Claims{"event_name": "pull_request_target"})},
		{"from a ref that is not protected", "token-ref", is(services.Claims{"ref_protected": "false"})},
		{"from a ref of which nothing says that it is", "token-ref", is(services.Claims{"ref_protected": nil})},
		{"of another workflow", "token-workflow", is(services.Claims{"job_workflow_ref": "acme/hello/.github/workflows/ci.yml@refs/heads/main"})},
		{"of the workflow on another branch", "token-workflow", is(services.Claims{"job_workflow_ref": "acme/hello/.github/workflows/approve.yml@refs/heads/evil"})},
		{"of a job in another repository", "token-repository", is(services.Claims{"repository": "mallory/hello"})},
		{"of a job in a repository that took the name", "token-repository", is(services.Claims{"repository_id": "102"})},
		{"of a job in a repository without its number", "token-repository", is(services.Claims{"repository_id": nil})},
		{"of somebody else", "token-actor", is(services.Claims{"actor_id": "77"})},
		{"of a program", "token-actor", is(services.Claims{"actor": "release-app[bot]"})},
		{"of somebody else, and in other letters of the approver", "token-actor", is(services.Claims{"actor_id": "77", "actor_iD": "4211"})},
		{"of nobody", "token-actor", is(services.Claims{"actor_id": nil})},
		{"of somebody who is not a number but an address", "token-actor", is(services.Claims{"actor_id": "4211:x y"})},
		{"issued an hour later", "token-time", is(services.Claims{"iat": when.Unix() + 3600, "nbf": when.Unix() + 3600, "exp": when.Unix() + 4200})},
		{"over an hour before", "token-time", is(services.Claims{"iat": when.Unix() - 4200, "nbf": when.Unix() - 4200, "exp": when.Unix() - 3600})},
		{"of the future", "token-time", is(services.Claims{"iat": testrelease.AsOf.Unix() + 3600, "nbf": 1, "exp": testrelease.AsOf.Unix() + 4200})},
		{"of another issuer", "token-issuer", func() []byte { return document(t, id, stranger.Token(claims(id, nil)), stranger.KeySet(), when) }},
		{"of somebody who calls himself the issuer", "token-key-not-trusted", func() []byte {
			return document(t, id, stranger.Token(claims(id, services.Claims{"iss": w.issuer.URL})), stranger.KeySet(), when)
		}},
		{"a key that is not in the set", "token-key-unknown", func() []byte {
			return document(t, id, w.issuer.Sign(services.Claims{"alg": "RS256", "kid": "rsa-2"}, claims(id, nil)), w.issuer.KeySet(), when)
		}},
		{"the set of somebody else", "token-signature", func() []byte { return document(t, id, w.issuer.Token(claims(id, nil)), stranger.KeySet(), when) }},
		{"changed claims", "token-signature", func() []byte {
			parts := strings.Split(w.issuer.Token(claims(id, services.Claims{"actor_id": "77"})), ".")
			raw, err := base64.RawURLEncoding.DecodeString(parts[1])
			if err != nil {
				t.Fatal(err)
			}
			parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(raw), `"77"`, `"4211"`, 1)))
			return document(t, id, strings.Join(parts, "."), w.issuer.KeySet(), when)
		}},
		{"no algorithm", "token-algorithm", signed(services.Claims{"alg": "none", "kid": services.RS256})},
		{"a shared secret", "token-algorithm", signed(services.Claims{"alg": "HS256", "kid": services.RS256})},
		{"the algorithm of another key", "token-algorithm", signed(services.Claims{"alg": "ES256", "kid": services.RS256})},
		{"another hash", "token-algorithm", signed(services.Claims{"alg": "RS512", "kid": services.RS256})},
		{"no key", "token-malformed", signed(services.Claims{"alg": "RS256"})},
		{"an extension that must be understood", "token-malformed", signed(services.Claims{"alg": "RS256", "kid": services.RS256, "crit": []string{"b64"}})},
		{"something else than a JWT", "token-malformed", signed(services.Claims{"alg": "RS256", "kid": services.RS256, "typ": "at+jwt"})},
		{"two audiences", "token-malformed", is(services.Claims{"aud": []string{verify.TokenAudience(id), "sigstore"}})},
		{"no end", "token-malformed", is(services.Claims{"exp": nil})},
		{"nonsense", "token-malformed", func() []byte { return []byte("hello") }},
		{"no token", "token-malformed", func() []byte { return document(t, id, "hello", w.issuer.KeySet(), when) }},
		{"padding", "token-malformed", func() []byte { return document(t, id, w.issuer.Token(claims(id, nil))+"=", w.issuer.KeySet(), when) }},
		{"no keys", "token-malformed", func() []byte { return document(t, id, w.issuer.Token(claims(id, nil)), []byte(`{"keys":[]}`), when) }},
		{"a name twice", "token-malformed", func() []byte {
			doc := string(document(t, id, w.issuer.Token(claims(id, nil)), w.issuer.KeySet(), when))
			return []byte(strings.Replace(doc, `"token":`, `"token":"x","token":`, 1))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			grade, by, code := w.judge(t, w.with(t, testrelease.Copy(t, d), tt.doc()), w.pinned)
			if grade == verify.Proven || by || code != tt.code {
				t.Errorf("%s, by the approver %v, %q, want %q", grade, by, code, tt.code)
			}
		})
	}
}

// keysByTheirRecorder asks for keys that were fetched when the token was issued.
func (w *world) keysByTheirRecorder(t *testing.T) {
	d, id := w.approval(t, w.release)
	for _, tt := range []struct {
		at   time.Time
		code string
	}{
		{when.Add(23 * time.Hour), ""}, {when.Add(25 * time.Hour), "token-keys-time"}, {when.Add(-25 * time.Hour), "token-keys-time"},
	} {
		doc := document(t, id, w.issuer.Token(claims(id, nil)), w.issuer.KeySet(), tt.at)
		if _, _, code := w.judge(t, w.with(t, testrelease.Copy(t, d), doc), w.trust); code != tt.code {
			t.Errorf("keys of %s: %q, want %q", tt.at, code, tt.code)
		}
	}
	doc := document(t, id, w.issuer.Token(claims(id, nil)), w.issuer.KeySet(), when)
	others := listed(t, testrelease.Copy(t, d), w.Signer, "import-0", doc)
	if grade, _, code := w.judge(t, others, w.trust); code != "token-key-not-trusted" {
		t.Errorf("keys by somebody else's word: %s, %q", grade, code)
	}
	if grade, _, code := w.judge(t, w.with(t, others, doc), w.trust); code != "" {
		t.Errorf("keys by the recorder's word, which somebody else listed before: %s, %q", grade, code)
	}
	if _, _, code := w.judge(t, w.with(t, testrelease.Copy(t, d), doc), w.revoked); code != "token-key-not-trusted" {
		t.Errorf("a revoked key: %q", code)
	}
	old := w.issuer.KeySet()
	token := w.issuer.Token(claims(id, nil))
	w.issuer.Rotate(t)
	if _, _, code := w.judge(t, w.with(t, testrelease.Copy(t, d), document(t, id, token, old, when)), w.pinned); code != "" {
		t.Errorf("keys that the forge has replaced since: %q", code)
	}
}

// withoutVerifier takes no token's word unread.
func (w *world) withoutVerifier(t *testing.T) {
	d, id := w.approval(t, w.release)
	d = w.with(t, d, document(t, id, w.issuer.Token(claims(id, nil)), w.issuer.KeySet(), when))
	r, err := verify.Bundle(context.Background(), d, verify.ExpectAnyUnsafe(), verify.Options{Trust: w.pinned, AsOf: testrelease.AsOf})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(r.Checks, func(c verify.Check) bool { return c.ID == "signatures/forge-token" && c.Code == "no-verifier" }) {
		t.Error("nothing says that the token was not looked at")
	}
}

// behindSummary lists a token beside a summary of the release: the verdict rests on
// it, so that the next summary must be bound to it.
func (w *world) behindSummary(t *testing.T) {
	d, id := w.approval(t, w.release)
	release, record := testrelease.Release(t, d)
	state, policy := evidence.Sum([]byte("state")).Set(), evidence.Sum([]byte("policy")).Set()
	payload, err := vsa.New([]evidence.ResourceDescriptor{{Name: "hello", Digest: record.Artifacts[0].Digest.Set()}}, vsa.Summary{
		Verifier: vsa.Verifier{ID: vsa.VerifierID}, TimeVerified: evidence.At(when), ResourceURI: "git+https://example.com/acme/hello@1.0.1",
		Policy: evidence.ResourceDescriptor{Digest: policy}, Result: vsa.Passed, Levels: []string{"DOSSIER_PROFILE_SOLO"},
		Dossier: &vsa.Binding{Release: release.ID.Set(), State: state, Trust: state, Policy: policy, EffectivePolicy: policy, AsOf: evidence.At(when), Verdict: "ACCEPTED"},
	})
	if err != nil {
		t.Fatal(err)
	}
	summary, err := attest.Sign(t.Context(), w.recorder, payload)
	if err != nil {
		t.Fatal(err)
	}
	doc := document(t, id, w.issuer.Token(claims(id, nil)), w.issuer.KeySet(), when)
	for _, hidden := range []bool{false, true} {
		d, blob := testrelease.Copy(t, d), bundle.BytesBlob(summary)
		d.AddBlob(blob)
		materials := []evidence.Material{{Name: "hello.vsa.json", MediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", Digest: blob.Digest, Size: blob.Size}}
		if hidden {
			materials = append(materials, token(d, doc))
		}
		st := testrelease.AddSigned(t, d, w.recorder, testrelease.Own(t, d, "import/v1", map[string]any{
			"id": "import-1", "at": when.Add(time.Minute), "by": evidence.Actor{ID: w.recorder.Public().Identity(), Kind: evidence.Service},
			"attestations": []evidence.Attachment{{Material: blob.Digest}}, "materials": materials,
		}))
		r, err := verify.Bundle(t.Context(), testrelease.Reopen(t, d), verify.ExpectAnyUnsafe(), verify.Options{Trust: w.trust, AsOf: testrelease.AsOf, Tokens: oidc.Tokens{}})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(r.Basis.Statements, st.ID); got != hidden {
			t.Errorf("with a token %v: among what the verdict rests on: %v", hidden, got)
		}
	}
}

func TestPack(t *testing.T) {
	issuer := services.NewIssuer(t)
	id := evidence.Sum([]byte("x"))
	raw, err := oidc.Pack(id, issuer.Token(claims(id, nil)), issuer.KeySet(), issuer.URL+"/keys", when)
	if err != nil {
		t.Fatal(err)
	}
	got, err := oidc.Tokens{}.VerifyToken(raw)
	if err != nil || got.Statement != id || got.ActorID != "4211" || !got.RefProtected || got.Attempt != 1 || got.Audience != verify.TokenAudience(id) {
		t.Errorf("%+v, %v", got, err)
	}
	var why *verify.ProofError
	if _, err := oidc.Pack(id, issuer.Token(claims(id, nil)), services.NewIssuer(t).KeySet(), "", when); !errors.As(err, &why) || why.Code != verify.TokenSignature {
		t.Errorf("another's keys: %v", err)
	}
}

func FuzzVerifyToken(f *testing.F) {
	f.Add([]byte(`{"statement":{"sha256":"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"},"token":"e30.e30.AA","keys":{"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]},"keysFrom":"x","keysAt":"2026-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got, err := (oidc.Tokens{}).VerifyToken(raw); err == nil && (got.Issuer == "" || got.Key == "") {
			t.Errorf("accepted without an issuer or a key: %+v", got)
		}
	})
}
