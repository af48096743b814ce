package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testca"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/trust"
)

// keylessWorld is a release on GitHub of which CI signed the statement and the
// provenance keyless, with a company's authority and people around it.
type keylessWorld struct {
	*testrelease.World
	instance        *testca.Instance
	company         *testca.Authority
	sara            *testca.Employee  // security reviewer, with a certificate
	omar            *attest.KeySigner // release manager, with a key
	omarKey         string            // its file
	lena            testca.Holder     // an engineer who signs in with the company
	recorder, build testca.Holder
	draft           *bundle.Dossier
	dossier         string // file
}

const (
	hello     = "acme/hello"
	pipelines = "acme/pipelines"
)

func newKeylessWorld(t *testing.T) *keylessWorld {
	t.Helper()
	begin := testrelease.Signed.AddDate(-1, 0, 0)
	w := &keylessWorld{World: testrelease.New(t), instance: testca.NewInstance(t, begin), company: testca.NewAuthority(t, "Acme", begin, nil)}
	w.Git(t, "remote", "set-url", "origin", "https://github.com/"+hello)
	w.sara = w.company.Employee(t, "sara@acme.example", begin.AddDate(0, 6, 0), nil)
	w.omarKey, w.omar = testrelease.NewKey(t, w.Dir, "omar")
	w.lena = testca.Holder{Issuer: "https://login.acme.example", Subject: "lena@acme.example"}
	w.recorder, w.build = reusable(hello, "dossier.yml"), reusable(hello, "build.yml")
	o := w.Options()
	o.BuildProvenance = func(payload []byte) ([]byte, error) {
		return attest.Sign(context.Background(), w.instance.Keyless(t, w.build, testrelease.Signed), payload)
	}
	draft := w.Draft(t, o)
	payload, err := draft.Payload()
	if err != nil {
		t.Fatal(err)
	}
	w.draft = bundle.New()
	testrelease.AddSigned(t, w.draft, w.instance.Keyless(t, w.recorder, testrelease.Signed), payload)
	for _, b := range draft.Blobs {
		w.draft.AddBlob(b)
	}
	w.dossier = w.save(t, "hello.dossier", w.draft)
	for name, data := range map[string][]byte{
		"root.json": w.instance.TrustedRoot(t, true), "acme.pem": w.company.PEM(), "sara.pem": w.sara.PEM(), "sara.key": w.sara.KeyPEM(t),
		"trust.yaml": []byte(w.trust("")), "policy.yaml": []byte(keylessPolicy),
	} {
		w.write(t, name, data)
	}
	return w
}

// reusable is a job of a repository by a workflow of the company's pipelines.
func reusable(repository, file string) testca.Holder {
	h := testca.Workflow(pipelines, file, "refs/tags/v5")
	h.Extensions[12], h.Extensions[14] = "https://github.com/"+repository, "refs/tags/v1.0.1"
	h.Extensions[18] = "https://github.com/" + repository + "/.github/workflows/release.yml@refs/tags/v1.0.1"
	return h
}

// called is a job of a repository, started by a ref, that calls hello's own
// workflow on main.
func called(repository, ref string) testca.Holder {
	h := testca.Workflow(hello, "release.yml", "refs/heads/main")
	h.Extensions[12], h.Extensions[14] = "https://github.com/"+repository, ref
	return h
}

func (w *keylessWorld) path(name string) string { return filepath.Join(w.Dir, name) }

