package verify

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// recorderRole is the role of trust whose word on other people's acts counts as
// attested.
const recorderRole = "recorder"

// Source says where a record stands.
type Source string

// The sources of records.
const (
	// SourceOwn is a statement about the release of this dossier.
	SourceOwn Source = "own"
	// SourceImported is a statement that names no release and came along as a
	// material: it stands by its scope (rules of format, R9).
	SourceImported Source = "imported"
	// SourceRelease is a part of the release statement: what a system of record
	// says of a deployment, in the form of a promotion.
	SourceRelease Source = "release"
)

// RecordFact is one record that counts, of any kind: what is stated, by whom,
// and how well it is known.
type RecordFact struct {
	// Kind is the name of its kind: "promotion".
	Kind string
	// Predicate is the record, a pointer to the type of its kind.
	Predicate evidence.Predicate
	Source    Source
	// Statement states it, and Pointer leads to it there (RFC 6901).
	Statement evidence.Digest
	Pointer   string
	// Material is the file that an imported record came in.
	Material *evidence.Digest
	// About are the released artifacts that the statement is about. None is
	// the release as a whole for a record that stands by its scope.
	About []evidence.Digest
	// Signers are those who count.
	Signers []Signer
	// Owner is who is responsible for the fact, if its kind says so: the owner
	// who signed, else the first. Person is the owner as trust knows them, ""
	// if it does not.
	Owner  *evidence.Actor
	Person string
	// ByOwner reports that an owner signed.
	ByOwner bool
	// Proof is proven if an owner signed, attested if a recorder did, and a
	// claim otherwise.
	Proof Proof
	// Replaced is the statement that stands in place of this one: a correction,
	// or what prevails of several statements of one record (rules of format,
	// R18). It is nil for a record that stands.
	Replaced *evidence.Digest
	// Worse is a statement of the same record by somebody else that stands as
	// well and tells of a worse outcome, which is the record's.
	Worse *evidence.Digest

	// corrected reports that Replaced is a correction.
	corrected bool
	// listed is the statement through which it is part of the graph: its own,
	// or the one that lists the file it came in.
	listed evidence.Digest
}

// Place returns where in the evidence the record stands; the pointer leads on
// from there.
func (f *RecordFact) Place(pointer string) Place {
	if f.Material != nil {
		return Place{Material: f.Material, Pointer: f.Pointer + pointer}
	}
	return at(f.Statement, f.Pointer+pointer)
}

// Standing yields the records of one kind that stand, each with its predicate,
// in the order of their stated times:
//
//	for fact, p := range verify.Standing[*evidence.Promotion](facts) { ... }
func Standing[P evidence.Predicate](f *Facts) iter.Seq2[*RecordFact, P] {
	return func(yield func(*RecordFact, P) bool) {
		for i := range f.Records {
			p, ok := f.Records[i].Predicate.(P)
			if ok && f.Records[i].Replaced == nil && !yield(&f.Records[i], p) {
				return
			}
		}
	}
}

// records gathers the records of this release: its own statements', those that
// were imported and hold here, and those within the release statement.
func (r *run) records() {
	r.tokens()
	for _, st := range r.statements()[1:] {
		if p := r.predicates[st.ID].own; p != nil && st.Links.Release.Digest == r.release.ID {
			r.addRecord(RecordFact{
				Predicate: p, Source: SourceOwn, Statement: st.ID, Pointer: "/predicate", listed: st.ID,
				About: r.artifactsOf(st), Signers: r.countedSigners(st),
			})
		}
	}
	r.imports()
	r.countImported()
	r.statedDeployments()
	slices.SortStableFunc(r.facts.Records, func(a, b RecordFact) int {
		return cmp.Or(statedAt(a.Predicate).Compare(statedAt(b.Predicate)),
			cmp.Compare(r.graph.depth(a.Statement), r.graph.depth(b.Statement)), a.Statement.Compare(b.Statement), cmp.Compare(a.Pointer, b.Pointer))
	})
	r.correct()
	r.approvals()
}

// artifactsOf returns the released artifacts among the subjects of st.
func (r *run) artifactsOf(st *bundle.Statement) []evidence.Digest {
	var sets []evidence.DigestSet
	for _, s := range st.Statement.Subject[min(1, len(st.Statement.Subject)):] {
		sets = append(sets, s.Digest)
	}
	return named(r.facts.Record.Artifacts, sets)
}

