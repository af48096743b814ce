package trust

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/evidence"
)

// question is one that the example file allows.
func question(tr *Trust) Question {
	return Question{
		Signer: tr.Keys()[0].Identity(), Kind: evidence.RecordType, Repository: "https://github.com/fintech/hello",
		Stated: day("2026-06-01"), AsOf: day("2026-06-02"), Proof: "signed",
	}
}

func at(s string) *time.Time { t := day(s); return &t }

func TestAllows(t *testing.T) {
	tr := example(t)
	ci, farm, ana := tr.Keys()[0].Identity(), tr.Keys()[1].Identity(), tr.Keys()[2].Identity()
	approval := func(q *Question) { q.Signer, q.Kind, q.Environment = ana, evidence.ApprovalType, "production" }
	exception := func(q *Question) {
		q.Signer, q.Kind, q.Proof = ana, evidence.PredicateBase+"exception/v1", "timestamped"
	}
	tests := []struct {
		name   string
		change func(*Question)
		code   string
	}{
		{"as it is", func(*Question) {}, ""},
		{"later version of the type", func(q *Question) { q.Kind = evidence.PredicateBase + "record/v12" }, ""},
		{"full URI", func(q *Question) { q.Kind = "https://slsa.dev/provenance/v1" }, ""},
		{"every environment", func(q *Question) { q.Environment = "production" }, ""},
		{"approval", approval, ""},
		{"exception", exception, ""},
		{"more proof than asked", func(q *Question) { exception(q); q.Proof = "logged" }, ""},
		{"proven interval", func(q *Question) { q.NotBefore, q.NotAfter = at("2026-06-01"), at("2026-06-02") }, ""},
		{"first moment", func(q *Question) { q.Stated = day("2026-01-01") }, ""},
		{"as-of long after, times proven", func(q *Question) {
			q.NotBefore, q.NotAfter, q.AsOf = at("2026-06-01"), at("2026-06-02"), day("2040-01-01")
		}, ""},
		{"proven before the revocation", func(q *Question) { q.Signer, q.NotAfter = farm, at("2026-06-02") }, ""},

		{"stranger", func(q *Question) { q.Signer = evidence.KeyIdentity([]byte("x")) }, CodeSignerNotTrusted},
		{"nobody", func(q *Question) { q.Signer = "" }, CodeSignerNotTrusted},
		{"an address signs nothing", func(q *Question) { approval(q); q.Signer = "mailto:ana@example.com" }, CodeSignerNotTrusted},
		{"an account signs nothing", func(q *Question) { approval(q); q.Signer = "account:github.com:1182210" }, CodeSignerNotTrusted},
		{"a bot's account", func(q *Question) { q.Signer = "account:github.com:41898282" }, CodeSignerNotTrusted},
		{"a name is no identity", func(q *Question) { approval(q); q.Signer = "ana.ruiz" }, CodeSignerNotTrusted},
		{"unresolved fingerprint", func(q *Question) { q.Signer = "ssh:SHA256:mKIAQQY7TUcJbAOvaYcOhKYE7WOj7Qe6mAtYWHPmQUE" }, CodeSignerNotTrusted},
		{"other kind", func(q *Question) { q.Kind = evidence.ApprovalType }, CodeKind},
		{"no kind", func(q *Question) { q.Kind = "" }, CodeKind},
		{"bare kind", func(q *Question) { q.Kind = "record" }, CodeKind},
		{"tag by somebody else", func(q *Question) { approval(q); q.Kind = KindTag }, CodeKind},
		{"a tag, no grant of its kind", func(q *Question) { q.Kind = KindTag }, CodeKind},
		{"kind without version", func(q *Question) { q.Kind = evidence.PredicateBase + "record/v" }, CodeKind},
		{"kind with odd version", func(q *Question) { q.Kind = evidence.PredicateBase + "record/v1/x" }, CodeKind},
		{"kind elsewhere", func(q *Question) { q.Kind = "https://evil.example/record/v1" }, CodeKind},
		{"other repository", func(q *Question) { q.Repository = "https://github.com/evil/hello" }, CodeRepository},
		{"no repository", func(q *Question) { q.Repository = "" }, CodeRepository},
		{"below the pattern", func(q *Question) { q.Repository = "https://github.com/fintech/a/b" }, CodeRepository},
		{"other host", func(q *Question) { q.Repository = "https://github.com.evil/fintech/hello" }, CodeRepository},
		{"other environment", func(q *Question) { approval(q); q.Environment = "sandbox" }, CodeEnvironment},
		{"any environment under some", func(q *Question) { approval(q); q.Environment = "" }, CodeEnvironment},
		{"star is not a name", func(q *Question) { approval(q); q.Environment = "*" }, CodeEnvironment},
		{"environment under none", func(q *Question) { exception(q); q.Environment = "production" }, CodeEnvironment},
		{"stated too late", func(q *Question) { approval(q); q.Stated = day("2027-01-01") }, CodeTime},
		{"as-of too late", func(q *Question) { approval(q); q.AsOf = day("2027-01-01") }, CodeTime},
		{"as-of not given", func(q *Question) { q.AsOf = time.Time{} }, CodeTime},
		{"begins too early", func(q *Question) { q.NotBefore, q.NotAfter = at("2025-12-31"), at("2026-06-02") }, CodeTime},
		{"ends too late", func(q *Question) {
			approval(q)
			q.NotBefore, q.NotAfter = at("2026-06-01"), at("2027-01-01")
		}, CodeTime},
		{"only end is too late", func(q *Question) { approval(q); q.NotAfter = at("2027-01-01") }, CodeTime},
		{"contradicting proofs", func(q *Question) { q.NotBefore, q.NotAfter = at("2026-06-02"), at("2026-06-01") }, CodeTime},
		{"too little proof", func(q *Question) { exception(q); q.Proof = "signed" }, CodeProof},
		{"no proof", func(q *Question) { q.Proof = "" }, CodeProof},
		{"unknown proof", func(q *Question) { q.Proof = "sealed" }, CodeProof},
		{"revoked, no proof of time", func(q *Question) { q.Signer = farm }, CodeRevoked},
		{"revoked, start proven only", func(q *Question) { q.Signer, q.NotBefore = farm, at("2026-06-01") }, CodeRevoked},
		{"revoked, proven too late", func(q *Question) { q.Signer, q.NotAfter = farm, at("2027-05-01") }, CodeRevoked},
		{"before the document", func(q *Question) { q.Stated = day("2025-12-31") }, CodeNotInForce},
		{"after the document", func(q *Question) { q.Stated = day("2028-01-01") }, CodeNotInForce},
		{"no stated time", func(q *Question) { q.Stated = time.Time{} }, CodeNotInForce},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := question(tr)
			tt.change(&q)
			d := tr.Allows(q)
			if d.Code != tt.code || d.Allowed != (tt.code == "") || d.Allowed == (d.Detail != "") {
				t.Errorf("got %+v, want %q", d, tt.code)
			}
			if open := q.NotBefore == nil || q.NotAfter == nil; d.TimeClaimed != (d.Allowed && open) {
				t.Errorf("time claimed: %t", d.TimeClaimed)
			}
		})
	}
	if tr.Roles(ci) == nil {
		t.Error("the question's signer has no role")
	}
}