func (w *keylessWorld) write(t *testing.T, name string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(w.path(name), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return w.path(name)
}

func (w *keylessWorld) save(t *testing.T, name string, d *bundle.Dossier) string {
	t.Helper()
	if err := d.WriteFile(t.Context(), w.path(name)); err != nil {
		t.Fatal(err)
	}
	return w.path(name)
}

const keylessPolicy = `id: acme
version: 1
effective: { from: 2020-01-01 }
extends: minimal
parameters:
  builders: ["https://release-dossier.github.io/dossier/builders/local"]
`

// trust is the company's trust document; more is added to its grants.
func (w *keylessWorld) trust(more string) string {
	line := func(s *attest.KeySigner) string { return strings.TrimSpace(s.Public().AuthorizedKey()) }
	return fmt.Sprintf(`id: acme-trust
version: 1
effective: { from: 2020-01-01 }
roots: root.json
authorities: acme.pem
keys:
  tags: { public: %q }
people:
  ana.ruiz: { name: Ana Ruiz, email: ana@acme.example }
  omar.haddad: { name: Omar Haddad, keys: %q }
  sara.lind: { name: Sara Lind, identities: %q }
  lena.vogt: { name: Lena Vogt, identities: "oidc:https://login.acme.example|lena@acme.example" }
roles:
  recorder:
    - keyless: { issuer: "https://token.actions.githubusercontent.com", workflow: acme/pipelines/.github/workflows/dossier.yml@refs/tags/v5, runner: github-hosted }
  builder:
    - keyless: { issuer: "https://token.actions.githubusercontent.com", workflow: acme/pipelines/.github/workflows/build.yml@refs/tags/v5 }
  release-ci: { identities: [recorder, builder], keys: [tags] }
  release-manager: { people: [omar.haddad, lena.vogt] }
  security-reviewer: { people: [sara.lind] }
grants:
  - { who: recorder, kinds: [record], repositories: ["github.com/acme/*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: logged }
  - { who: builder, kinds: [provenance], repositories: ["github.com/acme/*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: timestamped }
  - { who: release-ci, kinds: [tag], repositories: ["github.com/acme/*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: signed }
%s`, line(w.Signer), line(w.omar), w.company.Identity("email:sara@acme.example"), more)
}

// Grants of approvals.
const (
	bothApprove = `  - { who: release-manager, kinds: [approval], repositories: ["github.com/acme/*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: signed, threshold: 2 }
  - { who: security-reviewer, kinds: [approval], repositories: ["github.com/acme/*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: signed, threshold: 2 }
`
	stampedApproval = `  - { who: release-manager, kinds: [approval], repositories: ["github.com/acme/*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: timestamped }
`
)

// run runs a command at the moment of judgement and returns status and output.
func (w *keylessWorld) run(args ...string) (int, string) {
	var out bytes.Buffer
	c := &Cmd{Args: args, Env: w.Environ(), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: func() time.Time { return testrelease.AsOf }}
	return c.Run(context.Background()), out.String()
}

// verify verifies a file and returns the report.
func (w *keylessWorld) verify(t *testing.T, file string, args ...string) (int, *verify.Report) {
	t.Helper()
	status, out := w.run(append([]string{"verify", file, "--artifact", w.Binary, "--format", "json"}, args...)...)
	var r verify.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return status, &r
}

// signerCodes are the codes of all signatures, those that count as "".
func signerCodes(r *verify.Report) (list []string) {
	for _, s := range r.Signers {
		list = append(list, s.Code)
	}
	return list
}

// blockers are the checks that keep a release from being accepted.
func blockers(r *verify.Report) (list []string) {
	for _, c := range r.Checks {
		if c.Blocks() {
			list = append(list, c.ID+" "+c.Code+": "+c.Found)
		}
	}
	return list
}

// TestSeveralSigners has one dossier with a statement and provenance by CI,
// keyless, and an approval that a release manager signed with a key and a
// security reviewer with the company's certificate. Two people must sign it.
func TestSeveralSigners(t *testing.T) {
	w := newKeylessWorld(t)
	trust := w.write(t, "trust.yaml", []byte(w.trust(bothApprove)))
	approval := testrelease.Approval(t, w.draft, w.omar, nil)
	signers := map[string]attest.Signer{
		"omar": w.omar, "sara": w.instance.Stamped(t, w.sara, testrelease.Signed.Add(2*time.Hour)),
		"lena": w.instance.Keyless(t, w.lena, testrelease.Signed.Add(2*time.Hour)),
	}
	for _, tt := range []struct {
		by     []string
		status int
	}{
		{[]string{"omar", "sara"}, 0},
		{[]string{"omar", "lena"}, 0},
		{[]string{"omar", "sara", "lena"}, 0},
		{[]string{"omar"}, 1},
		{[]string{"sara"}, 1},
	} {
		t.Run(strings.Join(tt.by, " "), func(t *testing.T) {
			d := testrelease.Copy(t, w.draft)
			for _, name := range tt.by {
				testrelease.AddSigned(t, d, signers[name], approval)
			}
			status, r := w.verify(t, w.save(t, strings.Join(tt.by, "-")+".dossier", d), "--trust", trust, "--policy", w.path("policy.yaml"))
			if status != tt.status || r.Verdict == verify.NotGenuine {
				t.Errorf("status %d, want %d: %v %v", status, tt.status, signerCodes(r), blockers(r))
			}
		})
	}

	// One person under two identities is one.
	once := strings.Replace(w.trust(bothApprove), `identities: "oidc:https://login`, `keys: "`+strings.TrimSpace(w.omar.Public().AuthorizedKey())+`", identities: "oidc:https://login`, 1)
	once = strings.Replace(once, fmt.Sprintf("omar.haddad: { name: Omar Haddad, keys: %q }", strings.TrimSpace(w.omar.Public().AuthorizedKey())), "omar.haddad: { name: Omar Haddad }", 1)
	status, r := w.verify(t, w.path("omar-lena.dossier"), "--trust", w.write(t, "once.yaml", []byte(once)), "--policy", w.path("policy.yaml"))
	if status != 1 {
		t.Errorf("one person with a key and a login is two: %v", signerCodes(r))
	}
}

// TestKeyless changes one thing of a release that CI signed keyless.
func TestKeyless(t *testing.T) {
	w := newKeylessWorld(t)
	st, _ := testrelease.Release(t, w.draft)
	resigned := func(name string, by attest.Signer) string {
		d := testrelease.Copy(t, w.draft)
		drop := d.Statements()[0].Signatures[0].ID
		d = testrelease.Without(t, d, drop)
		testrelease.AddSigned(t, d, by, st.Payload)
		return w.save(t, name+".dossier", d)
	}
	at := testrelease.Signed
	sandbox, hosted := reusable("acme/sandbox", "dossier.yml"), reusable(hello, "dossier.yml")
	hosted.Extensions[11] = "self-hosted"
	other := w.recorder
	other.Subject = strings.Replace(other.Subject, "v5", "v6", 1)
	without := w.instance.Keyless(t, w.recorder, at)
	without.Log = false
	unproven := w.instance.Keyless(t, w.recorder, at)
	unproven.Log, unproven.Stamp = false, false
	stranger := testca.NewInstance(t, at.AddDate(-1, 0, 0)).Keyless(t, w.recorder, at)
	for _, tt := range []struct {
		name   string
		file   string
		status int
		code   string
	}{
		{"as it is", w.dossier, 0, ""},
		{"job of another repository", resigned("sandbox", w.instance.Keyless(t, sandbox, at)), 1, "certificate-disagrees"},
		{"machine of its own", resigned("self-hosted", w.instance.Keyless(t, hosted, at)), 1, "kind-not-granted"},
		{"another version of the workflow", resigned("workflow", w.instance.Keyless(t, other, at)), 1, "signer-not-trusted"},
		{"no log entry", resigned("log", without), 1, "proof-too-low"},
		{"nothing proves when", resigned("when", unproven), 1, "no-time"},
		{"another Sigstore instance", resigned("instance", stranger), 1, "cert-chain"},
		{"a company's certificate that nobody names", resigned("employee", w.company.Employee(t, "eve@acme.example", at.AddDate(0, -1, 0), nil)), 1, "signer-not-trusted"},
		{"a certificate for TLS", resigned("tls", w.company.Employee(t, "sara@acme.example", at.AddDate(0, -1, 0), func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		})), 1, "cert-usage"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, r := w.verify(t, tt.file, "--trust", w.path("trust.yaml"))
			if status != tt.status || len(r.Signers) != 1 || r.Signers[0].Code != tt.code {
				t.Errorf("status %d, signers %+v, want %d %s: %v", status, r.Signers, tt.status, tt.code, blockers(r))
			}
			for _, c := range r.Checks {
				if c.ID == "sign/key-valid-at-signing" && tt.code == "" && c.Outcome != verify.Pass {
					t.Errorf("%s: %s %s", c.ID, c.Outcome, c.Found)
				}
			}
			if tt.code == "" && (r.Signers[0].NotBefore == nil || r.Signers[0].NotAfter == nil) {
				t.Errorf("signer %+v", r.Signers[0])
			}
		})
	}
}

