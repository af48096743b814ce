package verify_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

// badInput is one way in which a dossier, or what is asked of it, is not right.
type badInput struct {
	name  string
	build func(t *testing.T, c *cast) *bundle.Dossier
	// ask changes what is expected and by whom is judged.
	ask     func(t *testing.T, c *cast, e *verify.Expect, o *verify.Options)
	verdict verify.Verdict
	code    string // among the checks or reasons
}

func TestBadInput(t *testing.T) {
	c := newCast(t)
	for _, tc := range slices.Concat(signerCases, setCases, statementCases, askCases, gitCases, documentCases, sealCases, recordCases, withheldCases) {
		t.Run(tc.name, func(t *testing.T) {
			d, e, o := c.approved, c.expect(t), c.options(t, "solo")
			if tc.build != nil {
				d = tc.build(t, c)
			}
			if tc.ask != nil {
				tc.ask(t, c, &e, &o)
			}
			r := judge(t, d, e, o)
			found := codes(r)
			if tc.verdict != verify.Accepted {
				found = blocking(r)
			}
			if r.Verdict != tc.verdict || !slices.Contains(found, tc.code) {
				explain(t, r)
				t.Fatalf("verdict %s (exit %d), codes %v: want %s with %s", r.Verdict, r.Verdict.ExitCode(), found, tc.verdict, tc.code)
			}
			if r.Verdict != verify.Accepted && len(r.Reasons) == 0 {
				t.Error("no reason is given")
			}
		})
	}
}

// resign signs the release statement of the cast as another party.
func resign(by func(*cast) *attest.KeySigner) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		return testrelease.Restate(t, c.release, by(c), func(d *bundle.Dossier, r *evidence.Record) {
			key := by(c).Public().PEM()
			testrelease.Swap(d, r, r.Materials[keyMaterial(r)].Digest, key)
		})
	}
}

func keyMaterial(r *evidence.Record) int {
	return slices.IndexFunc(r.Materials, func(m evidence.Material) bool { return m.MediaType == evidence.MediaTypePublicKey })
}

var signerCases = []badInput{
	{"unpinned signer", resign(func(c *cast) *attest.KeySigner { return c.stranger }), nil, verify.NotAccepted, "signer-not-trusted"},
	{"signer of a sister repository", resign(func(c *cast) *attest.KeySigner { return c.sister }), nil, verify.NotAccepted, "repository-not-granted"},
	{"expired grant", resign(func(c *cast) *attest.KeySigner { return c.expired }), nil, verify.NotAccepted, "outside-grant-time"},
	{"kind not granted", resign(func(c *cast) *attest.KeySigner { return c.tom }), withTrust(func(s string) string {
		return strings.ReplaceAll(s, `[approval, incident, "*"]`, "[approval]")
	}), verify.NotAccepted, "kind-not-granted"},
	{"revoked key", nil, func(t *testing.T, c *cast, _ *verify.Expect, o *verify.Options) {
		o.Trust = c.trust(t, "revoked:\n  - { identity: ci, since: 2026-11-01T00:00:00Z, reason: stolen }\n")
	}, verify.NotAccepted, "revoked"},
	{"trust not in force", nil, withTrust(func(s string) string {
		return strings.Replace(s, "effective: { from: 2026-01-01,", "effective: { from: 2027-01-01,", 1)
	}), verify.NotAccepted, "trust-not-in-force"},
	{"no trust", nil, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) { o.Trust = nil }, verify.NotAccepted, "no-trust"},
	{"no policy", nil, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) { o.Policy = nil }, verify.NotAccepted, "no-policy"},
	{"a policy that asks nothing", nil, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) { o.Policy = silent{} }, verify.NotAccepted, "nothing-asked"},
	{"a policy that is no value", nil, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) { o.Policy = (*policy.Policy)(nil) }, verify.NotAccepted, "nothing-asked"},
	{"no expectation", nil, func(_ *testing.T, _ *cast, e *verify.Expect, _ *verify.Options) { *e = verify.Expect{} }, verify.NotAccepted, "no-expectation"},
	{"made after as-of", nil, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) {
		o.AsOf = testrelease.Signed.Add(-verify.ClockSkew - time.Minute)
	}, verify.NotAccepted, "after-as-of"},
	{"approved after as-of", nil, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) {
		o.AsOf = testrelease.Signed.Add(time.Minute)
	}, verify.Accepted, "after-as-of"},
}

