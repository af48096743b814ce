package verify_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

func recorder(c *cast) *attest.KeySigner { return c.recorder }

// state adds a statement that no tool would make: p as it is, with the given
// parents (nil: what d's heads are).
func (c *cast) state(t testing.TB, d *bundle.Dossier, s *attest.KeySigner, p evidence.Predicate, parents []bundle.Pair, about []evidence.Artifact) *bundle.Statement {
	t.Helper()
	release, _ := testrelease.Release(t, d)
	if parents == nil {
		parents = d.Heads(func(bundle.Pair) bool { return true })
	}
	kind, _ := evidence.KindOf(p)
	evidence.Link(p, &evidence.Reference{Digest: release.ID}, parents, p.Head().Materials)
	payload, err := attest.NewStatement(evidence.OwnSubjects(release.ID, about), kind.Type, p)
	if err != nil {
		t.Fatal(err)
	}
	return testrelease.AddSigned(t, d, s, payload)
}

// then makes a dossier of the approved release by steps upon it.
func then(steps ...func(*testing.T, *cast, *bundle.Dossier)) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		for _, step := range steps {
			step(t, c, d)
		}
		return d
	}
}

// step is one statement, added as the tool does.
func step(by func(*cast) *attest.KeySigner, p func(*testing.T, *cast, *bundle.Dossier) evidence.Predicate) func(*testing.T, *cast, *bundle.Dossier) {
	return func(t *testing.T, c *cast, d *bundle.Dossier) {
		c.append(t, d, by(c), p(t, c, d), verify.AppendOptions{})
	}
}

// deploy is a promotion, changed.
func deploy(id, environment string, change func(*evidence.Promotion)) func(*testing.T, *cast, *bundle.Dossier) evidence.Predicate {
	return func(t *testing.T, _ *cast, d *bundle.Dossier) evidence.Predicate {
		p := promotion(t, d, id, environment)
		if change != nil {
			change(p)
		}
		return p
	}
}

func failed(p *evidence.Promotion) { p.Result = "failure" }

func replaces(id string) func(*evidence.Promotion) {
	return func(p *evidence.Promotion) { p.Supersedes = id }
}

// sealAt is a seal made so many hours after the release.
func sealAt(n float64) func(*testing.T, *cast, *bundle.Dossier) evidence.Predicate {
	return func(*testing.T, *cast, *bundle.Dossier) evidence.Predicate {
		return &evidence.Seal{Entry: evidence.Entry{ID: fmt.Sprint("seal-", n), At: evidence.Moment(hour(n))}, CoversUntil: hour(n)}
	}
}

// badSeal seals what is there, and says something else of it.
func badSeal(change func(*evidence.Seal)) func(*testing.T, *cast, *bundle.Dossier) {
	return func(t *testing.T, c *cast, d *bundle.Dossier) {
		heads := d.Heads(func(bundle.Pair) bool { return true })
		state, err := d.State(heads)
		if err != nil {
			t.Fatal(err)
		}
		s := &evidence.Seal{
			Entry: evidence.Entry{ID: "seal-bad", At: evidence.Moment(hour(3))},
			State: state, Sequence: 1, CoversUntil: hour(3),
		}
		change(s)
		_, record := testrelease.Release(t, d)
		c.state(t, d, c.recorder, s, heads, record.Artifacts)
	}
}

// apart makes two steps by people who did not see each other.
func apart(a, b func(*testing.T, *cast, *bundle.Dossier)) func(*testing.T, *cast, *bundle.Dossier) {
	return func(t *testing.T, c *cast, d *bundle.Dossier) {
		other := testrelease.Copy(t, d)
		a(t, c, d)
		b(t, c, other)
		for _, st := range other.Statements() {
			for _, sig := range st.Signatures {
				testrelease.AddRaw(t, d, testrelease.Bytes(t, sig.Blob()))
			}
		}
		for _, b := range other.Blobs() {
			d.AddBlob(b)
		}
	}
}

