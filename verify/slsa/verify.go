package slsa

import (
	"crypto"
	"errors"
	"slices"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// Config is what a verifier rests on. At least one of its parts is needed.
type Config struct {
	// Roots are the trusted roots of certificates.
	Roots *sigstore.Roots
	// Keys are builders' own keys, for provenance that is signed with one: then
	// certificates are not accepted.
	Keys []crypto.PublicKey
	// Google are the keys of Google Cloud Build.
	Google GoogleKeys
	// NPM are the keys of npm's registry.
	NPM NPMKeys
}

// Verifier verifies provenance. It may be used by several goroutines at once.
type Verifier struct {
	config Config
	sig    *sigstore.Verifier
}

// New returns a verifier.
func New(c Config) (*Verifier, error) {
	if c.Roots == nil && len(c.Keys)+len(c.Google) == 0 {
		return nil, errors.New("nobody is trusted: give a trusted root, a key, or the keys of Google Cloud Build")
	}
	s, err := sigstore.New(sigstore.Config{Roots: c.Roots, RootSent: true, TimeOptional: true, LogOptional: len(c.Keys) > 0})
	if err != nil {
		return nil, err
	}
	return &Verifier{config: c, sig: s}, nil
}

// Expect is what the verifier expects of an artifact's build.
type Expect struct {
	provenance.Expect
	// Builder is who must have built it.
	Builder provenance.Builder
	// Package and Version are those of an npm package. What is empty is not asked.
	Package, Version string
}

// Verify judges a document with provenance: whether one of its statements is
// about the artifact, signed by the builder that is expected, and says of the
// build what is expected, as of the moment at. It reads nothing but its
// arguments. The source repository is always asked.
func (v *Verifier) Verify(raw []byte, a sigstore.Artifact, e Expect, at time.Time) *Result {
	if len(a.Digests()) == 0 || e.Repository == "" {
		r := &Result{}
		r.fail("expectation", provenance.NoSource, "an artifact and its source repository must be expected")
		return r.conclude()
	}
	if isGoogle(raw) {
		return v.google(raw, a, e)
	}
	in, err := provenance.ReadAny(raw)
	if err != nil {
		r := &Result{}
		r.fail("form", provenance.Malformed, "%v", err)
		return r.conclude()
	}
	best := v.best(in.Entries, a, e, at)
	if e.Package != "" || e.Version != "" || in.List && isNPM(best) {
		v.npmPackage(best, in.Entries, a, e, at)
	}
	return best.conclude()
}

// best judges each statement that is provenance, and returns the one that says
// most for the artifact; if none is provenance, the first of all.
func (v *Verifier) best(entries []provenance.Entry, a sigstore.Artifact, e Expect, at time.Time) *Result {
	var best *Result
	for _, only := range []bool{true, false} {
		for i, entry := range entries {
			if only && !provenance.IsType(entry.Statement.PredicateType) {
				continue
			}
			r := v.entry(entry, a, e, at)
			r.Entry = i + 1
			if best == nil || r.better(best) {
				best = r
			}
			if !only {
				return best
			}
		}
		if best != nil {
			return best
		}
	}
	r := &Result{}
	r.fail("form", provenance.Malformed, "the document holds no statement")
	return r.conclude()
}

// entry judges one statement.
func (v *Verifier) entry(entry provenance.Entry, a sigstore.Artifact, e Expect, at time.Time) *Result {
	r := &Result{}
	by := sigstore.ByAnyoneUnsafe() // the builder is found in the certificate
	if len(v.config.Keys) > 0 {
		by = sigstore.ByKey(v.config.Keys...)
	}
	var signed *sigstore.Result
	switch entry.Kind {
	case provenance.SigstoreBundle:
		signed = v.sig.Verify(entry.Raw, a, by, at)
	case provenance.Envelope:
		signed = v.sig.VerifyEnvelope(entry.Raw, a, by, at)
	default:
		r.fail("signature", provenance.Unsigned, "the statement is not signed")
		return r.conclude()
	}
	r.take(signed)
	if signed.Payload == nil {
		return r.conclude()
	}
	s, ok := r.read(signed.Payload)
	if !ok {
		return r.conclude()
	}
	if c := r.Signer; c != nil && c.Certificate != nil {
		r.certified(s, sigstore.BuildOf(c.Certificate), e)
	} else {
		r.settle("builder", e.Builder.Named(s), "%s, by its own key", s.BuilderID)
		r.Builder = s.BuilderID
	}
	r.compare(s, e)
	return r.conclude()
}

// take adds what was found out about the signature.
func (r *Result) take(s *sigstore.Result) {
	r.Signer, r.Times = s.Signer, s.Times
	for _, c := range s.Checks {
		r.Checks = append(r.Checks, Check{c.ID, c.Outcome, string(c.Code), c.Found})
	}
}

// read reads the statement that was signed.
func (r *Result) read(payload []byte) (*provenance.Summary, bool) {
	st, err := attest.ParseImported(payload)
	if err != nil {
		r.fail("statement", provenance.Malformed, "%v", err)
		return nil, false
	}
	s, err := provenance.Parse(st)
	switch {
	case errors.Is(err, provenance.ErrNotProvenance):
		r.fail("predicate", provenance.WrongType, "%.200q", st.PredicateType)
		return nil, false
	case err != nil:
		r.fail("predicate", provenance.Malformed, "%v", err)
		return nil, false
	}
	r.pass("predicate", "%s", st.PredicateType)
	r.Build = buildOf(s)
	return s, true
}

// certified compares the statement with the certificate of its signer.
func (r *Result) certified(s *provenance.Summary, c provenance.Certificate, e Expect) {
	proven, wrong := e.Builder.Proves(s, c)
	r.Builder = proven.ID
	r.settle("builder", wrong, "%s", proven.ID)
	var lies []provenance.Mismatch
	for _, text := range s.Contradictions(c, proven.Delegated) {
		lies = append(lies, provenance.Mismatch{Code: provenance.CertMismatch, Text: text})
	}
	r.settle("certificate", lies, "the statement says what the certificate says")
	// Both must be what is expected: a statement that names no repository must not
	// hide whose certificate it is.
	repository, err := evidence.NormalRepository(c.Repository)
	if err != nil || repository != e.Repository {
		r.fail("source", provenance.SourceMismatch, "the certificate is for the repository %.200q, expected %.200q", c.Repository, e.Repository)
	}
	if len(e.Inputs) > 0 && e.Builder.OnRunner() {
		r.fail("inputs", provenance.ClaimUnproven, "the inputs are what the build itself wrote")
	}
	if e.Branch != "" && e.Builder.OnRunner() && c.Ref != "refs/heads/"+s.SourceBranch {
		r.fail("branch", provenance.ClaimUnproven, "the certificate is for %.200q, the branch is what the build itself wrote", c.Ref)
	}
}

// compare compares the statement with what is expected of the build.
func (r *Result) compare(s *provenance.Summary, e Expect) {
	checks := []struct {
		id    string
		codes []provenance.Code
		found string
	}{
		{"statement", []provenance.Code{provenance.Contradictory}, "does not contradict itself"},
		{"source", []provenance.Code{provenance.NoSource, provenance.SourceMismatch}, s.SourceURI},
		{"commit", []provenance.Code{provenance.NoCommit, provenance.CommitMismatch}, e.Commit},
		{"branch", []provenance.Code{provenance.NoBranch, provenance.BranchMismatch}, e.Branch},
		{"tag", []provenance.Code{provenance.NoTag, provenance.TagMismatch, provenance.TagNotSemver, provenance.VersionMismatch}, s.SourceTag},
		{"workflow", []provenance.Code{provenance.NoWorkflow, provenance.WorkflowMismatch}, e.Workflow},
		{"inputs", []provenance.Code{provenance.NoInputs, provenance.InputMismatch}, "as expected"},
	}
	asked := map[string]bool{
		"statement": true, "source": true, "commit": e.Commit != "", "branch": e.Branch != "",
		"tag": e.Tag != "" || e.VersionedTag != "", "workflow": e.Workflow != "", "inputs": len(e.Inputs) > 0,
	}
	all := s.Mismatches(e.Expect)
	for _, c := range checks {
		if !asked[c.id] {
			continue
		}
		var list []provenance.Mismatch
		for _, m := range all {
			if slices.Contains(c.codes, m.Code) {
				list = append(list, m)
			}
		}
		r.settle(c.id, list, "%s", c.found)
	}
}