// TestOneFlag trusts by one flag: the workflows of a repository, one OpenID
// Connect subject, one holder of a company's certificate.
func TestOneFlag(t *testing.T) {
	w := newKeylessWorld(t)
	st, _ := testrelease.Release(t, w.draft)
	by := func(name string, s attest.Signer) string {
		d := testrelease.Without(t, w.draft, w.draft.Statements()[0].Signatures[0].ID)
		testrelease.AddSigned(t, d, s, st.Payload)
		return w.save(t, name+".dossier", d)
	}
	at := testrelease.Signed
	own := testca.Workflow(hello, "release.yml", "refs/tags/v1.0.1")
	unlogged := w.instance.Keyless(t, own, at)
	unlogged.Log = false
	root, chain := []string{"--trusted-root", w.path("root.json")}, []string{"--cert-chain", w.path("acme.pem")}
	from := append([]string{"--from", "github.com/" + hello}, root...)
	signer := func(id string, more []string) []string { return append([]string{"--signer", id}, more...) }
	for _, tt := range []struct {
		name, file string
		args       []string
		code       string
	}{
		{"a workflow of the repository", by("own", w.instance.Keyless(t, own, at)), from, ""},
		{"without a log entry", by("unlogged", unlogged), from, "unproven-offline"},
		{"a workflow on a branch", by("branch", w.instance.Keyless(t, testca.Workflow(hello, "release.yml", "refs/heads/patch"), at)), from, "signer-not-trusted"},
		{"a job of a branch that calls a workflow on main", by("called", w.instance.Keyless(t, called(hello, "refs/heads/patch"), at)), from, "kind-not-granted"},
		{"a pull request that calls a workflow on main", by("pull", w.instance.Keyless(t, called(hello, "refs/pull/7/merge"), at)), from, "kind-not-granted"},
		{"a fork that calls a workflow on main", by("forked", w.instance.Keyless(t, called("mallory/hello", "refs/heads/main"), at)), from, "kind-not-granted"},
		{"a workflow of another repository", by("fork", w.instance.Keyless(t, testca.Workflow("mallory/hello", "release.yml", "refs/tags/v1.0.1"), at)), from, "signer-not-trusted"},
		{"a subject", by("lena", w.instance.Keyless(t, w.lena, at)), signer("oidc:https://login.acme.example|lena@acme.example", root), ""},
		{"another subject", w.path("lena.dossier"), signer("oidc:https://login.acme.example|leno@acme.example", root), "signer-not-trusted"},
		{"the subject at another issuer", w.path("lena.dossier"), signer("oidc:https://accounts.example|lena@acme.example", root), "signer-not-trusted"},
		{"a company's certificate", by("sara", w.sara), signer(w.company.Identity("email:sara@acme.example"), chain), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, r := w.verify(t, tt.file, tt.args...)
			if got := r.Signers[0]; got.Code != tt.code || got.Allowed != (tt.code == "") {
				t.Errorf("%s: %s, want %q", got.Code, got.Detail, tt.code)
			}
		})
	}
	for name, args := range map[string][]string{
		"--from without a root":          {"--from", "github.com/acme/hello"},
		"--from of something else":       append([]string{"--from", "gitlab.com/acme/hello"}, root...),
		"--from and --trust":             append([]string{"--trust", w.path("trust.yaml")}, from...),
		"--signer without a root":        {"--signer", "oidc:https://login.acme.example|lena@acme.example"},
		"--signer without its authority": {"--signer", w.company.Identity("email:sara@acme.example")},
		"--signer with a pattern":        signer("oidc:https://login.acme.example|*", root),
		"a root that is none":            {"--trusted-root", w.path("acme.pem")},
		"an authority that is none":      {"--cert-chain", w.path("root.json")},
		"a list without its authority":   {"--crl", w.path("acme.pem")},
		"a file that is not there":       {"--trusted-root", w.path("nothing")},
	} {
		if status, out := w.run(append([]string{"verify", w.dossier}, args...)...); status != 2 {
			t.Errorf("%s: status %d\n%s", name, status, out)
		}
	}
}