// TestGrantKinds: provenance and tag stand for what they name and for no
// statement of ours of that name.
func TestGrantKinds(t *testing.T) {
	g := grant{kinds: []string{KindTag, kindProvenance, "approval"}}
	for kind, want := range map[string]bool{
		KindTag: true, "https://slsa.dev/provenance/v1": true, "https://slsa.dev/provenance/v0.2": true, evidence.ApprovalType: true,
		evidence.PredicateBase + "tag/v1": false, evidence.PredicateBase + "provenance/v1": false,
		"provenance": false, "approval": false, "https://tag": false, "": false,
	} {
		if got := g.coversKind(kind); got != want {
			t.Errorf("%q: %v, want %v", kind, got, want)
		}
	}
}

// TestThreshold: the grant that asks for the fewest people decides, and the
// number is part of what the document means.
func TestThreshold(t *testing.T) {
	key := newKey(t)
	parse := func(grants string) *Trust {
		return mustParse(t, head+`people: { ana: { keys: "`+key.AuthorizedKey()+`" } }
grants:
`+grants)
	}
	grant := func(kind, more string) string {
		return "  - { who: ana, kinds: [" + kind + "], repositories: \"*\", from: 2026-01-01, until: 2028-01-01, min-proof: signed" + more + " }\n"
	}
	q := Question{
		Signer: key.Identity(), Kind: evidence.RecordType, Repository: "https://github.com/a/b",
		Stated: day("2026-06-01"), AsOf: day("2026-06-02"), Proof: "signed",
	}
	two, three := grant("record", ", threshold: 2"), grant("record", ", threshold: 3")
	for name, tt := range map[string]struct {
		grants string
		want   int
	}{
		"none": {grant("record", ""), 0}, "two": {two, 2}, "fewest": {three + two, 2},
		"one alone": {two + grant("record", ""), 0}, "of another kind": {two + grant("approval", ""), 2},
	} {
		if d := parse(tt.grants).Allows(q); !d.Allowed || d.Threshold != tt.want {
			t.Errorf("%s: allowed %v, %d people: want %d", name, d.Allowed, d.Threshold, tt.want)
		}
	}
	if parse(two).Digest == parse(three).Digest {
		t.Error("the threshold changes no digest")
	}
}

