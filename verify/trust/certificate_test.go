package trust

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

const keylessDocument = `id: company
version: 1
effective: { from: 2026-01-01 }
people:
  lena: { identities: ["oidc:https://login.acme.example|lena@acme.example"] }
roles:
  recorder:
    - keyless: { issuer: "https://token.actions.githubusercontent.com", workflow: acme/pipelines/.github/workflows/dossier.yml@refs/tags/v5, runner: github-hosted }
  release-manager: { people: lena }
grants:
  - { who: recorder, kinds: [record], repositories: ["github.com/acme/*"], from: 2026-01-01, until: 2028-01-01, min-proof: timestamped }
  - { who: release-manager, kinds: [approval], repositories: ["github.com/acme/*"], from: 2026-01-01, until: 2028-01-01, min-proof: signed }
  - { who: "oidc:https://token.actions.githubusercontent.com|https://github.com/acme/*/.github/workflows/build.yml@refs/tags/v*", kinds: [provenance], repositories: ["github.com/acme/*"], from: 2026-01-01, until: 2028-01-01, min-proof: logged }
`

const recorderIdentity = "oidc:https://token.actions.githubusercontent.com|https://github.com/acme/pipelines/.github/workflows/dossier.yml@refs/tags/v5"

func TestKeyless(t *testing.T) {
	tr, err := Parse("trust.yaml", []byte(keylessDocument))
	if err != nil {
		t.Fatal(err)
	}
	signed := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	hosted := &provenance.Certificate{Runner: "github-hosted"}
	for _, tt := range []struct {
		name, signer, kind, proof string
		certificate               *provenance.Certificate
		code                      string
	}{
		{"recorder", recorderIdentity, "record", "timestamped", hosted, ""},
		{"recorder, logged", recorderIdentity, "record", "logged", hosted, ""},
		{"no proof of time", recorderIdentity, "record", "signed", hosted, CodeProof},
		{"on a machine of its own", recorderIdentity, "record", "logged", &provenance.Certificate{Runner: "self-hosted"}, CodeKind},
		{"certificate not at hand", recorderIdentity, "record", "logged", nil, CodeKind},
		{"another tag of the workflow", recorderIdentity + ".1", "record", "logged", hosted, CodeSignerNotTrusted},
		{"another issuer", strings.Replace(recorderIdentity, "token.actions", "token.evil", 1), "record", "logged", hosted, CodeSignerNotTrusted},
		{"person", "oidc:https://login.acme.example|lena@acme.example", "approval", "signed", &provenance.Certificate{}, ""},
		{"person at another issuer", "oidc:https://accounts.google.com|lena@acme.example", "approval", "logged", &provenance.Certificate{}, CodeSignerNotTrusted},
		{"pattern in a grant", "oidc:https://token.actions.githubusercontent.com|https://github.com/acme/shop/.github/workflows/build.yml@refs/tags/v1.2.3", "provenance", "logged", hosted, ""},
		{"pattern does not cross a slash", "oidc:https://token.actions.githubusercontent.com|https://github.com/acme/x/y/.github/workflows/build.yml@refs/tags/v1", "provenance", "logged", hosted, CodeSignerNotTrusted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kind := evidence.PredicateBase + tt.kind + "/v1"
			if tt.kind == "provenance" {
				kind = "https://slsa.dev/provenance/v1"
			}
			d := tr.Allows(Question{
				Signer: evidence.Identity(tt.signer), Build: tt.certificate, Kind: kind, Proof: tt.proof,
				Repository: "https://github.com/acme/shop", Stated: signed, AsOf: signed, NotBefore: &signed, NotAfter: &signed,
			})
			if d.Code != tt.code || d.Allowed != (tt.code == "") {
				t.Errorf("%+v, want %q", d, tt.code)
			}
		})
	}
	if got := tr.RolesFor(Question{Signer: recorderIdentity, Build: hosted, Stated: signed}); !slices.Equal(got, []string{"recorder"}) {
		t.Errorf("roles %v", got)
	}
	if got := tr.Roles(recorderIdentity); len(got) > 0 {
		t.Errorf("roles %v, without what the certificate says", got)
	}
	if tr.Fold("oidc:https://login.acme.example|lena@acme.example") != "lena" {
		t.Error("an OpenID Connect subject is not its person's")
	}
}