// drop removes a statement under the last of two seals.
func drop(kind string) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		d := then(step(tom, deploy("deploy-1", "staging", nil)), step(recorder, sealAt(2)), step(recorder, sealAt(3)))(t, c)
		for _, st := range d.Statements() {
			under := !strings.Contains(string(st.Statement.Predicate), `"sequence":2`)
			if st.Statement.PredicateType == evidence.PredicateBase+kind+"/v1" && under {
				gone := []evidence.Digest{st.Signatures[0].ID}
				for _, m := range st.Links.Materials {
					gone = append(gone, m.Digest)
				}
				return testrelease.Without(t, d, gone...)
			}
		}
		t.Fatalf("no statement of kind %s", kind)
		return nil
	}
}

var sealCases = []badInput{
	{"sealed twice", then(step(recorder, sealAt(2)), step(tom, deploy("deploy-1", "staging", nil)), step(recorder, sealAt(3))), nil, verify.Accepted, "time-claimed"},
	{"seal by a party that may not seal", then(func(t *testing.T, c *cast, d *bundle.Dossier) {
		_, record := testrelease.Release(t, d)
		c.state(t, d, c.Signer, &evidence.Seal{
			Entry: evidence.Entry{ID: "seal-1", At: evidence.Moment(hour(3))}, Sequence: 1, CoversUntil: hour(3),
		}, nil, record.Artifacts)
	}), nil, verify.Accepted, "not-sealed"},
	{"seal over another state", then(badSeal(func(s *evidence.Seal) { s.State = evidence.Sum([]byte("other")) })), nil, verify.NotGenuine, "seal-state"},
	{"seal with a number that is not its own", then(step(recorder, sealAt(2)), badSeal(func(*evidence.Seal) {})), nil, verify.NotGenuine, "seal-chain"},
	{"seal after one that is not its last", then(step(recorder, sealAt(2)), step(recorder, sealAt(2.5)), badSeal(func(s *evidence.Seal) {
		other := evidence.Sum([]byte("other"))
		s.Sequence, s.Previous = 3, &other
	})), nil, verify.NotGenuine, "seal-chain"},
	{"two seals of one sealer that do not know each other", then(apart(step(recorder, sealAt(2)), step(recorder, sealAt(3)))), nil, verify.NotGenuine, "equivocation"},
	{"two seals of two sealers", then(apart(step(recorder, sealAt(2)), step(tom, sealAt(3)))), nil, verify.Accepted, "time-claimed"},
	{"statement removed under a seal", drop("promotion"), nil, verify.NotGenuine, "broken-link"},
	{"seal removed under a later seal", drop("seal"), nil, verify.NotGenuine, "broken-link"},
}

// cosigned is the release statement of d, signed by more.
func cosigned(t *testing.T, d *bundle.Dossier, by ...*attest.KeySigner) {
	t.Helper()
	st, _ := testrelease.Release(t, d)
	for _, s := range by {
		testrelease.AddSigned(t, d, s, st.Payload)
	}
}

// byBoard is the release, signed by some of the board alone.
func byBoard(of func(*cast) []*attest.KeySigner) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		signers := of(c)
		d := testrelease.Restate(t, c.release, signers[0], func(*bundle.Dossier, *evidence.Record) {})
		cosigned(t, d, signers[1:]...)
		return d
	}
}

// freeze is a freeze of the main branch, changed.
func freeze(change func(*evidence.Freeze)) *evidence.Freeze {
	from := hour(-24)
	f := &evidence.Freeze{
		Entry: evidence.Entry{ID: "freeze-1", At: evidence.Moment(hour(-25)), Scope: &evidence.Scope{
			Repository: testrelease.Repository, Branches: []string{"main"}, Interval: &evidence.Interval{NotBefore: &from},
		}},
		Approval: evidence.Signoff{Who: evidence.Actor{ID: "mailto:ana@acme.example", Kind: evidence.Human}, At: evidence.Moment(hour(-25))},
		Actions:  []string{"promote"}, Rationale: "the year ends", ExitCriteria: []string{"it has ended"}, ReEnablePlan: "as before",
	}
	if change != nil {
		change(f)
	}
	return f
}