type silent struct{}

func (silent) Judge(*verify.Facts) ([]verify.Check, verify.PolicyView) {
	return nil, verify.PolicyView{}
}

// withTrust judges by a trust document that differs.
func withTrust(change func(string) string) func(*testing.T, *cast, *verify.Expect, *verify.Options) {
	return func(t *testing.T, c *cast, _ *verify.Expect, o *verify.Options) {
		o.Trust = c.trustText(t, change(c.document("")))
	}
}

// materialNamed returns the digest of the first material whose name begins so.
func materialNamed(t *testing.T, d *bundle.Dossier, prefix string) evidence.Digest {
	t.Helper()
	_, r := testrelease.Release(t, d)
	i := slices.IndexFunc(r.Materials, func(m evidence.Material) bool { return strings.HasPrefix(m.Name, prefix) })
	if i < 0 {
		t.Fatalf("no material %s in %v", prefix, r.Materials)
	}
	return r.Materials[i].Digest
}

// signatureOf returns the first signature of a statement of a kind.
func signatureOf(t *testing.T, d *bundle.Dossier, release bool) *bundle.Signature {
	t.Helper()
	for _, st := range d.Statements() {
		if st.IsRelease() == release {
			return st.Signatures[0]
		}
	}
	t.Fatal("no such statement")
	return nil
}

// file packs d, applies a change to the bytes and opens them again.
func file(t *testing.T, d *bundle.Dossier, change func([]byte) []byte) *bundle.Dossier {
	t.Helper()
	var b bytes.Buffer
	if err := d.Pack(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	data := change(b.Bytes())
	got, err := bundle.OpenTar(t.Context(), bytes.NewReader(data), int64(len(data)), bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// another makes the dossier of another release, v1.0.0, of the same repository.
func another(t *testing.T, c *cast) *bundle.Dossier {
	o := c.Options()
	o.Tag = "v1.0.0"
	return c.Sign(t, c.Draft(t, o))
}

var setCases = []badInput{
	{"swapped SBOM bytes", func(t *testing.T, c *cast) *bundle.Dossier {
		return file(t, c.approved, func(b []byte) []byte { return bytes.Replace(b, []byte(`"bomFormat"`), []byte(`"BomFormat"`), 1) })
	}, nil, verify.NotGenuine, "digest-mismatch"},
	{"material removed", func(t *testing.T, c *cast) *bundle.Dossier {
		return testrelease.Without(t, c.approved, materialNamed(t, c.approved, "sbom/"))
	}, nil, verify.NotGenuine, "missing"},
	{"git objects removed", func(t *testing.T, c *cast) *bundle.Dossier {
		return testrelease.Without(t, c.approved, materialNamed(t, c.approved, "git/"))
	}, nil, verify.NotGenuine, "missing"},
	{"material added", func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		d.AddBlob(bundle.BytesBlob([]byte("nobody lists me")))
		return d
	}, nil, verify.NotGenuine, "unlisted-entry"},
	{"size of a material contradicts", func(t *testing.T, c *cast) *bundle.Dossier {
		return testrelease.Restate(t, c.release, c.Signer, func(_ *bundle.Dossier, r *evidence.Record) { r.Materials[0].Size++ })
	}, nil, verify.NotGenuine, "size-mismatch"},
	{"signature stripped", func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.release)
		first := d.Statements()[0].Signatures[0].ID
		testrelease.AddSigned(t, d, c.recorder, d.Statements()[0].Payload)
		return testrelease.Without(t, c.approve(t, d, c.tom, nil), first)
	}, nil, verify.NotGenuine, "broken-link"},
	{"signature swapped", func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		raw := testrelease.Bytes(t, signatureOf(t, d, true).Blob())
		old := signatureOf(t, d, true).ID
		testrelease.AddRaw(t, d, append(raw, ' ')) // another bundle over the same payload
		return testrelease.Without(t, d, old)
	}, nil, verify.NotGenuine, "broken-link"},
	{"signature wrapped anew", rewrapped(true, spaced), nil, verify.Accepted, "signature-duplicate"},
	{"newest signature wrapped anew", rewrapped(false, otherHint), nil, verify.Accepted, "signature-duplicate"},
	{"newest signature with the other value of s", rewrapped(false, malleated), nil, verify.Accepted, "signature-duplicate"},
	{"signature that does not verify", func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		testrelease.AddRaw(t, d, forged(t, testrelease.Bytes(t, signatureOf(t, d, false).Blob())))
		return d
	}, nil, verify.NotGenuine, "signature-invalid"},
	{"release statement missing", func(t *testing.T, c *cast) *bundle.Dossier {
		return testrelease.Without(t, c.approved, signatureOf(t, c.approved, true).ID)
	}, nil, verify.NotGenuine, "release-missing"},
	{"second release statement", func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		other := testrelease.Restate(t, c.release, c.Signer, func(_ *bundle.Dossier, r *evidence.Record) {
			r.CreatedAt = evidence.At(testrelease.Signed.Add(time.Second))
		})
		testrelease.AddRaw(t, d, testrelease.Bytes(t, signatureOf(t, other, true).Blob()))
		return d
	}, nil, verify.NotGenuine, "second-release"},
	{"second release statement by a stranger", func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		other := testrelease.Restate(t, c.release, c.stranger, func(*bundle.Dossier, *evidence.Record) {})
		testrelease.AddRaw(t, d, testrelease.Bytes(t, signatureOf(t, other, true).Blob()))
		return d
	}, nil, verify.Accepted, "signer-not-known"},
	{"statement of another release replayed", func(t *testing.T, c *cast) *bundle.Dossier {
		d, other := testrelease.Copy(t, c.approved), c.approve(t, another(t, c), c.tom, nil)
		testrelease.AddRaw(t, d, testrelease.Bytes(t, signatureOf(t, other, false).Blob()))
		return d
	}, nil, verify.NotGenuine, "other-release"},
	{"mixed with the whole of another release", func(t *testing.T, c *cast) *bundle.Dossier {
		d, other := testrelease.Copy(t, c.approved), c.approve(t, another(t, c), c.tom, nil)
		for _, st := range other.Statements() {
			testrelease.AddRaw(t, d, testrelease.Bytes(t, st.Signatures[0].Blob()))
		}
		for _, b := range other.Blobs() {
			d.AddBlob(b)
		}
		return d
	}, nil, verify.NotGenuine, "second-release"},
}