// TestOtherToolsByCertificate has statements of other tools that name no
// repository, signed by a workflow that every repository may call: they count if
// the release's own repository has called it.
func TestOtherToolsByCertificate(t *testing.T) {
	w := newKeylessWorld(t)
	trust := w.write(t, "trust.yaml", []byte(w.trust(`  - { who: builder, kinds: ["https://spdx.dev/Document", vsa], repositories: ["github.com/acme/*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: logged }
`)))
	_, record := testrelease.Release(t, w.draft)
	statement := func(predicateType, predicate string) []byte {
		return fmt.Appendf(nil, `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"hello","digest":{"sha256":%q}}],"predicateType":%q,"predicate":%s}`,
			record.Artifacts[0].Digest.Hex(), predicateType, predicate)
	}
	const built = `{"buildDefinition":{"buildType":"https://acme.example/build","externalParameters":{}},"runDetails":{"builder":{"id":"https://acme.example/builder"}}}`
	zero := strings.Repeat("0", 64)
	verified := fmt.Sprintf(`{"verifier":{"id":"https://acme.example/verifier"},"timeVerified":%q,"resourceUri":"pkg:generic/hello",
		"policy":{"uri":"https://acme.example/policy","digest":{"sha256":%q}},"verificationResult":"PASSED","verifiedLevels":["SLSA_BUILD_LEVEL_2"]}`,
		testrelease.Signed.Format(time.RFC3339), zero)
	for repository, code := range map[string]string{hello: "", "acme/sandbox": "certificate-disagrees"} {
		by := w.instance.Keyless(t, reusable(repository, "build.yml"), testrelease.Signed)
		sign := func(payload []byte) []byte {
			raw, err := attest.Sign(context.Background(), by, payload)
			if err != nil {
				t.Fatal(err)
			}
			return raw
		}
		d := testrelease.Restate(t, w.draft, w.instance.Keyless(t, w.recorder, testrelease.Signed), func(d *bundle.Dossier, r *evidence.Record) {
			testrelease.Attach(d, r, &r.Attestations, "sbom.sigstore.json", evidence.MediaTypeSigstoreBundle, sign(statement("https://spdx.dev/Document", `{}`)))
			r.Provenance = nil
			testrelease.Attach(d, r, &r.Provenance, "build.sigstore.json", evidence.MediaTypeSigstoreBundle, sign(statement("https://slsa.dev/provenance/v1", built)))
		})
		_, r := w.verify(t, w.save(t, "tools.dossier", d), "--trust", trust)
		for _, id := range []string{"signatures/attestation", "signatures/provenance"} {
			i := slices.IndexFunc(r.Checks, func(c verify.Check) bool { return c.ID == id })
			if i < 0 || r.Checks[i].Code != code {
				t.Errorf("%s by a job of %s: want %q in %+v", id, repository, code, r.Checks)
			}
		}
		_, out := w.run("verify-vsa", "--vsa", w.write(t, "vsa.json", sign(statement("https://slsa.dev/verification_summary/v1", verified))), "--json",
			"--trust", trust, "--policy-digest", "sha256:"+zero, "--release", "github.com/"+hello+"@1.0.1", w.Binary)
		var got verify.SummaryReport
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got.Signer == nil || got.Signer.Code != code {
			t.Errorf("a summary by a job of %s: want %q, got %+v", repository, code, got.Signer)
		}
	}
}

