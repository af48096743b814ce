package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/evidence/vsa"
)

// SummaryExpect is what a deploy gate expects of a verification summary that
// stands in for a dossier. Artifacts, MaxAge and one of Policy and
// EffectivePolicy are required: a summary of something else, of long ago, or by
// other rules is none.
type SummaryExpect struct {
	Artifacts []Artifact
	// Repository and Version are the release; "" is not asked.
	Repository, Version string
	// MaxAge is how long ago the verification may have been.
	MaxAge time.Duration
	// Policy and EffectivePolicy are the digests of the rules that must have
	// judged.
	Policy, EffectivePolicy *evidence.Digest
	// State is the very state that must have been judged, Heads are statements
	// that it must not be older than: each must have been used.
	State *evidence.Digest
	Heads []evidence.Digest
	// Gate is the decision that must have been judged; "" is [GateFinal] for a
	// summary of this program, as it is for a dossier, and not asked of others.
	Gate Gate
}

// SummaryReport is what was found out about a verification summary.
type SummaryReport struct {
	Accepted bool `json:"accepted"`
	// Reasons say why not, worst first.
	Reasons []Reason `json:"reasons,omitempty"`
	// Signer is who signed it, Summary what it says; nothing in it may be relied
	// on unless Accepted.
	Signer  *Signer      `json:"signer,omitempty"`
	Summary *vsa.Summary `json:"summary,omitempty"`
	Checks  []Check      `json:"checks"`
}

// Summary judges a signed SLSA verification summary, a Sigstore bundle or a DSSE
// envelope: whether a signer whom o.Trust lets state such (the kind vsa) for the
// release's repository says that the artifacts were verified and passed, as is
// expected (rules of format, R23). Of o only Trust, Signatures and AsOf are
// used. The error is about the arguments, never about the summary.
func Summary(ctx context.Context, raw []byte, e SummaryExpect, o Options) (*SummaryReport, error) {
	switch {
	case len(e.Artifacts) == 0:
		return nil, errors.New("verify: no artifact is expected of the summary")
	case e.MaxAge <= 0:
		return nil, errors.New("verify: no age limit is set for the summary")
	case e.Policy == nil && e.EffectivePolicy == nil:
		return nil, errors.New("verify: no policy is expected of the summary")
	case o.AsOf.IsZero():
		return nil, errors.New("verify: no moment of judgement is given")
	}
	s := &summaryRun{run: &run{ctx: ctx, o: o, keys: newKeyring(nil, o.Trust), report: &Report{}}, e: e}
	s.judge(raw)
	out := &SummaryReport{Signer: s.signer, Summary: s.summary, Checks: s.report.Checks, Accepted: len(s.report.Checks) > 0}
	for _, c := range out.Checks {
		if c.Outcome != Pass {
			out.Accepted = false
			out.Reasons = append(out.Reasons, Reason{c.Code, c.Title + ": " + c.Found})
		}
	}
	return out, ctx.Err()
}

type summaryRun struct {
	*run
	e       SummaryExpect
	signer  *Signer
	summary *vsa.Summary
}

// check adds a check of the summary.
func (s *summaryRun) check(name, code, expected, found string, ok bool) {
	c := Check{ID: "vsa/" + name, Layer: Linkage, Title: asks["vsa/"+name], Outcome: Pass, Expected: expected, Found: found}
	if !ok {
		c.Outcome, c.Code = Fail, code
	}
	s.add(c)
}

func (s *summaryRun) unreadable(want string, err error) {
	s.check("form", "vsa-malformed", want, err.Error(), false)
	s.report.Checks[len(s.report.Checks)-1].Title = "The summary cannot be read"
}

func (s *summaryRun) judge(raw []byte) {
	b, err := attest.ParseBundle(raw)
	if err != nil {
		var other error
		if b, other = attest.ParseEnvelope(raw); other != nil {
			s.unreadable("a signed verification summary", err)
			return
		}
	}
	st, err := attest.ParseImported(b.Payload)
	if err == nil && b.PayloadType != attest.PayloadType {
		err = fmt.Errorf("the payload type %.80q is not an in-toto statement's", b.PayloadType)
	}
	if err == nil {
		s.summary, err = vsa.Parse(st)
	}
	if err != nil {
		s.summary = nil
		s.unreadable("a SLSA verification summary v1", err)
		return
	}
	s.check("form", "", "", st.PredicateType, true)
	s.signed(provenance.Entry{Statement: st, Bundle: &b}, evidence.Sum(raw))
	s.about(st)
	s.bound()
	s.timely()
}