// forged returns a bundle with a signature of which one bit is another.
func forged(t *testing.T, raw []byte) []byte {
	t.Helper()
	var b map[string]any
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	sig := b["dsseEnvelope"].(map[string]any)["signatures"].([]any)[0].(map[string]any)
	data, err := base64.StdEncoding.DecodeString(sig["sig"].(string))
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	sig["sig"] = base64.StdEncoding.EncodeToString(data)
	out, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// own adds an own statement by s.
func own(kind string, by func(*cast) *attest.KeySigner, members map[string]any) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		testrelease.AddSigned(t, d, by(c), testrelease.Own(t, d, kind, members))
		return d
	}
}

func tom(c *cast) *attest.KeySigner      { return c.tom }
func stranger(c *cast) *attest.KeySigner { return c.stranger }
func ci(c *cast) *attest.KeySigner       { return c.Signer }

var statementCases = []badInput{
	{"approval by an unknown key", func(t *testing.T, c *cast) *bundle.Dossier { return c.approve(t, c.approved, c.stranger, nil) }, nil, verify.Accepted, "signer-not-trusted"},
	{"rejection by an unknown key", func(t *testing.T, c *cast) *bundle.Dossier {
		return c.approve(t, c.approved, c.stranger, func(a *evidence.Approval) { a.Decision = evidence.Rejected })
	}, nil, verify.Accepted, "signer-not-trusted"},
	{"approval by a party that may not approve", func(t *testing.T, c *cast) *bundle.Dossier { return c.approve(t, c.approved, c.Signer, nil) }, nil, verify.Accepted, "kind-not-granted"},
	{"unknown kind by a stranger", own("weather/v1", stranger, nil), nil, verify.Accepted, "signer-not-known"},
	{"unknown kind by a trusted party", own("weather/v1", tom, nil), nil, verify.NotAccepted, "kind-not-known"},
	{"unknown kind by a party not granted it", own("weather/v1", ci, nil), nil, verify.Accepted, "kind-not-granted"},
	{"unknown kind by a revoked party", own("weather/v1", tom, nil), func(t *testing.T, c *cast, _ *verify.Expect, o *verify.Options) {
		o.Trust = c.trust(t, "revoked:\n  - { identity: \""+c.tom.Public().Fingerprint()+"\", since: 2026-11-01T00:00:00Z }\n")
	}, verify.Accepted, "revoked"},
	{"malformed predicate by a trusted party", own("approval/v1", tom, map[string]any{"decision": 7}), nil, verify.NotGenuine, "statement-malformed"},
	{"malformed predicate by a stranger", own("approval/v1", stranger, map[string]any{"decision": 7}), nil, verify.Accepted, "signer-not-known"},
	{"malformed predicate by a party not granted it", own("approval/v1", ci, map[string]any{"decision": 7}), nil, verify.Accepted, "kind-not-granted"},
	{"unknown critical field in an approval", func(t *testing.T, c *cast) *bundle.Dossier {
		return c.approve(t, c.approved, c.tom, func(a *evidence.Approval) { a.Critical = []string{"/quorum"} })
	}, nil, verify.NotAccepted, "critical-not-known"},
	{"unknown critical field in the release", func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		_, record := testrelease.Release(t, d)
		subjects := record.Subjects()
		record.Critical = []string{"/quorum"}
		payload, err := attest.NewStatement(subjects, evidence.RecordType, record)
		if err != nil {
			t.Fatal(err)
		}
		lone := bundle.New()
		testrelease.AddSigned(t, lone, c.Signer, payload)
		for _, b := range c.release.Blobs() {
			lone.AddBlob(b)
		}
		return lone
	}, nil, verify.NotAccepted, "critical-not-known"},
	{"parent that is the ancestor of another parent", func(t *testing.T, c *cast) *bundle.Dossier {
		return c.approve(t, c.approved, c.tom, func(a *evidence.Approval) {
			st, _ := testrelease.Release(t, c.approved)
			a.Parents = append(a.Parents, evidence.Parent{Statement: st.ID, Signature: st.Signatures[0].ID})
		})
	}, nil, verify.NotGenuine, "redundant-parent"},
	{"approval about a file of no release", func(t *testing.T, c *cast) *bundle.Dossier {
		st, _ := testrelease.Release(t, c.approved)
		var approval map[string]any
		base := c.approved.Statements()
		i := slices.IndexFunc(base, func(s *bundle.Statement) bool { return !s.IsRelease() })
		if err := json.Unmarshal(base[i].Statement.Predicate, &approval); err != nil {
			t.Fatal(err)
		}
		payload, err := attest.NewStatement(evidence.OwnSubjects(st.ID, []evidence.Artifact{{Name: "other", Digest: evidence.Sum([]byte("other"))}}), evidence.ApprovalType, approval)
		if err != nil {
			t.Fatal(err)
		}
		d := testrelease.Copy(t, c.approved)
		testrelease.AddSigned(t, d, c.tom, payload)
		return d
	}, nil, verify.NotAccepted, "subject-mismatch"},
	{"release whose subjects name one artifact twice", func(t *testing.T, c *cast) *bundle.Dossier {
		_, record := testrelease.Release(t, c.release)
		record.Artifacts = append(record.Artifacts, evidence.Artifact{Name: "second", Digest: evidence.Sum([]byte("second"))})
		subjects := record.Subjects()
		subjects[1] = subjects[0]
		payload, err := attest.NewStatement(subjects, evidence.RecordType, record)
		if err != nil {
			t.Fatal(err)
		}
		d := testrelease.Without(t, c.release, signatureOf(t, c.release, true).ID)
		testrelease.AddSigned(t, d, c.Signer, payload)
		return d
	}, nil, verify.NotAccepted, "subject-mismatch"},
	{"two heads", func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		st, _ := testrelease.Release(t, d)
		parents := []evidence.Parent{{Statement: st.ID, Signature: st.Signatures[0].ID}}
		return c.approve(t, d, c.recorder, func(a *evidence.Approval) { a.ID, a.Parents = "approval-2", parents })
	}, nil, verify.Accepted, "not-sealed"},
}