// TestMayStateByCertificate: a job is told before it signs, and enters that in a
// public log, that it speaks for its own repository only.
func TestMayStateByCertificate(t *testing.T) {
	w := newKeylessWorld(t)
	document := w.trust(`  - { who: recorder, kinds: [approval], repositories: ["github.com/acme/*"], environments: ["*"], from: 2020-01-01, until: 2100-01-01, min-proof: logged }
`)
	reader := trust.Reader{Open: func(string) ([]byte, error) { return []byte("{}"), nil }}
	tr, err := reader.Parse("trust.yaml", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	for repository, code := range map[string]string{hello: "", "acme/sandbox": "certificate-disagrees"} {
		der := w.instance.Keyless(t, reusable(repository, "dossier.yml"), testrelease.Signed).Certificate(w.sara.Certificate.PublicKey)
		id, build, notBefore, err := sigstore.Certified(der)
		if err != nil {
			t.Fatal(err)
		}
		s := &signer{identity: id, build: build, notBefore: &notBefore, proof: "logged"}
		a := &evidence.Approval{At: evidence.At(testrelease.Signed)}
		d, err := mayState(tr, s, a, "https://github.com/"+hello, testrelease.Signed.Add(time.Second))
		if err != nil || d.Code != code || d.Allowed != (code == "") {
			t.Errorf("a job of %s: %+v, %v, want %q", repository, d, err, code)
		}
	}
}

// TestFirstLook: who trusts nobody yet sees who signed, and which flag to add.
func TestFirstLook(t *testing.T) {
	w := newKeylessWorld(t)
	status, out := w.run("verify", w.dossier, "--trusted-root", w.path("root.json"))
	if want := "--signer 'oidc:https://token.actions.githubusercontent.com|https://github.com/acme/pipelines/.github/workflows/dossier.yml@refs/tags/v5'"; status != 1 || !strings.Contains(out, want) {
		t.Errorf("status %d, want 1 and %s\n%s", status, want, out)
	}
	if status, out = w.run("verify", w.dossier); status != 1 || !strings.Contains(out, "trust-root") {
		t.Errorf("status %d, want 1 and that a trusted root is missing\n%s", status, out)
	}
}

// TestTrustDigestCountsRoots: the digest in the report is of the roots too,
// whether the trust document names them or a flag does.
func TestTrustDigestCountsRoots(t *testing.T) {
	w := newKeylessWorld(t)
	bare := w.write(t, "bare.yaml", []byte(strings.NewReplacer("roots: root.json\n", "", "authorities: acme.pem\n", "").Replace(w.trust(""))))
	digest := func(args ...string) string {
		_, r := w.verify(t, w.dossier, args...)
		return r.Trust.Digest.String()
	}
	named, none := digest("--trust", w.path("trust.yaml")), digest("--trust", bare)
	given := digest("--trust", bare, "--trusted-root", w.path("root.json"), "--cert-chain", w.path("acme.pem"))
	if named != given || named == none {
		t.Errorf("named %s, given %s, none %s", named, given, none)
	}
}

// TestKeylessThenApprove: verbs that add to a dossier verify it first, under the
// same roots; a grant that asks for a timestamp is told before anything is signed.
func TestKeylessThenApprove(t *testing.T) {
	w := newKeylessWorld(t)
	approve := func(file, trust string) (int, string) {
		return w.run("approve", file, "--key", w.omarKey, "--rationale", "staging is green and the change is small",
			"--ref", "https://example.com/changes/7", "--name", "Omar Haddad", "--trust", trust)
	}
	alone := strings.ReplaceAll(bothApprove, ", threshold: 2", "")
	trust := w.write(t, "alone.yaml", []byte(w.trust(alone)))
	if status, out := approve(w.save(t, "approved.dossier", w.draft), trust); status != 0 {
		t.Fatalf("status %d\n%s", status, out)
	}
	if status, r := w.verify(t, w.path("approved.dossier"), "--trust", trust, "--policy", w.path("policy.yaml")); status != 0 {
		t.Errorf("status %d: %v", status, blockers(r))
	}
	stamped := w.write(t, "stamped.yaml", []byte(w.trust(stampedApproval)))
	if status, out := approve(w.save(t, "stamped.dossier", w.draft), stamped); status != 1 || !strings.Contains(out, "proof-too-low") {
		t.Errorf("status %d\n%s", status, out)
	}
	d := testrelease.Copy(t, w.draft)
	testrelease.AddSigned(t, d, w.instance.Stamped(t, w.omar, testrelease.Signed.Add(time.Hour)), testrelease.Approval(t, d, w.omar, nil))
	if status, r := w.verify(t, w.save(t, "proven.dossier", d), "--trust", stamped, "--policy", w.path("policy.yaml")); status != 0 {
		t.Errorf("status %d: %v", status, blockers(r))
	}
	// Without the root nothing is known of the time.
	root := strings.Replace(w.trust(stampedApproval), "roots: root.json\n", "", 1)
	if status, _ := w.verify(t, w.path("proven.dossier"), "--trust", w.write(t, "rootless.yaml", []byte(root))); status == 0 {
		t.Error("a timestamp counts by no root")
	}
}

// TestRevokedSince: a key that was lost keeps the signatures that are proven to be
// older, and no others.
func TestRevokedSince(t *testing.T) {
	w := newKeylessWorld(t)
	grant := strings.Replace(stampedApproval, "timestamped", "signed", 1)
	approval := testrelease.Approval(t, w.draft, w.omar, nil)
	for _, tt := range []struct {
		name    string
		by      attest.Signer
		revoked time.Time
		code    string
	}{
		{"proven before", w.instance.Stamped(t, w.omar, testrelease.Signed.Add(time.Hour)), testrelease.Signed.Add(2 * time.Hour), ""},
		{"proven after", w.instance.Stamped(t, w.omar, testrelease.Signed.Add(3*time.Hour)), testrelease.Signed.Add(2 * time.Hour), "revoked"},
		{"logged before", w.instance.Logged(t, w.omar, testrelease.Signed.Add(time.Hour)), testrelease.Signed.Add(2 * time.Hour), ""},
		{"not proven", w.omar, testrelease.AsOf, "revoked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := testrelease.Copy(t, w.draft)
			testrelease.AddSigned(t, d, tt.by, approval)
			text := w.trust(grant) + fmt.Sprintf("revoked: [{ identity: %q, since: %s, reason: laptop lost }]\n", w.omar.Public().Identity(), tt.revoked.Format(time.RFC3339))
			_, r := w.verify(t, w.save(t, strings.ReplaceAll(tt.name, " ", "-")+".dossier", d), "--trust", w.write(t, "revoked.yaml", []byte(text)))
			for _, got := range r.Signers {
				if got.Statement != r.Release.Statement && got.Code != tt.code {
					t.Errorf("%q (%s), want %q", got.Code, got.Detail, tt.code)
				}
			}
		})
	}
}

