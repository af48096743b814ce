package vsa_test

import (
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/vsa"
)

func summary(t testing.TB) vsa.Summary {
	t.Helper()
	at, err := evidence.ParseTime("2026-11-20T09:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	state, policy := evidence.Sum([]byte("state")), evidence.Sum([]byte("policy"))
	return vsa.Summary{
		Verifier: vsa.Verifier{ID: vsa.VerifierID}, TimeVerified: at, ResourceURI: "git+https://example.com/acme/hello@1.0.1",
		Policy: evidence.ResourceDescriptor{URI: "dossier-policy:solo", Digest: policy.Set()},
		Inputs: []evidence.ResourceDescriptor{{URI: vsa.StateScheme + state.String(), Digest: evidence.Sum([]byte("statement")).Set()}},
		Result: vsa.Passed, Levels: []string{"DOSSIER_PROFILE_SOLO"},
		Dossier: &vsa.Binding{
			Release: evidence.Sum([]byte("release")).Set(), Repository: "https://example.com/acme/hello", Version: "1.0.1",
			State: state.Set(), Trust: evidence.Sum([]byte("trust")).Set(), Policy: policy.Set(), EffectivePolicy: evidence.Sum([]byte("effective")).Set(),
			AsOf: at, Gate: "final", Expected: "hello", Verdict: "ACCEPTED", Tool: "v0.1.0",
		},
	}
}

func artifacts() []evidence.ResourceDescriptor {
	return []evidence.ResourceDescriptor{{Name: "hello", Digest: evidence.Sum([]byte("hello")).Set()}}
}

func TestRoundTrip(t *testing.T) {
	payload, err := vsa.New(artifacts(), summary(t))
	if err != nil {
		t.Fatal(err)
	}
	st, err := attest.ParseStatement(payload)
	if err != nil {
		t.Fatal(err)
	}
	s, err := vsa.Parse(st)
	if err != nil {
		t.Fatal(err)
	}
	if s.Dossier == nil || s.Dossier.Verdict != "ACCEPTED" || !s.Uses(evidence.Sum([]byte("statement"))) || s.Uses(evidence.Sum([]byte("other"))) {
		t.Errorf("got %+v", s)
	}
	if !vsa.Of(st, evidence.Sum([]byte("release"))) || vsa.Of(st, evidence.Sum([]byte("another"))) {
		t.Error("it is not told of which release a summary is")
	}
}

// TestContradictions changes one thing at a time: no such summary is read.
func TestContradictions(t *testing.T) {
	for name, change := range map[string]func(*vsa.Summary){
		"verdict":   func(s *vsa.Summary) { s.Dossier.Verdict = "NOT ACCEPTED" },
		"result":    func(s *vsa.Summary) { s.Result = vsa.Failed },
		"no result": func(s *vsa.Summary) { s.Result = "MAYBE" },
		"policy":    func(s *vsa.Summary) { s.Dossier.Policy = evidence.Sum([]byte("other")).Set() },
		"state":     func(s *vsa.Summary) { s.Dossier.State = evidence.Sum([]byte("other")).Set() },
		"no state":  func(s *vsa.Summary) { s.Dossier.State = nil },
		"no levels": func(s *vsa.Summary) { s.Levels = nil },
		"levels":    func(s *vsa.Summary) { s.Levels = append(s.Levels, vsa.Failed) },
		"no time":   func(s *vsa.Summary) { s.TimeVerified = evidence.Time{} },
	} {
		s := summary(t)
		change(&s)
		if _, err := vsa.New(artifacts(), s); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	payload, err := vsa.New(artifacts(), summary(f))
	if err != nil {
		f.Fatal(err)
	}
	st, err := attest.ParseStatement(payload)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(st.Predicate))
	f.Add([]byte(strings.Replace(string(st.Predicate), "PASSED", "FAILED", 1)))
	f.Fuzz(func(t *testing.T, predicate []byte) {
		s, err := vsa.Parse(attest.Statement{PredicateType: vsa.Type, Predicate: predicate})
		if err != nil {
			return
		}
		if s.Result != vsa.Passed && s.Result != vsa.Failed || s.Dossier != nil && (s.Dossier.Verdict == "ACCEPTED") != (s.Result == vsa.Passed) {
			t.Errorf("%+v", s)
		}
	})
}