func wrong(b byte) *evidence.Digest {
	d := evidence.Sum([]byte{b})
	return &d
}

var askCases = []badInput{
	{"artifact that differs by one byte", nil, func(t *testing.T, c *cast, e *verify.Expect, _ *verify.Options) {
		data := bytes.Clone(testrelease.ReadFile(t, c.Binary))
		data[len(data)/2] ^= 1
		*e = verify.ExpectArtifacts(verify.Artifact{Name: "hello", Digest: evidence.Sum(data), Hashed: true})
	}, verify.NotAccepted, "artifact-mismatch"},
	{"dossier of the previous release", another, nil, verify.NotAccepted, "release-mismatch"},
	{"dossier of another repository", nil, func(t *testing.T, _ *cast, e *verify.Expect, _ *verify.Options) {
		other, err := verify.ExpectRelease("example.com/acme/other", "1.0.1")
		if err != nil {
			t.Fatal(err)
		}
		*e = other
	}, verify.NotAccepted, "release-mismatch"},
	{"wrong exact state", nil, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) { o.ExactState = wrong(1) }, verify.NotGenuine, "exact-state"},
	{"wrong head", nil, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) { o.ExpectHead = wrong(1) }, verify.NotGenuine, "expected-head"},
	{"approval expected and removed", func(_ *testing.T, c *cast) *bundle.Dossier { return c.release }, func(t *testing.T, c *cast, _ *verify.Expect, o *verify.Options) {
		id := signatureStatement(t, c.approved)
		o.ExpectHead = &id
	}, verify.NotGenuine, "expected-head"},
	{"state expected and no release there", func(t *testing.T, c *cast) *bundle.Dossier {
		return testrelease.Without(t, c.approved, signatureOf(t, c.approved, true).ID)
	}, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) { o.ExactState = wrong(1) }, verify.NotGenuine, "exact-state"},
	{"right head", nil, func(t *testing.T, c *cast, _ *verify.Expect, o *verify.Options) {
		id := signatureStatement(t, c.approved)
		o.ExpectHead = &id
	}, verify.Accepted, "not-sealed"},
	{"right exact state", nil, func(t *testing.T, c *cast, e *verify.Expect, o *verify.Options) {
		o.ExactState = judge(t, c.approved, *e, *o).State
	}, verify.Accepted, "not-sealed"},
	{"something added to the exact state", func(t *testing.T, c *cast) *bundle.Dossier { return c.approve(t, c.approved, c.recorder, nil) },
		func(t *testing.T, c *cast, e *verify.Expect, o *verify.Options) {
			o.ExactState = judge(t, c.approved, *e, *o).State
		}, verify.NotGenuine, "exact-state"},
}