// TestNearestReason: the reason is that of the grant that came nearest, and a
// known signer without a grant is told so.
func TestNearestReason(t *testing.T) {
	key := newKey(t)
	people := `people: { ana: { keys: "` + key.AuthorizedKey() + `" } }` + "\n"
	grant := func(kinds, repository, until string) string {
		return "- { who: ana, kinds: " + kinds + ", repositories: " + repository + ", from: 2026-01-01, until: " + until + ", min-proof: signed }\n"
	}
	q := Question{
		Signer: key.Identity(), Kind: evidence.RecordType, Repository: "https://github.com/a/b",
		Stated: day("2026-06-01"), AsOf: day("2026-06-02"), Proof: "signed",
	}
	for _, tt := range []struct{ grants, code, detail string }{
		{"", CodeKind, "no grant names"},
		{"grants:\n" + grant("seal", "github.com/a/b", "2027-01-01"), CodeKind, "may not sign"},
		{"grants:\n" + grant("record", "github.com/a/b", "2026-02-01") + grant("seal", "github.com/a/b", "2027-01-01"), CodeTime, "until 2026-02-01, and the stated time is 2026-06-01"},
		{"grants:\n" + grant("record", "github.com/a/c", "2026-02-01") + grant("record", "github.com/a/b", "2026-02-01"), CodeTime, "stated time"},
		{"grants:\n" + grant("seal", "github.com/a/b", "2027-01-01") + grant("record", "github.com/a/b", "2027-01-01"), "", ""},
	} {
		if d := mustParse(t, head+people+tt.grants).Allows(q); d.Code != tt.code || !strings.Contains(d.Detail, tt.detail) {
			t.Errorf("got %+v, want %s %q", d, tt.code, tt.detail)
		}
	}
	// Two grants that each cover a part do not cover the whole.
	split := mustParse(t, head+people+"grants:\n"+grant("record", "github.com/a/c", "2027-01-01")+grant("seal", "github.com/a/b", "2027-01-01"))
	if d := split.Allows(q); d.Allowed {
		t.Error("two halves of a grant made a whole")
	}
}

func TestIdentityPatterns(t *testing.T) {
	tr := mustParse(t, head+`grants:
  - { who: "oidc:https://issuer.example|repo:org/*:ref:refs/tags/v5", kinds: ["*"], repositories: ["*"], from: 2026-01-01, until: 2028-01-01, min-proof: signed }
`)
	for id, want := range map[evidence.Identity]bool{
		"oidc:https://issuer.example|repo:org/hello:ref:refs/tags/v5":     true,
		"oidc:https://issuer.example|repo:org/a/b:ref:refs/tags/v5":       false,
		"oidc:https://issuer.example|repo:org/hello:ref:refs/tags/v5.1":   false,
		"oidc:https://issuer.example|x repo:org/hello:ref:refs/tags/v5":   false,
		"oidc:https://issuer.example.evil|repo:org/a:ref:refs/tags/v5":    false,
		"x509:https://issuer.example|repo:org/hello:ref:refs/tags/v5":     false,
		"oidc:https://issuer.example":                                     false,
		"oidc:https://evil.example|https://issuer.example|repo:org/hello": false,
	} {
		d := tr.Allows(Question{Signer: id, Kind: "https://any.example/v1", Stated: day("2026-06-01"), AsOf: day("2026-06-01"), Proof: "signed"})
		if d.Allowed != want {
			t.Errorf("%s: %+v", id, d)
		}
	}
}

// TestRevokedByFingerprint: a revocation that names a key otherwise than the
// rest of trust does is not missed, resolved or not.
func TestRevokedByFingerprint(t *testing.T) {
	key, other := newKey(t), newKey(t)
	tr := mustParse(t, head+`
people: { ana: { keys: ["`+string(key.Identity())+`", "`+string(other.Identity())+`"] } }
grants: [{ who: ana, kinds: "*", repositories: "*", from: 2026-01-01, until: 2028-01-01, min-proof: signed }]
revoked: [{ identity: "`+key.Fingerprint()+`", since: 2026-05-01, reason: stolen }]
`)
	ask := func(tr *Trust, id evidence.Identity) Decision {
		return tr.Allows(Question{Signer: id, Kind: "x", Stated: day("2026-06-01"), AsOf: day("2026-06-01"), Proof: "signed"})
	}
	if d := ask(tr, key.Identity()); d.Code != CodeRevoked || !strings.Contains(d.Detail, "not at hand") {
		t.Errorf("unresolved: %+v", d)
	}
	r, err := tr.Resolve(key, other)
	if err != nil {
		t.Fatal(err)
	}
	if d := ask(r, key.Identity()); d.Code != CodeRevoked || !strings.Contains(d.Detail, "since 2026-05-01 (stolen)") {
		t.Errorf("resolved: %+v", d)
	}
	if d := ask(r, other.Identity()); !d.Allowed {
		t.Errorf("the other key: %+v", d)
	}
}