// scoped signs a record that stands by its scope.
func scoped(t testing.TB, p evidence.Predicate, subjects []evidence.ResourceDescriptor, by ...*attest.KeySigner) []byte {
	t.Helper()
	kind, _ := evidence.KindOf(p)
	if subjects == nil {
		var err error
		if subjects, err = p.Head().Scope.Subjects(); err != nil {
			t.Fatal(err)
		}
	}
	payload, err := attest.NewStatement(subjects, kind.Type, p)
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	for _, s := range by {
		lines = append(lines, signed(t, s, payload))
	}
	return []byte(strings.Join(stringsOf(lines), "\n"))
}

func stringsOf(list [][]byte) (out []string) {
	for _, b := range list {
		out = append(out, string(b))
	}
	return out
}

// withFreeze lists a freeze in the release statement.
func withFreeze(by func(*cast) []*attest.KeySigner, change func(*evidence.Freeze)) func(*testing.T, *cast) *bundle.Dossier {
	return restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		raw := scoped(t, freeze(change), nil, by(c)...)
		testrelease.Attach(d, r, &r.Attestations, "attestations/freeze.sigstore.json", evidence.MediaTypeSigstoreBundle, raw)
	})
}

func one(by func(*cast) *attest.KeySigner) func(*cast) []*attest.KeySigner {
	return func(c *cast) []*attest.KeySigner { return []*attest.KeySigner{by(c)} }
}