// signatureStatement is the approval's ID.
func signatureStatement(t *testing.T, d *bundle.Dossier) evidence.Digest {
	t.Helper()
	for _, st := range d.Statements() {
		if !st.IsRelease() {
			return st.ID
		}
	}
	t.Fatal("no later statement")
	return evidence.Digest{}
}

// restate changes the record and signs it as the release CI.
func restate(change func(*testing.T, *cast, *bundle.Dossier, *evidence.Record)) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		return testrelease.Restate(t, c.release, c.Signer, func(d *bundle.Dossier, r *evidence.Record) { change(t, c, d, r) })
	}
}

// tagged releases another tag of the same commit.
func tagged(args ...string) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		return c.Tagged(t, args...)
	}
}

var gitCases = []badInput{
	{"lightweight tag", tagged("tag", "v1.0.1"), nil, verify.NotAccepted, "lightweight-tag"},
	{"tag that points to a tag", tagged("tag", "-s", "-m", "again", "v1.0.1", "v1.0.0"), nil, verify.NotAccepted, "tag-of-tag"},
	{"unsigned tag", tagged("tag", "-a", "-m", "hello", "v1.0.1"), nil, verify.NotAccepted, "missing-evidence"},
	{"tag signed by an unknown key", func(t *testing.T, c *cast) *bundle.Dossier {
		path, _ := testrelease.NewKey(t, t.TempDir(), "nobody")
		return c.Tagged(t, "-c", "user.signingkey="+path, "tag", "-s", "-m", "hello", "v1.0.1")
	}, nil, verify.NotAccepted, "signer-not-trusted"},
	{"tag signed by a key of a sister repository", taggedBy("sister"), nil, verify.NotAccepted, "repository-not-granted"},
	{"replaced tag object", restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		other := c.Tagged(t, "tag", "-a", "-m", "replaced", "v1.0.1")
		objects, _ := other.Blob(materialNamed(t, other, "git/"))
		testrelease.Swap(d, r, materialNamed(t, c.release, "git/"), testrelease.Bytes(t, objects))
	}), nil, verify.NotAccepted, "tag-object-missing"},
	{"tag object whose signature was replaced", restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		replaceTagSignature(t, c, d, r)
	}), nil, verify.NotGenuine, "tag-signature-invalid"},
	{"git objects that are no archive", restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		testrelease.Swap(d, r, materialNamed(t, c.release, "git/"), []byte("dossier-git-objects/v1 sha1\nend 5\n"))
	}), nil, verify.NotAccepted, "git-objects-invalid"},
	{"commit that is not embedded", restate(func(_ *testing.T, _ *cast, _ *bundle.Dossier, r *evidence.Record) {
		r.Commit = strings.Repeat("ab", 20)
	}), nil, verify.NotAccepted, "tag-commit-mismatch"},
	{"tag of another name", restate(func(_ *testing.T, _ *cast, _ *bundle.Dossier, r *evidence.Record) { r.Tag.Name = "v1.0.2" }), nil, verify.NotAccepted, "tag-name-mismatch"},
}

