package verify

import (
	"errors"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// Codes of imported records.
const (
	codeScopeMismatch = "scope-mismatch"
	codeOutOfScope    = "out-of-scope"
)

// attestation is one entry of an imported file.
type attestation struct {
	provenance.Entry
	file   evidence.Material
	listed evidence.Digest // the statement that lists the file
}

// importRecord takes a record that was signed by itself and came along as a
// material (rules of format, R9). It is judged by its own signer and by the
// scope it states, never by who lists it. What strangers state is not looked
// into.
func (r *run) importRecord(l listing, e provenance.Entry) {
	a := attestation{e, l.m, l.by.ID}
	uri := a.Statement.PredicateType
	if uri == evidence.RecordType {
		return // of another dossier, such as the one before
	}
	name := "unknown"
	if k, ok := evidence.LookupKind(uri); ok {
		name = k.Name
	}
	c := link(name, Proof{})
	c.Title = asksOfImport
	c.Inputs = []Place{material(a.file.Digest)}
	if a.Bundle == nil {
		notCounted(&c, codeUnsigned, a.file.Name+" is not signed")
		r.add(c)
		return
	}
	s, proof := r.importedSigner(a.Entry, a.file.Digest)
	if sc, ok := r.importedCheck("signatures/"+name, s, a.file); ok {
		r.add(sc)
	}
	switch p, err := decodeImported(a); {
	case s.Code == codeNoKey && r.o.Trust != nil && r.o.Trust.Unresolved():
		c.Outcome, c.Why, c.Found = Unknown, s.Code, a.file.Name+": "+s.Detail
		c.Title = "Who signed an imported record cannot be told: it may be somebody whom trust names by fingerprint"
		c.Fix = Fix{Now: "write the signer's public key in full into the trust document"}
	case s.Code != "":
		notCounted(&c, s.Code, a.file.Name+": "+s.Detail)
	case err != nil:
		r.importFails(&c, a, s, proof, err)
	default:
		r.takeRecord(&c, a, s, proof, p)
	}
	r.add(c)
}

func notCounted(c *Check, code, found string) {
	c.Outcome, c.Code, c.Title, c.Proof, c.Found = Warn, code, "An imported record does not count", Proof{}, found
}

// importError says what is wrong with an imported record, with its code.
type importError struct {
	code, title, text string
}

func (e *importError) Error() string { return e.text }

// decodeImported reads a record that stands by its scope.
func decodeImported(a attestation) (evidence.Predicate, error) {
	uri := a.Statement.PredicateType
	if _, known := evidence.LookupKind(uri); !known {
		return nil, &importError{codeKind, "An imported record is of a kind not known here", errKind.Error()}
	}
	p, err := evidence.DecodeKind(uri, a.Statement.Predicate)
	if err != nil {
		return nil, &importError{unreadable(err), "An imported record cannot be read", err.Error()}
	}
	h := p.Head()
	if h.Release != nil {
		return nil, &importError{codeOtherRelease, "An imported record is a statement of another dossier", "it names a release"}
	}
	contradicts := func(code, text string) error {
		return &importError{code, "An imported record contradicts itself", text}
	}
	want, err := h.Scope.Subjects()
	if err != nil {
		return nil, contradicts("subject-mismatch", err.Error())
	}
	if !sameSubjects(a.Statement.Subject, want) {
		return nil, contradicts("subject-mismatch", "its subjects are not those of its scope")
	}
	if x, ok := p.(*evidence.Approval); ok && x.Environment != x.Scope.Environment {
		return nil, contradicts(codeScopeMismatch,
			fmt.Sprintf("it is for the environment %q, its scope for %q", x.Environment, x.Scope.Environment))
	}
	return p, nil
}

// importFails tells what is wrong with a record, if its signer might have
// stated it.
func (r *run) importFails(c *Check, a attestation, s *Signer, proof string, err error) {
	if !r.mayState(s, r.question(s, a.Statement.PredicateType, proof)) {
		notCounted(c, s.Code, a.file.Name+": "+s.Detail)
		return
	}
	c.Found = a.file.Name + ": " + err.Error()
	var e *importError
	switch {
	case !errors.As(err, &e):
		c.fails(codeMalformed, "An imported record cannot be read", Fix{Now: "have it signed again"})
	case e.code == codeKind || e.code == codeCritical:
		c.Outcome, c.Why, c.Title = Unknown, e.code, e.title
		c.Fix = Fix{Now: "use a version that knows this kind of record and all of its critical fields"}
	default:
		c.fails(e.code, e.title, Fix{Now: "have it signed again"})
	}
}

// takeRecord counts a record if it holds here and its signer may state it.
func (r *run) takeRecord(c *Check, a attestation, s *Signer, proof string, p evidence.Predicate) {
	c.Found, c.Proof = a.file.Name+", signed by "+s.Name(), Proof{Proven, s.Name()}
	sc := p.Head().Scope
	if !r.holdsHere(sc) {
		notCounted(c, codeOutOfScope, a.file.Name+" is about something else")
		return
	}
	about := scope{repository: sc.Repository, environments: evidence.Environments(p), stated: statedAt(p)}
	r.askAll(s, r.question(s, a.Statement.PredicateType, proof), about)
	if s.certified(about.repository, ""); !s.Allowed {
		notCounted(c, s.Code, a.file.Name+": "+s.Detail)
		return
	}
	if i := slices.IndexFunc(r.imported, func(f RecordFact) bool { return f.Statement == s.Statement }); i >= 0 {
		r.imported[i].Signers = append(r.imported[i].Signers, *s)
		return
	}
	var sets []evidence.DigestSet
	for _, x := range sc.Artifacts {
		sets = append(sets, x.Digest)
	}
	r.imported = append(r.imported, RecordFact{
		Predicate: p, Source: SourceImported, Statement: s.Statement, Pointer: "/predicate", Material: &a.file.Digest,
		About: named(r.facts.Record.Artifacts, sets), Signers: []Signer{*s}, listed: a.listed,
	})
}

// countImported counts the imported records that enough people signed.
func (r *run) countImported() {
	for _, f := range r.imported {
		people := len(distinctPeople(r.o.Trust, f.Signers))
		f.Signers = slices.DeleteFunc(f.Signers, func(s Signer) bool { return people < s.Threshold && s.Threshold > 1 })
		if len(f.Signers) > 0 {
			r.addRecord(f)
			continue
		}
		c := link("imported", Proof{})
		notCounted(&c, CodeThreshold, fmt.Sprintf("%d people signed it, which is too few", people))
		c.Inputs = []Place{f.Place("")}
		r.add(c)
	}
}

// holdsHere reports whether a scope can hold for this release: its repository
// and, if it names some, one of its commits or artifacts. Branch, environment
// and interval are for those who know which act is asked about.
func (r *run) holdsHere(s *evidence.Scope) bool {
	if s.Repository != r.facts.Record.Repository.URI {
		return false
	}
	if len(s.Commits) == 0 && len(s.Artifacts) == 0 {
		return true
	}
	return slices.ContainsFunc(s.Commits, r.inRange) || slices.ContainsFunc(s.Artifacts, func(a evidence.ResourceDescriptor) bool {
		d, ok := a.Digest.SHA256()
		return ok && slices.ContainsFunc(r.facts.Record.Artifacts, func(b evidence.Artifact) bool { return b.Digest == d })
	})
}

// inRange reports whether a commit is one of the release.
func (r *run) inRange(id string) bool {
	if r.commits == nil {
		r.commits = map[string]bool{r.facts.Record.Commit: true}
		for _, c := range r.facts.Range.Commits {
			r.commits[string(c.ID)] = true
		}
	}
	return r.commits[id]
}