// TestVerifyBundleOfCompany verifies a bundle by itself: a signature with a
// company's certificate, revoked or not.
func TestVerifyBundleOfCompany(t *testing.T) {
	w := newKeylessWorld(t)
	raw, err := attest.Sign(t.Context(), w.instance.Stamped(t, w.sara, testrelease.Signed), testrelease.Approval(t, w.draft, w.omar, nil))
	if err != nil {
		t.Fatal(err)
	}
	st, _ := testrelease.Release(t, w.draft)
	revoked := func(name string, at time.Time) string {
		return w.write(t, name, w.company.CRL(t, testrelease.AsOf.Add(-time.Hour), testrelease.AsOf.Add(time.Hour), map[*x509.Certificate]time.Time{w.sara.Certificate: at}))
	}
	before, after := revoked("before.crl", testrelease.Signed.Add(-time.Hour)), revoked("after.crl", testrelease.Signed.Add(time.Hour))
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"good", nil, 0, "signer  email:sara@acme.example"},
		{"revoked after", []string{"--crl", after}, 0, "VERIFIED"},
		{"revoked before", []string{"--crl", before}, 1, "cert-revoked"},
		{"another name", []string{"--certificate-identity", "tom@acme.example"}, 1, "identity"},
		{"another authority", []string{"--cert-chain", w.write(t, "other.pem", testca.NewAuthority(t, "Other", testrelease.Signed, nil).PEM())}, 0, "VERIFIED"},
		{"of a job", []string{"--source-ref", "refs/tags/v1"}, 2, "says nothing of a job"},
		{"a list that is none", []string{"--crl", w.path("acme.pem")}, 2, "acme.pem"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"verify-bundle", "--bundle", w.write(t, "sara.json", raw), "--trusted-root", w.path("root.json"), "--without-log",
				"--cert-chain", w.path("acme.pem")}, tt.args...)
			if !slices.Contains(args, "--certificate-identity") {
				args = append(args, "--certificate-identity", "sara@acme.example")
			}
			if status, out := w.run(append(args, st.ID.String())...); status != tt.status || !strings.Contains(out, tt.want) {
				t.Errorf("status %d, want %d and %s\n%s", status, tt.status, tt.want, out)
			}
		})
	}
}