// replaceTagSignature puts the signature of the tag v1.0.0 into the tag v1.0.1.
func replaceTagSignature(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
	t.Helper()
	blob, _ := d.Blob(materialNamed(t, c.release, "git/"))
	objects, err := gitobj.ReadArchive(bytes.NewReader(testrelease.Bytes(t, blob)), gitobj.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tag, err := objects.Tag(gitobj.ID(r.Tag.Object))
	if err != nil {
		t.Fatal(err)
	}
	other := c.Git(t, "cat-file", "tag", "v1.0.0")
	i := strings.Index(other, "-----BEGIN SSH SIGNATURE-----")
	body := append(bytes.Clone(tag.Payload), other[i:]+"\n"...)
	id, archive := testrelease.ReplaceObject(t, objects, gitobj.ID(r.Tag.Object), gitobj.TypeTag, body)
	r.Tag.Object = string(id)
	testrelease.Swap(d, r, blob.Digest, archive)
}

// listed releases with other provenance.
func listed(make func(*testing.T, *cast, *evidence.Record) []byte) func(*testing.T, *cast) *bundle.Dossier {
	return restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		testrelease.Swap(d, r, r.Provenance[0].Material, make(t, c, r))
	})
}

// commitApproval makes an approval of the released commit before the release.
func commitApproval(t *testing.T, s *attest.KeySigner, r *evidence.Record, change func(*evidence.Approval)) []byte {
	t.Helper()
	a := evidence.Approval{
		ID: "commit-1", Scope: &evidence.Scope{Repository: r.Repository.URI, Commits: []string{r.Commit}},
		Approver: evidence.Actor{ID: s.Public().Identity(), Kind: evidence.Human}, Decision: evidence.Approved,
		Rationale: "read every line", At: evidence.At(testrelease.Signed.Add(-time.Hour)),
	}
	subjects := a.Scope.ScopeSubjects()
	if change != nil {
		change(&a)
		if a.ID != "contradicts" {
			subjects = a.Scope.ScopeSubjects()
		}
	}
	payload, err := attest.NewStatement(subjects, evidence.ApprovalType, a)
	if err != nil {
		t.Fatal(err)
	}
	return signed(t, s, payload)
}

// imported releases with an approval of the commit among the attestations.
func imported(by func(*cast) *attest.KeySigner, change func(*evidence.Approval)) func(*testing.T, *cast) *bundle.Dossier {
	return restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		raw := commitApproval(t, by(c), r, change)
		testrelease.Attach(d, r, &r.Attestations, "attestations/approval.sigstore.json", evidence.MediaTypeSigstoreBundle, raw)
		b := bundle.BytesBlob(by(c).Public().PEM())
		d.AddBlob(b)
		if !slices.ContainsFunc(r.Materials, func(m evidence.Material) bool { return m.Digest == b.Digest }) {
			r.Materials = append(r.Materials, evidence.Material{Name: "keys/approver.pem", MediaType: evidence.MediaTypePublicKey, Digest: b.Digest, Size: b.Size})
		}
	})
}