// signed asks whether the signer may say so for the release's repository.
func (s *summaryRun) signed(e provenance.Entry, id evidence.Digest) {
	signer, proof := s.importedSigner(e, id)
	s.signer = signer
	repository := s.e.Repository
	if d := s.summary.Dossier; d != nil {
		repository = d.Repository
	}
	switch {
	case signer.Code != "":
	case repository == "":
		signer.Allowed, signer.Code, signer.Detail = false, "vsa-no-release", "it does not say of which repository: expect a release"
	default:
		q := s.question(signer, e.Statement.PredicateType, proof)
		q.Repository, q.Stated = repository, s.summary.TimeVerified.Time
		s.ask(signer, q)
		signer.certified(repository, "")
	}
	found := signer.Name()
	if signer.Detail != "" {
		found = signer.Detail
	}
	s.check("signer", signer.Code, "a grant of the kind vsa", found, signer.Allowed && signer.Code == "")
}

// about compares artifacts, release and result.
func (s *summaryRun) about(st attest.Statement) {
	for _, a := range s.e.Artifacts {
		named := slices.ContainsFunc(st.Subject, func(sub evidence.ResourceDescriptor) bool {
			d, ok := sub.Digest.SHA256()
			return ok && d == a.Digest
		})
		s.check("artifact", "vsa-artifact", a.Digest.String(), a.Name, named)
	}
	s.check("result", "vsa-failed", vsa.Passed, s.summary.Result, s.summary.Result == vsa.Passed)
	if s.e.Repository == "" {
		return
	}
	repository, version := ofResource(s.summary.ResourceURI)
	component := ""
	if d := s.summary.Dossier; d != nil {
		repository, component, version = d.Repository, d.Component, d.Version
	}
	want, of := s.e.Version, true
	if component != "" {
		want, of = strings.CutPrefix(want, component+"/")
	}
	same := repository == s.e.Repository && (s.e.Version == "" || of && strings.TrimPrefix(version, "v") == strings.TrimPrefix(want, "v"))
	s.check("release", "vsa-release", s.e.Repository+"@"+s.e.Version, ReleaseName(repository, component, version), same)
}

// ofResource reads which release the summary of another tool is of, from
// "git+https://host/org/repo@refs/tags/v1.4.0" or "...@1.4.0".
func ofResource(uri string) (repository, version string) {
	address, version, _ := strings.Cut(strings.TrimPrefix(uri, "git+"), "@")
	repository, err := evidence.NormalRepository(address)
	if err != nil {
		return uri, ""
	}
	return repository, strings.TrimPrefix(version, "refs/tags/")
}

// bound compares what the verdict is bound to.
func (s *summaryRun) bound() {
	d := s.summary.Dossier
	if want := s.e.Policy; want != nil {
		s.digest("policy", "vsa-policy", *want, s.summary.Policy.Digest)
	}
	if d == nil {
		d = &vsa.Binding{}
	}
	if want := s.e.EffectivePolicy; want != nil {
		s.digest("effective-policy", "vsa-policy", *want, d.EffectivePolicy)
	}
	if want := s.e.State; want != nil {
		s.digest("state", "vsa-state", *want, d.State)
	}
	for _, head := range s.e.Heads {
		s.check("head", "vsa-older", "statement "+head.String(), "used: "+count(len(s.summary.Inputs), "statement"), s.summary.Uses(head))
	}
	gate := s.e.Gate
	if gate == "" && s.summary.Dossier != nil {
		gate = GateFinal
	}
	if gate != "" {
		s.check("gate", "vsa-gate", string(gate), d.Gate, d.Gate == string(gate))
	}
}

func (s *summaryRun) digest(name, code string, want evidence.Digest, set evidence.DigestSet) {
	got, ok := set.SHA256()
	found := "it names none"
	if ok {
		found = got.String()
	}
	s.check(name, code, want.String(), found, ok && got == want)
}

// timely compares the time of the verification with the moment of judgement. A
// summary cannot have been made before the moment that it judged.
func (s *summaryRun) timely() {
	at, asOf := s.summary.TimeVerified.Time, s.o.AsOf
	stated := at.UTC().Format(time.RFC3339)
	if d := s.summary.Dossier; d != nil && d.AsOf.Before(at) {
		at = d.AsOf.Time // judged as of an earlier moment: that is how old the answer is
	}
	s.check("future", "vsa-future", "no later than "+asOf.UTC().Format(time.RFC3339), stated, !s.summary.TimeVerified.After(asOf.Add(ClockSkew)))
	s.check("age", "vsa-age", "within "+s.e.MaxAge.String(), at.UTC().Format(time.RFC3339), !at.Before(asOf.Add(-s.e.MaxAge)))
}