// addRecord grades a record by those who signed it.
func (r *run) addRecord(f RecordFact) {
	if k, ok := evidence.KindOf(f.Predicate); ok {
		f.Kind = k.Name
	}
	r.findOwner(&f)
	f.Proof = Proof{Claimed, "an unknown signer"}
	if len(f.Signers) > 0 {
		f.Proof.By = f.Signers[0].Name()
	}
	for _, s := range f.Signers {
		switch {
		case f.ByOwner && r.same(s.Identity, f.Owner.ID), f.Kind == "seal":
			f.Proof = Proof{Proven, s.Name()}
		case slices.Contains(s.Roles, recorderRole) && f.Proof.Grade != Proven:
			f.Proof = Proof{Attested, s.Name()}
		}
	}
	r.vouch(&f)
	r.facts.Records = append(r.facts.Records, f)
}

// findOwner says who is responsible for a record and whether they signed.
func (r *run) findOwner(f *RecordFact) {
	owners := evidence.Owners(f.Predicate)
	if len(owners) == 0 {
		return
	}
	f.Owner = &owners[0]
	for i, o := range owners {
		if slices.ContainsFunc(f.Signers, func(s Signer) bool { return r.same(s.Identity, o.ID) }) {
			f.Owner, f.ByOwner = &owners[i], true
			break
		}
	}
	if r.o.Trust != nil {
		f.Person = r.o.Trust.Fold(f.Owner.ID)
	}
}

// same reports whether two identities are one person's.
func (r *run) same(a, b evidence.Identity) bool {
	if a == b {
		return a != ""
	}
	if r.o.Trust == nil {
		return false
	}
	p := r.o.Trust.Fold(a)
	return p != "" && p == r.o.Trust.Fold(b)
}

// statedDeployments takes the deployments of this release that the release
// statement states, in the form of promotions. They are known as it is.
func (r *run) statedDeployments() {
	record := r.facts.Record
	for i := range record.Deployments {
		d := &record.Deployments[i]
		p := d.Promotion(record)
		p.Artifacts, p.Commit, p.ChangeRequests = d.Artifacts, d.Commit, nil // nothing that it does not say
		var sets []evidence.DigestSet
		for _, a := range d.Artifacts {
			sets = append(sets, a.Digest)
		}
		about := named(record.Artifacts, sets)
		if string(d.Commit) != record.Commit && len(about) == 0 {
			continue
		}
		f := RecordFact{
			Kind: "promotion", Predicate: p, Source: SourceRelease, Statement: r.release.ID, listed: r.release.ID, About: about,
			Pointer: fmt.Sprintf("/predicate/deployments/%d", i), Signers: r.facts.Signers, Proof: r.facts.Stated(),
		}
		r.findOwner(&f)
		r.facts.Records = append(r.facts.Records, f)
	}
}

// withdrawn reports whether a decision no longer counts. What takes the place of
// an approval need not be one, so none is counted before its correction. An
// objection stays until it is corrected by somebody who may.
func withdrawn(f *RecordFact, a *evidence.Approval) bool {
	if a.Decision == evidence.Approved {
		return f.Replaced != nil || f.Worse != nil
	}
	return f.corrected
}

// approvals tells of the approvals by themselves. To approve some of the
// artifacts is not to approve the release; to reject one of them is to object
// to it.
func (r *run) approvals() {
	for _, f := range r.facts.Records {
		a, ok := f.Predicate.(*evidence.Approval)
		if !ok || f.Source == SourceRelease {
			continue
		}
		if withdrawn(&f, a) {
			continue
		}
		all := len(r.facts.Record.Artifacts)
		if f.Source == SourceOwn && a.Decision == evidence.Approved && len(f.About) < all {
			c := link("approval", Proof{})
			c.Title = "An approval is about some of the artifacts only and is not counted"
			c.Outcome, c.Code = Warn, "approval-partial"
			c.Expected, c.Found = "all of "+count(all, "artifact"), count(len(f.About), "artifact")
			c.Inputs = []Place{at(f.Statement, "/subject")}
			r.add(c)
			continue
		}
		r.facts.Approvals = append(r.facts.Approvals, ApprovalFact{
			Approval: a, Statement: f.Statement, Signers: f.Signers, Imported: f.Source == SourceImported,
			ByApprover: f.ByOwner, Person: f.Person, Proof: f.Proof,
		})
	}
}