var recordCases = []badInput{
	{"promotions appended", then(step(tom, deploy("deploy-1", "staging", nil)), step(recorder, deploy("deploy-2", "production", nil))), nil, verify.Accepted, "not-sealed"},
	{"two heads joined by the next statement", then(
		apart(step(tom, deploy("deploy-1", "staging", nil)), step(recorder, deploy("deploy-2", "staging", nil))),
		step(recorder, deploy("deploy-3", "production", nil))), nil, verify.Accepted, "not-sealed"},
	{"promotion to an environment beyond the grant", then(func(t *testing.T, c *cast, d *bundle.Dossier) {
		_, record := testrelease.Release(t, d)
		c.state(t, d, c.deployer, promotion(t, d, "deploy-1", "production"), nil, record.Artifacts)
	}), nil, verify.Accepted, "environment-not-granted"},
	{"promotion about artifacts that it does not name", then(func(t *testing.T, c *cast, d *bundle.Dossier) {
		c.state(t, d, c.tom, promotion(t, d, "deploy-1", "staging"), nil, nil)
	}), nil, verify.NotAccepted, "subject-mismatch"},
	{"promotion of another release replayed", func(t *testing.T, c *cast) *bundle.Dossier {
		d, other := testrelease.Copy(t, c.approved), another(t, c)
		st := c.append(t, other, c.tom, promotion(t, other, "deploy-1", "staging"), verify.AppendOptions{})
		testrelease.AddRaw(t, d, testrelease.Bytes(t, st.Signatures[0].Blob()))
		return d
	}, nil, verify.NotGenuine, "other-release"},
	{"freeze about another repository", then(func(t *testing.T, c *cast, d *bundle.Dossier) {
		_, record := testrelease.Release(t, d)
		f := freeze(func(f *evidence.Freeze) { f.Scope.Repository = "https://example.com/acme/other" })
		c.state(t, d, c.tom, f, nil, record.Artifacts)
	}), nil, verify.NotAccepted, "scope-mismatch"},

	{"record corrected by its signer", then(step(tom, deploy("deploy-1", "staging", failed)),
		step(tom, deploy("deploy-1b", "staging", replaces("deploy-1")))), nil, verify.Accepted, "not-sealed"},
	{"record corrected by another signer", then(step(tom, deploy("deploy-1", "staging", failed)),
		step(recorder, deploy("deploy-1b", "staging", replaces("deploy-1")))), nil, verify.Accepted, "supersedes-not-allowed"},
	{"record corrected that is not here", then(step(tom, deploy("deploy-1b", "staging", replaces("deploy-1")))), nil, verify.Accepted, "supersedes-nothing"},
	{"record corrected by somebody who had not seen it", then(apart(step(tom, deploy("deploy-1", "staging", failed)),
		step(tom, deploy("deploy-1b", "staging", replaces("deploy-1"))))), nil, verify.Accepted, "supersedes-not-allowed"},
	{"record corrected after a promotion relied on it", then(step(tom, deploy("deploy-1", "staging", failed)),
		step(recorder, deploy("deploy-2", "production", nil)),
		step(tom, deploy("deploy-1b", "staging", replaces("deploy-1")))), nil, verify.NotAccepted, "superseded-after-use"},
	{"statements of one record that contradict each other", then(step(tom, deploy("deploy-1", "staging", nil)),
		step(recorder, deploy("deploy-1", "staging", failed))), nil, verify.NotAccepted, "record-contradiction"},
	{"statements of one record that agree", then(step(tom, deploy("deploy-1", "staging", nil)),
		step(recorder, deploy("deploy-1", "staging", nil))), nil, verify.Accepted, "not-sealed"},
	{"contradiction that was corrected", then(step(tom, deploy("deploy-1", "staging", nil)),
		step(recorder, deploy("deploy-1", "staging", failed)),
		step(recorder, deploy("deploy-1b", "staging", replaces("deploy-1")))), nil, verify.Accepted, "not-sealed"},

	{"release signed by one of two", byBoard(one(func(c *cast) *attest.KeySigner { return c.lena })), nil, verify.NotAccepted, "threshold-not-met"},
	{"release signed twice by one person", byBoard(func(c *cast) []*attest.KeySigner { return []*attest.KeySigner{c.lena, c.lena2} }), nil, verify.NotAccepted, "threshold-not-met"},
	{"release signed by two people", byBoard(func(c *cast) []*attest.KeySigner { return []*attest.KeySigner{c.lena, c.omar} }), nil, verify.Accepted, "not-sealed"},
	{"signature added later and pinned by the next statement", then(
		func(t *testing.T, c *cast, d *bundle.Dossier) { cosigned(t, d, c.recorder) },
		step(tom, deploy("deploy-1", "staging", nil))), nil, verify.Accepted, "not-sealed"},
	{"signature added later and removed after it was pinned", func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		st, _ := testrelease.Release(t, d)
		was := st.Signatures[0].ID
		cosigned(t, d, c.recorder)
		c.append(t, d, c.tom, promotion(t, d, "deploy-1", "staging"), verify.AppendOptions{})
		i := slices.IndexFunc(st.Signatures, func(s *bundle.Signature) bool { return s.ID != was })
		return testrelease.Without(t, d, st.Signatures[i].ID)
	}, nil, verify.NotGenuine, "broken-link"},

	{"imported freeze", withFreeze(one(tom), nil), nil, verify.Accepted, "not-sealed"},
	{"imported freeze of another repository", withFreeze(one(tom), func(f *evidence.Freeze) {
		f.Scope.Repository = "https://example.com/acme/other"
	}), nil, verify.Accepted, "out-of-scope"},
	{"imported freeze by a party that may not freeze", withFreeze(one(ci), nil), nil, verify.Accepted, "kind-not-granted"},
	{"imported freeze signed by one of two", withFreeze(one(func(c *cast) *attest.KeySigner { return c.omar }), nil), nil, verify.Accepted, "threshold-not-met"},
	{"imported freeze signed by two people", withFreeze(func(c *cast) []*attest.KeySigner { return []*attest.KeySigner{c.omar, c.lena} }, nil), nil, verify.Accepted, "not-sealed"},
	{"imported freeze that contradicts its subjects", restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		raw := scoped(t, freeze(nil), []evidence.ResourceDescriptor{{Name: "scope", Digest: evidence.Sum([]byte("other")).Set()}}, c.tom)
		testrelease.Attach(d, r, &r.Attestations, "attestations/freeze.sigstore.json", evidence.MediaTypeSigstoreBundle, raw)
	}), nil, verify.NotAccepted, "subject-mismatch"},
	{"release statement of another dossier brought along", restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		var b struct{ DSSEEnvelope json.RawMessage }
		if err := json.Unmarshal(testrelease.Bytes(t, signatureOf(t, c.release, true).Blob()), &b); err != nil {
			t.Fatal(err)
		}
		testrelease.Attach(d, r, &r.Attestations, "attestations/before.json", evidence.MediaTypeDSSE, b.DSSEEnvelope)
	}), nil, verify.Accepted, "not-sealed"},
	{"imported promotion that names no release", restate(func(t *testing.T, c *cast, d *bundle.Dossier, r *evidence.Record) {
		p := promotion(t, c.release, "deploy-1", "staging")
		raw := scoped(t, p, p.Artifacts, c.tom)
		testrelease.Attach(d, r, &r.Attestations, "attestations/promotion.sigstore.json", evidence.MediaTypeSigstoreBundle, raw)
	}), nil, verify.NotAccepted, "statement-malformed"},
}