func TestEarliestRevocationCounts(t *testing.T) {
	key := newKey(t)
	tr := mustParse(t, head+`keys: { k: { public: "`+key.AuthorizedKey()+`" } }
roles: { r: { keys: k } }
grants: [{ who: r, kinds: "*", repositories: "*", from: 2026-01-01, until: 2028-01-01, min-proof: signed }]
revoked: [{ identity: k, since: 2026-05-01 }, { identity: "`+string(key.Identity())+`", since: 2026-08-01 }]
`)
	d := tr.Allows(Question{Signer: key.Identity(), Kind: "x", Stated: day("2026-06-01"), AsOf: day("2026-06-01"), NotAfter: at("2026-06-01"), Proof: "signed"})
	if d.Code != CodeRevoked {
		t.Errorf("got %+v", d)
	}
}

// TestGrantToKey: a grant may name a key by fingerprint or identity, without
// any person.
func TestGrantToKey(t *testing.T) {
	key := newKey(t)
	for _, who := range []string{key.Fingerprint(), "ssh:" + key.Fingerprint(), string(key.Identity())} {
		tr := mustParse(t, head+`grants: [{ who: "`+who+`", kinds: "*", repositories: "*", from: 2026-01-01, until: 2028-01-01, min-proof: signed }]
revoked: [{ identity: "oidc:https://b.example|x", since: 2026-05-01 }, { identity: "oidc:https://a.example|x", since: 2026-05-01T10:00:00+02:00 }]
`)
		r, err := tr.Resolve(key)
		if err != nil {
			t.Fatal(err)
		}
		q := Question{Signer: key.Identity(), Kind: "x", Stated: day("2026-06-01"), AsOf: day("2026-06-01"), Proof: "signed"}
		if d := r.Allows(q); !d.Allowed || r.Fold(key.Identity()) != "" {
			t.Errorf("%s: %+v", who, d)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, s string
		want       bool
	}{
		{"*", "https://github.com/a/b", true},
		{"*", "", true},
		{"github.com/a/*", "https://github.com/a/b", true},
		{"https://github.com/a/*", "github.com/a/b", true},
		{"github.com/a/*", "https://github.com/a/b/c", false},
		{"github.com/a/*", "https://github.com/a/", true},
		{"github.com/a/*", "https://github.com/a", false},
		{"github.com/*/*", "https://github.com/a/b", true},
		{"github.com/a*b*c/x", "github.com/aXbYbZc/x", true},
		{"github.com/a*b*c/x", "github.com/aXb/c/x", false},
		{"github.com/a/b", "https://github.com/a/b", true},
		{"github.com/a/b", "https://github.com/a/bc", false},
		{"github.com/a/b", "https://xgithub.com/a/b", false},
		{"github.com/a/b", "http://github.com/a/b", false},
		{"github.com/a/**", "github.com/a/b", true},
		{"", "", true},
		{"", "github.com/a/b", false},
	} {
		if got := Match(tt.pattern, tt.s); got != tt.want {
			t.Errorf("Match(%q, %q) = %t", tt.pattern, tt.s, got)
		}
	}
}

// TestMatchLong would not end in a lifetime if matching tried every way.
func TestMatchLong(t *testing.T) {
	if Match(strings.Repeat("*a", 512), strings.Repeat("a", 100_000)+"b") {
		t.Error("matches")
	}
}

// TestGlob compares with the plain recursive definition.
func TestGlob(t *testing.T) {
	var slow func(p, s string) bool
	slow = func(p, s string) bool {
		switch {
		case p == "":
			return s == ""
		case p[0] == '*':
			return slow(p[1:], s) || s != "" && s[0] != '/' && slow(p, s[1:])
		}
		return s != "" && p[0] == s[0] && slow(p[1:], s[1:])
	}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.StringMatching(`[ab/*]{0,9}`).Draw(t, "pattern")
		s := rapid.StringMatching(`[ab/]{0,12}`).Draw(t, "text")
		if got, want := glob(p, s), slow(p, s); got != want {
			t.Fatalf("glob(%q, %q) = %t", p, s, got)
		}
	})
}