// tagged is a release of a tag that somebody signed with a certificate.
func (w *keylessWorld) tagged(t *testing.T, name string, by testca.GitSignature) string {
	t.Helper()
	version := fmt.Sprintf("v1.1.%d", len(strings.Fields(w.Git(t, "tag", "-l", "v1.1.*"))))
	payload := fmt.Sprintf("object %s\ntype commit\ntag %s\ntagger Lena Vogt <lena@acme.example> %d +0000\n\nhello\n",
		w.Git(t, "rev-parse", "HEAD"), version, testrelease.Signed.Unix())
	file := w.write(t, "tag", append([]byte(payload), by.Sign(t, []byte(payload))...))
	w.Git(t, "update-ref", "refs/tags/"+version, w.Git(t, "hash-object", "-t", "tag", "-w", file))
	o := w.Options()
	o.Tag = version
	build := reusable(hello, "build.yml")
	build.Extensions[14] = "refs/tags/" + version
	o.BuildProvenance = func(payload []byte) ([]byte, error) {
		return attest.Sign(context.Background(), w.instance.Keyless(t, build, testrelease.Signed), payload)
	}
	draft := w.Draft(t, o)
	signed, err := draft.Payload()
	if err != nil {
		t.Fatal(err)
	}
	d := bundle.New()
	testrelease.AddSigned(t, d, w.instance.Keyless(t, w.recorder, testrelease.Signed), signed)
	for _, b := range draft.Blobs {
		d.AddBlob(b)
	}
	return w.save(t, name+".dossier", d)
}