var documentCases = []badInput{
	{"SBOM of another binary", restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		old, _ := d.Blob(r.SBOMs[0].Material)
		text := testrelease.Bytes(t, old)
		was, is := r.Artifacts[0].Digest.Hex(), evidence.Sum([]byte("other")).Hex()
		testrelease.Swap(d, r, old.Digest, bytes.ReplaceAll(text, []byte(was), []byte(is)))
	}), nil, verify.NotAccepted, "sbom-subject-mismatch"},
	{"SBOM that is none", restate(func(_ *testing.T, _ *cast, d *bundle.Dossier, r *evidence.Record) {
		testrelease.Swap(d, r, r.SBOMs[0].Material, []byte("no SBOM"))
	}), nil, verify.NotAccepted, "sbom-unreadable"},
	{"no reader of SBOMs", nil, func(_ *testing.T, _ *cast, _ *verify.Expect, o *verify.Options) { o.SBOMs = nil }, verify.NotAccepted, "no-verifier"},
	{"provenance of another commit", listed(func(t *testing.T, c *cast, r *evidence.Record) []byte {
		return provenanceOf(t, r, c.Signer, func(b *provenance.Build) { b.Commit = strings.Repeat("cd", 20) })
	}), nil, verify.NotAccepted, "provenance-commit-mismatch"},
	{"provenance of another repository", listed(func(t *testing.T, c *cast, r *evidence.Record) []byte {
		return provenanceOf(t, r, c.Signer, func(b *provenance.Build) { b.Repository = "https://example.com/acme/other" })
	}), nil, verify.NotAccepted, "provenance-repository-mismatch"},
	{"provenance of another artifact", listed(func(t *testing.T, c *cast, r *evidence.Record) []byte {
		return provenanceOf(t, r, c.Signer, func(b *provenance.Build) {
			b.Artifacts = []evidence.Artifact{{Name: "other", Digest: evidence.Sum([]byte("other"))}}
		})
	}), nil, verify.NotAccepted, "provenance-subject-mismatch"},
	{"provenance whose signature is not valid", listed(func(t *testing.T, c *cast, r *evidence.Record) []byte {
		return forged(t, provenanceOf(t, r, c.Signer, nil))
	}), nil, verify.NotGenuine, "signature-invalid"},
	{"provenance that is not signed", listed(func(t *testing.T, _ *cast, r *evidence.Record) []byte { return provenanceOf(t, r, nil, nil) }), nil, verify.Accepted, "missing-evidence"},
	{"provenance signed by a stranger", listed(func(t *testing.T, c *cast, r *evidence.Record) []byte { return provenanceOf(t, r, c.stranger, nil) }), nil, verify.Accepted, "signer-not-known"},
	{"provenance by the builder of another repository", listed(func(t *testing.T, c *cast, r *evidence.Record) []byte { return provenanceOf(t, r, c.sister, nil) }), nil, verify.Accepted, "repository-not-granted"},
	{"provenance that is none", listed(func(*testing.T, *cast, *evidence.Record) []byte { return []byte("[]") }), nil, verify.NotAccepted, "provenance-unreadable"},
	{"imported approval of the commit", imported(tom, nil), nil, verify.Accepted, "not-sealed"},
	{"imported approval of another commit", imported(tom, func(a *evidence.Approval) { a.Scope.Commits = []string{strings.Repeat("ef", 20)} }), nil, verify.Accepted, "out-of-scope"},
	{"imported approval of another repository", imported(tom, func(a *evidence.Approval) { a.Scope.Repository = "https://example.com/acme/other" }), nil, verify.Accepted, "out-of-scope"},
	{"imported approval that contradicts its subjects", imported(tom, func(a *evidence.Approval) {
		a.ID, a.Scope.Commits = "contradicts", []string{strings.Repeat("ef", 20)}
	}), nil, verify.NotAccepted, "subject-mismatch"},
	{"imported approval for an environment beyond its scope", imported(tom, func(a *evidence.Approval) {
		a.Environment, a.Scope.Environment = "production", "staging"
	}), nil, verify.NotAccepted, "scope-mismatch"},
	{"imported approval by a stranger", imported(stranger, nil), nil, verify.Accepted, "signer-not-trusted"},
	{"imported approval by a party that may not approve", imported(ci, nil), nil, verify.Accepted, "kind-not-granted"},
}