func TestForRepository(t *testing.T) {
	tr, err := ForRepository("github.com/acme/shop")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	const here, issuer = "https://github.com/acme/shop", "oidc:" + GitHubIssuer + "|"
	for subject, allowed := range map[string]bool{
		here + "/.github/workflows/release.yml@refs/tags/v1.0.0":             true,
		here + "/.github/workflows/release.yml@refs/heads/main":              true,
		here + "/.github/workflows/release.yml@refs/heads/feature":           false,
		here + "/.github/workflows/release.yml@refs/pull/7/merge":            false,
		here + "-evil/.github/workflows/release.yml@refs/tags/v1.0.0":        false,
		"https://github.com/acme/other/.github/workflows/r.yml@refs/tags/v1": false,
	} {
		q := Question{
			Signer: evidence.Identity(issuer + subject), Build: &provenance.Certificate{Repository: here, Ref: "refs/tags/v1.0.0"}, Repository: here,
			Kind: evidence.PredicateBase + "record/v1", Proof: "logged", Stated: at, AsOf: at, NotBefore: &at, NotAfter: &at,
		}
		if d := tr.Allows(q); d.Allowed != allowed {
			t.Errorf("%s: %+v", subject, d)
		}
		if roles := tr.RolesFor(q); allowed != slices.Equal(roles, []string{"builder", "release-ci"}) {
			t.Errorf("%s: roles %v", subject, roles)
		}
		q.Repository = "https://github.com/acme/other"
		if tr.Allows(q).Allowed {
			t.Errorf("%s may speak for another repository", subject)
		}
		// A job of a branch that nobody protects may call a workflow of one that is.
		for _, c := range []provenance.Certificate{
			{Repository: "https://github.com/acme/fork", Ref: "refs/tags/v1.0.0"}, {Repository: here, Ref: "refs/heads/feature"},
			{Repository: here, Ref: "refs/pull/7/merge"}, {Repository: here},
		} {
			if q.Repository, q.Build = here, &c; tr.Allows(q).Allowed {
				t.Errorf("%s counts though its certificate names the source %+v", subject, c)
			}
		}
	}
	for _, bad := range []string{"", "acme/shop", "github.com/acme", "gitlab.com/acme/shop", "github.com/acme/*", "github.com/a/b/c"} {
		if _, err := ForRepository(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestAnchors(t *testing.T) {
	const document = "id: t\nversion: 1\neffective: { from: 2026-01-01 }\n"
	files := map[string]string{"company/ca.pem": "CA", "company/sub/root.json": "{}", "ca.pem": "CA"}
	reader := Reader{Open: func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, errors.New(name + ": no such file")
	}}
	parse := func(name, more string) *Trust {
		t.Helper()
		tr, err := reader.Parse(name, []byte(document+more))
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	plain := parse("trust.yaml", "")
	named := parse("company/trust.yaml", "authorities: ca.pem\nroots: [sub/root.json]\n")
	if a := named.Anchors(); len(a.Authorities) != 1 || string(a.Authorities[0]) != "CA" || string(a.Roots[0]) != "{}" || a.CRLs != nil {
		t.Errorf("%q", a)
	}
	if named.Digest == plain.Digest {
		t.Error("the files that a document names are not in its digest")
	}
	if pinned := parse("trust.yaml", "authorities: ca.pem@"+evidence.Sum([]byte("CA")).String()+"\nroots: '{}'\n"); pinned.Digest != named.Digest {
		t.Error("the digest depends on how the files are named")
	}
	given, err := plain.WithAnchors(Anchors{Roots: [][]byte{[]byte("{}")}, Authorities: [][]byte{[]byte("CA"), []byte("CA")}})
	if err != nil {
		t.Fatal(err)
	}
	if given.Digest != named.Digest || plain.Digest != parse("trust.yaml", "").Digest {
		t.Error("files that a caller gives are not as those that the document names")
	}
	if _, err := reader.Parse("trust.yaml", []byte(document+"authorities: ca.pem@"+evidence.Sum(nil).String()+"\n")); err == nil {
		t.Error("a file is accepted that is not the one pinned")
	}

	newer, err := reader.Parse("trust.yaml", []byte("id: t\nversion: 2\neffective: { from: 2026-06-01 }\n"))
	if err != nil {
		t.Fatal(err)
	}
	both, err := Join(named, newer)
	if err != nil {
		t.Fatal(err)
	}
	if !both.Anchors().None() {
		t.Error("an anchor counts that the newest version no longer names")
	}
	more, err := both.WithAnchors(Anchors{CRLs: [][]byte{[]byte("L")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(more.Versions()) != 2 || len(more.Anchors().CRLs) != 1 || more.Digest == both.Digest {
		t.Errorf("versions %d, anchors %q", len(more.Versions()), more.Anchors())
	}
}