// TestCertificateTags has tags that were signed with certificates: by gitsign, with
// and without the log entry in it, and with a company's certificate.
func TestCertificateTags(t *testing.T) {
	w := newKeylessWorld(t)
	trust := w.write(t, "tags.yaml", []byte(strings.Replace(w.trust(""), "keys: [tags] }", "keys: [tags], people: [lena.vogt, sara.lind] }", 1)))
	lena := w.instance.Keyless(t, w.lena, testrelease.Signed)
	sara := testca.GitSignature{Certificate: w.sara.Certificate, Key: w.sara.Key, At: testrelease.Signed}
	stamped := sara
	stamped.Token = func(t testing.TB, sig []byte) []byte { return w.instance.Token(t, sig, testrelease.Signed) }
	eve := lena.Gitsign(true, true)
	eve.Key = w.sara.Key
	for _, tt := range []struct {
		name   string
		by     testca.GitSignature
		status int
		code   string
	}{
		{"logged", lena.Gitsign(true, false), 0, ""},
		{"unproven", lena.Gitsign(false, false), 1, "no-time"},
		{"stamped", stamped, 0, ""},
		{"signed", sara, 0, ""},
		{"forged", eve, 3, "tag-signature-invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := w.tagged(t, tt.name, tt.by)
			status, r := w.verify(t, file, "--trust", trust)
			for _, c := range r.Checks {
				if c.ID == "signatures/tag" && (c.Code != tt.code && c.Why != tt.code || (c.Outcome == verify.Pass) != (tt.code == "")) {
					t.Errorf("%s %s: %s", c.Outcome, c.Code, c.Found)
				}
			}
			if status != tt.status {
				t.Errorf("status %d, want %d: %v", status, tt.status, blockers(r))
			}
		})
	}
}

// TestSignWithCertificate signs with a key and the certificate of a company's
// authority for it: a dossier, and an approval of another one.
func TestSignWithCertificate(t *testing.T) {
	w := newKeylessWorld(t)
	own := []string{"--key", w.path("sara.key"), "--certificate", w.path("sara.pem")}
	out := w.path("own.dossier")
	args := append([]string{"create", "v1.0.1", "-C", w.Repo, "--artifact", w.Binary, "--first", "-o", out, "--cert-chain", w.path("acme.pem")}, own...)
	if status, text := w.run(args...); status != 0 {
		t.Fatalf("status %d\n%s", status, text)
	}
	_, r := w.verify(t, out, "--signer", w.company.Identity("email:sara@acme.example"), "--cert-chain", w.path("acme.pem"))
	if s := r.Signers[0]; !s.Allowed || s.NotAfter != nil {
		t.Errorf("%+v", s)
	}

	trust := w.write(t, "alone.yaml", []byte(w.trust(strings.ReplaceAll(bothApprove, ", threshold: 2", ""))))
	approve := func(more ...string) (int, string) {
		return w.run(append([]string{"approve", w.save(t, "approved.dossier", w.draft), "--rationale", "the scan is clean and the change is small",
			"--ref", "https://example.com/changes/7", "--name", "Sara Lind"}, more...)...)
	}
	if status, text := approve(append(own, "--trust", trust)...); status != 0 {
		t.Fatalf("status %d\n%s", status, text)
	}
	if status, r := w.verify(t, w.path("approved.dossier"), "--trust", trust, "--policy", w.path("policy.yaml")); status != 0 {
		t.Errorf("status %d: %v", status, blockers(r))
	}
	over := w.company.Employee(t, "sara@acme.example", testrelease.Signed.AddDate(-2, 0, 0), nil)
	tom := w.company.Employee(t, "tom@acme.example", testrelease.Signed.AddDate(0, -1, 0), nil)
	for name, tt := range map[string]struct {
		want string
		args []string
	}{
		"of another key":         {"another key", []string{"--key", w.path("sara.key"), "--certificate", w.write(t, "tom.pem", tom.PEM()), "--trust", trust}},
		"that is over":           {"no-time", []string{"--key", w.write(t, "over.key", over.KeyPEM(t)), "--certificate", w.write(t, "over.pem", over.PEM()), "--trust", trust}},
		"without its authority":  {"--cert-chain", append([]string{"--signer", w.Signer.Public().Fingerprint()}, own...)},
		"with a log entry":       {"exclude each other", append([]string{"--trust", trust, "--log", "--signing-config", "x"}, own...)},
		"that is no certificate": {"not a certificate", []string{"--key", w.path("sara.key"), "--certificate", w.path("sara.key"), "--trust", trust}},
		"revoked": {"cert-revoked", append([]string{"--trust", trust, "--crl", w.write(t, "gone.crl",
			w.company.CRL(t, testrelease.Signed, testrelease.AsOf.Add(time.Hour), map[*x509.Certificate]time.Time{w.sara.Certificate: testrelease.Signed}))}, own...)},
	} {
		if status, text := approve(tt.args...); status != 2 || !strings.Contains(text, tt.want) {
			t.Errorf("a certificate %s: status %d, want 2 and %q\n%s", name, status, tt.want, text)
		}
	}
}
