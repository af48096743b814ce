package verify_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// TestStanding asks which of several statements stand, and how they are known.
func TestStanding(t *testing.T) {
	c := newCast(t)
	type want struct {
		id     string
		result string
		grade  verify.Grade
	}
	executed := func(result string) func(*evidence.Promotion) {
		return func(p *evidence.Promotion) {
			p.Result = result
			p.ExecutedBy = &evidence.Actor{ID: c.tom.Public().Identity(), Kind: evidence.Human}
		}
	}
	for _, tc := range []struct {
		name string
		want []want
		d    func(*testing.T, *cast) *bundle.Dossier
	}{
		{"its owner's word", []want{{"deploy-1", "success", verify.Proven}},
			then(step(tom, deploy("deploy-1", "staging", executed("success"))))},
		{"a recorder's", []want{{"deploy-1", "success", verify.Attested}},
			then(step(recorder, deploy("deploy-1", "staging", executed("success"))))},
		{"somebody's", []want{{"deploy-1", "success", verify.Claimed}},
			then(step(tom, deploy("deploy-1", "staging", nil)))},
		{"the owner's over the recorder's", []want{{"deploy-1", "success", verify.Proven}},
			then(step(recorder, deploy("deploy-1", "staging", executed("success"))), step(tom, deploy("deploy-1", "staging", executed("success"))))},
		{"whichever came first", []want{{"deploy-1", "success", verify.Proven}},
			then(step(tom, deploy("deploy-1", "staging", executed("success"))), step(recorder, deploy("deploy-1", "staging", executed("success"))))},
		{"both, of two that contradict each other", []want{{"deploy-1", "failure", verify.Attested}, {"deploy-1", "success", verify.Proven}},
			then(step(tom, deploy("deploy-1", "staging", executed("success"))), step(recorder, deploy("deploy-1", "staging", executed("failure"))))},
		{"the worse outcome of one signer", []want{{"deploy-1", "failure", verify.Claimed}},
			then(twice(tom, deploy("deploy-1", "staging", nil), deploy("deploy-1", "staging", failed)))},
		{"both, of a later one that leaves something out", []want{{"deploy-1", "success", verify.Proven}, {"deploy-1", "success", verify.Attested}},
			then(step(tom, deploy("deploy-1", "staging", func(p *evidence.Promotion) { executed("success")(p); p.Emergency = "emergency-1" })),
				step(recorder, deploy("deploy-1", "staging", executed("success"))))},
		{"the first, of one who repeats it and corrects that", []want{{"deploy-1", "failure", verify.Claimed}, {"deploy-1b", "success", verify.Attested}},
			then(step(tom, deploy("deploy-1", "staging", failed)), step(recorder, deploy("deploy-1", "staging", failed)),
				step(recorder, deploy("deploy-1b", "staging", replaces("deploy-1"))))},
		{"how it ended, not that it began", []want{{"deploy-1", "failure", verify.Attested}},
			then(step(tom, deploy("deploy-1", "staging", executed("in-progress"))), step(recorder, deploy("deploy-1", "staging", executed("failure"))))},
		{"the correction", []want{{"deploy-1b", "success", verify.Claimed}},
			then(step(tom, deploy("deploy-1", "staging", failed)), step(tom, deploy("deploy-1b", "staging", replaces("deploy-1"))))},
		{"both, of a correction that may not be", []want{{"deploy-1", "failure", verify.Claimed}, {"deploy-1b", "success", verify.Attested}},
			then(step(tom, deploy("deploy-1", "staging", failed)), step(recorder, deploy("deploy-1b", "staging", replaces("deploy-1"))))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			facts := c.factsOf(t, tc.d(t, c))
			var got []want
			for f, p := range verify.Standing[*evidence.Promotion](facts) {
				got = append(got, want{p.ID, p.Result, f.Proof.Grade})
				if f.Kind != "promotion" || len(f.About) != 1 || f.Source != verify.SourceOwn || f.Place("/result").Pointer != "/predicate/result" {
					t.Errorf("fact %+v", f)
				}
			}
			slices.SortFunc(got, func(a, b want) int {
				return cmp.Or(len(a.id)-len(b.id), cmp.Compare(a.result, b.result), cmp.Compare(b.grade, a.grade))
			})
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// twice is two statements that no tool would add to one dossier.
func twice(by func(*cast) *attest.KeySigner, list ...func(*testing.T, *cast, *bundle.Dossier) evidence.Predicate) func(*testing.T, *cast, *bundle.Dossier) {
	return func(t *testing.T, c *cast, d *bundle.Dossier) {
		_, record := testrelease.Release(t, d)
		for _, p := range list {
			c.state(t, d, by(c), p(t, c, d), nil, record.Artifacts)
		}
	}
}

// TestImportedFacts: an imported record is known by its own signers and held
// once, however many signed it.
func TestImportedFacts(t *testing.T) {
	c := newCast(t)
	d := recordCases[slices.IndexFunc(recordCases, func(b badInput) bool { return b.name == "imported freeze signed by two people" })].build(t, c)
	n := 0
	for f, p := range verify.Standing[*evidence.Freeze](c.factsOf(t, d)) {
		n++
		if p.ID != "freeze-1" || len(f.Signers) != 2 || f.Source != verify.SourceImported || f.Material == nil || f.Person != "ana.ruiz" || f.ByOwner {
			t.Errorf("fact %+v", f)
		}
	}
	if n != 1 {
		t.Errorf("%d freezes, want 1", n)
	}
}

// TestImportedByLaterStatement: what an own statement brings along counts as
// what the release statement lists.
func TestImportedByLaterStatement(t *testing.T) {
	c := newCast(t)
	d := testrelease.Copy(t, c.approved)
	blob := bundle.BytesBlob(scoped(t, freeze(nil), nil, c.tom))
	c.append(t, d, c.recorder, promotion(t, d, "deploy-1", "staging"), verify.AppendOptions{
		Blobs: []verify.NamedBlob{{Name: "attestations/freeze.json", MediaType: evidence.MediaTypeSigstoreBundle, Blob: blob}},
	})
	for f := range verify.Standing[*evidence.Freeze](c.factsOf(t, d)) {
		if f.Proof.Grade != verify.Claimed || f.Proof.By != "tom.okoro" {
			t.Errorf("known as %+v", f.Proof)
		}
		return
	}
	t.Error("no freeze")
}

// TestSealed asks up to when it is known what did not happen.
func TestSealed(t *testing.T) {
	c := newCast(t)
	none := c.factsOf(t, c.approved)
	if none.Sealed(testrelease.Signed) || none.Seal != nil {
		t.Error("nothing is sealed")
	}
	far := func(t *testing.T, c *cast, d *bundle.Dossier) evidence.Predicate {
		s := sealAt(2)(t, c, d).(*evidence.Seal)
		s.CoversUntil = hour(24 * 365)
		return s
	}
	for _, tc := range []struct {
		name     string
		d        func(*testing.T, *cast) *bundle.Dossier
		sealed   float64
		unsealed float64
	}{
		{"as it says", then(step(recorder, sealAt(2))), 2, 2.1},
		{"the last one", then(step(recorder, sealAt(2)), step(recorder, sealAt(3))), 3, 3.1},
		{"hardly beyond its own time", then(step(recorder, far)), 2.05, 2.1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := c.factsOf(t, tc.d(t, c))
			if !f.Sealed(hour(tc.sealed).Time) || f.Sealed(hour(tc.unsealed).Time) {
				t.Errorf("covers until %v", f.Seal)
			}
		})
	}
	o := c.options(t, "solo")
	var l listener
	o.Policy, o.ExactState = &l, judge(t, c.approved, c.expect(t), o).State
	judge(t, c.approved, c.expect(t), o)
	if !l.facts.Sealed(testrelease.AsOf) {
		t.Error("the exact state was named, so nothing can be missing")
	}
}

// TestWithheldAsOf: a copy that was made later is judged as of before.
func TestWithheldAsOf(t *testing.T) {
	c := newCast(t)
	d, o := redact(tom, "deploy/")(t, c), c.options(t, "solo")
	o.AsOf = hour(3.5).Time // the redaction is of hour 4
	r := judge(t, d, c.expect(t), o)
	if r.Verdict != verify.Accepted || !slices.Contains(codes(r), "withheld") {
		explain(t, r)
		t.Errorf("%s, %v", r.Verdict, codes(r))
	}
	i := slices.IndexFunc(r.Exhibits, func(e verify.Exhibit) bool { return e.Withheld != "" })
	if i < 0 || r.Exhibits[i].Present || r.Exhibits[i].Withheld != "personal data" {
		t.Errorf("exhibits %+v", r.Exhibits)
	}
}

// TestDistinctPeople: keys of one person are one, machines are none.
func TestDistinctPeople(t *testing.T) {
	c := newCast(t)
	f := verify.Facts{Trust: c.trust(t, "bots: { email: bot@acme.example }\n")}
	got := f.DistinctPeople([]verify.Signer{
		{Identity: c.lena.Public().Identity()}, {Identity: c.lena2.Public().Identity()}, {Identity: c.omar.Public().Identity()},
		{Identity: c.Signer.Public().Identity()}, {Identity: "mailto:bot@acme.example"}, {},
	})
	if want := []string{"lena.vogt", "omar.haddad"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestStatedDeployments: what the release statement tells of a deployment is a
// promotion, until whoever deployed states it.
func TestStatedDeployments(t *testing.T) {
	c := newCast(t)
	began, ended := hour(0.5), hour(0.6)
	release := func(state string) *bundle.Dossier {
		return testrelease.Restate(t, c.release, c.Signer, func(_ *bundle.Dossier, r *evidence.Record) {
			r.Deployments = []evidence.Deployment{{
				ID: "77", System: "github", Environment: "stage", Commit: evidence.ObjectID(r.Commit), CreatedAt: &began,
				Statuses: []evidence.DeploymentStatus{{State: "in-progress", At: &began}, {State: state, At: &ended}, {State: "inactive", At: &ended}},
			}, {ID: "76", System: "github", Environment: "stage", Commit: "ef0123456789ef0123456789ef0123456789ef01"}}
		})
	}
	named := deploy("deploy-1", "staging", func(p *evidence.Promotion) { p.DeploymentID = "77" })
	for _, tc := range []struct {
		name, state string
		want        []string
		code        string
		steps       []func(*testing.T, *cast, *bundle.Dossier)
	}{
		{"alone", "success", []string{"github/77 success"}, "", nil},
		{"stated by whoever deployed", "success", []string{"deploy-1 success"}, "", []func(*testing.T, *cast, *bundle.Dossier){step(tom, named)}},
		{"contradicted", "failure", []string{"deploy-1 success", "github/77 failure"}, "record-contradiction", []func(*testing.T, *cast, *bundle.Dossier){step(tom, named)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := release(tc.state)
			for _, s := range tc.steps {
				s(t, c, d)
			}
			facts, got := c.factsOf(t, d), []string(nil)
			for f, p := range verify.Standing[*evidence.Promotion](facts) {
				if got = append(got, p.ID+" "+p.Result); f.Proof.Grade != verify.Claimed {
					t.Errorf("%s: %s, %v", p.ID, p.Result, f.Proof)
				}
			}
			found := slices.ContainsFunc(facts.Checks, func(x verify.Check) bool { return x.Code == tc.code && x.Outcome == verify.Fail })
			if slices.Sort(got); !slices.Equal(got, tc.want) || found != (tc.code != "") {
				t.Errorf("%v, contradiction %v", got, found)
			}
		})
	}
}