// redact leaves blobs out and says so.
func redact(by func(*cast) *attest.KeySigner, prefixes ...string) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		log := bundle.BytesBlob([]byte("the log names customers\n"))
		c.append(t, d, c.tom, promotion(t, d, "deploy-1", "staging"), verify.AppendOptions{
			Blobs: []verify.NamedBlob{{Name: "deploy/log.txt", MediaType: evidence.MediaTypeOctets, Blob: log}},
		})
		r := &evidence.Redaction{
			Entry:    evidence.Entry{ID: "redaction-1", At: evidence.Moment(hour(4))},
			Redactor: evidence.Actor{ID: by(c).Public().Identity(), Kind: evidence.Human},
		}
		var gone []evidence.Digest
		for _, p := range prefixes {
			id := log.Digest
			if p != "deploy/" {
				id = materialNamed(t, d, p)
			}
			r.Blobs = append(r.Blobs, evidence.RedactedBlob{Digest: id, Reason: "personal data", Contact: "evidence@acme.example"})
			gone = append(gone, id)
		}
		_, record := testrelease.Release(t, d)
		c.state(t, d, by(c), r, nil, record.Artifacts)
		return testrelease.Without(t, d, gone...)
	}
}

var withheldCases = []badInput{
	{"withheld log", redact(tom, "deploy/"), nil, verify.Accepted, "withheld"},
	{"withheld SBOM", redact(tom, "sbom/"), nil, verify.NotAccepted, "withheld"},
	{"withheld git objects", redact(tom, "git/"), nil, verify.NotAccepted, "withheld"},
	{"withheld key", redact(tom, "keys/"), nil, verify.NotGenuine, "missing"},
	{"withheld by a party that may not withhold", redact(ci, "deploy/"), nil, verify.NotGenuine, "missing"},
	{"withheld by a stranger", redact(stranger, "deploy/"), nil, verify.NotGenuine, "missing"},
	{"redaction of something that nobody lists", then(func(t *testing.T, c *cast, d *bundle.Dossier) {
		_, record := testrelease.Release(t, d)
		c.state(t, d, c.tom, &evidence.Redaction{
			Entry:    evidence.Entry{ID: "redaction-1", At: evidence.Moment(hour(4))},
			Redactor: evidence.Actor{ID: c.tom.Public().Identity(), Kind: evidence.Human},
			Blobs:    []evidence.RedactedBlob{{Digest: evidence.Sum([]byte("other")), Reason: "personal data"}},
		}, nil, record.Artifacts)
	}), nil, verify.Accepted, "redaction-of-nothing"},
}
