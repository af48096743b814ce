package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/foreign"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// listing is an imported attestation and where it is listed.
type listing struct {
	evidence.Attachment
	by *bundle.Statement
	at Place
	m  evidence.Material
	b  bundle.Blob
}

// listings are the imported attestations that are there: those of the release
// statement, those that were imported later, and those among the materials of
// other statements (rules of format, R9). Layer 1 says what is missing.
func (r *run) listings() []listing {
	var list []listing
	add := func(st *bundle.Statement, attachments []evidence.Attachment) {
		for i, a := range attachments {
			if m, b, ok := r.attachedTo(st, a); ok {
				list = append(list, listing{a, st, at(st.ID, fmt.Sprintf("/predicate/attestations/%d", i)), m, b})
			}
		}
	}
	add(r.release, r.facts.Record.Attestations)
	for _, st := range r.statements()[1:] {
		if in, ok := r.predicates[st.ID].own.(*evidence.Import); ok {
			add(st, withoutTokens(st, in.Attestations))
			continue
		}
		for i, m := range st.Links.Materials {
			if b, ok := r.d.Blob(m.Digest); ok && evidence.IsAttestation(m.MediaType) {
				place := at(st.ID, fmt.Sprintf("/predicate/materials/%d", i))
				list = append(list, listing{evidence.Attachment{Material: m.Digest}, st, place, m, b})
			}
		}
	}
	return list
}

// withoutTokens leaves out the tokens of forges, which are no statements (see
// tokens).
func withoutTokens(st *bundle.Statement, list []evidence.Attachment) []evidence.Attachment {
	return slices.DeleteFunc(slices.Clone(list), func(a evidence.Attachment) bool {
		return slices.ContainsFunc(st.Links.Materials, func(m evidence.Material) bool {
			return m.Digest == a.Material && m.MediaType == evidence.MediaTypeForgeToken
		})
	})
}

// imports takes each imported attestation for what it is, by its own signer.
func (r *run) imports() {
	seen := map[evidence.Digest]bool{}
	var layouts []plan
	var links [][]byte
	for _, l := range r.listings() {
		if seen[l.m.Digest] {
			continue
		}
		seen[l.m.Digest] = true
		entries, err := r.readImported(l.b)
		if err != nil {
			c := link("attestation", Proof{})
			c.Title = "An imported attestation cannot be read"
			c.Outcome, c.Code, c.Found = Warn, codeUnreadable, l.m.Name+": "+err.Error()
			c.Inputs = []Place{l.at, material(l.m.Digest)}
			r.add(c)
			continue
		}
		for _, e := range entries {
			switch {
			case e.Kind == provenance.Layout:
				layouts = append(layouts, plan{l, e.Raw})
			case e.Kind == provenance.Link:
				links = append(links, e.Raw)
			case strings.HasPrefix(e.Statement.PredicateType, evidence.PredicateBase):
				r.importRecord(l, e)
			case l.by != r.release && isProvenance(e):
				r.addProvenance(r.provenanceFact(l.Attachment, l.m, e), l.at)
			default:
				r.addAttestation(r.attestationFact(l, e), l.at)
			}
		}
	}
	r.layouts(layouts, links)
}

func isProvenance(e provenance.Entry) bool {
	return provenance.IsType(e.Statement.PredicateType)
}

// AttestationFact is a statement of another tool that came along.
type AttestationFact struct {
	evidence.Attachment
	Material evidence.Material
	// ListedBy is the statement that lists it.
	ListedBy evidence.Digest
	// PredicateType is the type URI.
	PredicateType string
	// Signer is who signed it; nil if it is not signed.
	Signer *Signer
	// Summary is what it says; nil if its type is not known here or it cannot be
	// read, and then Code and Detail say why.
	Summary *foreign.Summary
	Code    string
	Detail  string
	// Names are the artifacts of this release that it is about, and OfSource
	// reports that it is about a commit, a tree or the tag of this release. Both
	// are empty if it names another repository.
	Names    []evidence.Digest
	OfSource bool
	Proof    Proof
}

func (r *run) attestationFact(l listing, e provenance.Entry) AttestationFact {
	f := AttestationFact{Attachment: l.Attachment, Material: l.m, ListedBy: l.by.ID, PredicateType: e.Statement.PredicateType}
	f.Proof = Proof{Claimed, "an unknown signer"}
	if signers := r.countedSigners(l.by); len(signers) > 0 {
		f.Proof.By = signers[0].Name()
	}
	s, err := foreign.Read(e)
	switch {
	case errors.Is(err, foreign.ErrUnknown):
		f.Code, f.Detail = "attestation-type-not-known", "statements of this type are listed, not read"
	case err != nil:
		f.Code, f.Detail = codeUnreadable, err.Error()
	}
	f.Summary = s
	sets := subjectsOf(e)
	// A fork has the same commits: what is said of it is not said of this one.
	if s == nil || s.Repository == "" || s.Repository == r.facts.Record.Repository.URI {
		f.Names, f.OfSource = named(r.facts.Record.Artifacts, sets), r.ofSource(sets, s)
	}
	if e.Bundle != nil {
		r.signedAttestation(&f, e)
	}
	return f
}

// signedAttestation asks whether the signer may state it about this repository.
func (r *run) signedAttestation(f *AttestationFact, e provenance.Entry) {
	s, proof := r.importedSigner(e, f.Material.Digest)
	f.Signer = s
	if s.Code != "" {
		return
	}
	q := r.question(s, f.PredicateType, proof)
	q.Repository, q.Stated = r.facts.Record.Repository.URI, r.facts.Record.CreatedAt.Time
	if f.Summary != nil && !f.Summary.At.IsZero() {
		q.Stated = f.Summary.At.Time
	}
	r.ask(s, q)
	stated := ""
	if f.Summary != nil {
		stated = f.Summary.Repository
	}
	s.certified(r.aboutRepository(stated))
	if s.Allowed {
		f.Proof = Proof{Proven, s.Name()}
	}
}

// ofSource reports whether a statement is about a commit of the release, its
// tree, or the tag. A release of GitHub names the tag's object by its SHA-1.
func (r *run) ofSource(sets []evidence.DigestSet, s *foreign.Summary) bool {
	record := r.facts.Record
	ids := map[string]bool{record.Commit: true, record.Tag.Object: true}
	for _, c := range r.facts.Range.Commits {
		ids[string(c.ID)], ids[string(c.Tree)] = true, true
	}
	for _, set := range sets {
		for _, algorithm := range []string{"gitCommit", "gitTag", "gitTree"} {
			if ids[set[algorithm]] {
				return true
			}
		}
	}
	return s != nil && s.Kind == foreign.Release && ids[s.Commit]
}

// addAttestation says what came along and whether it is about this release.
func (r *run) addAttestation(f AttestationFact, listed Place) {
	r.facts.Attestations = append(r.facts.Attestations, f)
	if c, ok := r.importedCheck("signatures/attestation", f.Signer, f.Material); ok {
		if c.Outcome == Unknown { // nothing rests on it but what a policy asks
			c.Outcome = Warn
		}
		r.add(c)
	}
	c := link("attestation", f.Proof)
	if f.Summary == nil {
		c.Title = "An attestation of a type that is not read here is about this release"
	}
	c.Inputs = []Place{listed, material(f.Material.Digest)}
	c.Found = f.Material.Name + ": " + f.PredicateType
	if f.Summary != nil {
		c.Found = f.Material.Name + ": " + f.Summary.String()
	}
	c.Expected = "an artifact, a commit or the tag of this release as subject"
	switch {
	case f.Code == codeUnreadable:
		c.Outcome, c.Code, c.Title, c.Proof = Warn, f.Code, "An attestation of another tool cannot be read", Proof{}
		c.Found = f.Material.Name + ": " + f.Detail
	case r.contradicted(f) != "":
		r.contradiction(&c, f)
	case len(f.Names) == 0 && !f.OfSource:
		c.Outcome, c.Code, c.Title, c.Proof = Warn, codeElsewhere, "An attestation of another tool is about something else", Proof{}
	case f.Summary != nil && f.Summary.Result == "FAILED":
		c.Outcome, c.Code, c.Title = Warn, "verification-failed", "Another tool verified this release and it failed"
	}
	r.add(c)
}

// contradiction is a failure if the one who says so is trusted to.
func (r *run) contradiction(c *Check, f AttestationFact) {
	c.Outcome, c.Code, c.Title = Warn, codeContradicts, "An attestation of another tool contradicts the release"
	if f.Signer != nil && f.Signer.Allowed {
		c.fails(c.Code, c.Title, Fix{Now: "find out which of the two is right: the release statement or " + f.Signer.Name()})
	}
	c.Expected, c.Found = "what the release statement says", f.Material.Name+": "+r.contradicted(f)
}

// contradicted says in what a release attestation of this repository's tag
// differs from the release statement; "" if in nothing.
func (r *run) contradicted(f AttestationFact) string {
	record, s := r.facts.Record, f.Summary
	if s == nil || s.Kind != foreign.Release || s.Repository != record.Repository.URI || s.Tag != record.Tag.Name {
		return ""
	}
	if record.ObjectFormat == "sha1" && s.Commit != record.Commit && s.Commit != record.Tag.Object {
		return fmt.Sprintf("the tag %s names %s", s.Tag, s.Commit)
	}
	for _, sub := range s.Subjects {
		i := slices.IndexFunc(record.Artifacts, func(a evidence.Artifact) bool { return a.Name == sub.Name })
		if d, ok := sub.Digest.SHA256(); i >= 0 && ok && d != record.Artifacts[i].Digest {
			return fmt.Sprintf("%s has the digest %s", sub.Name, d)
		}
	}
	return ""
}

// attestationViews tells people what the exhibits of other tools state.
func (r *run) attestationViews() {
	for _, f := range r.facts.Attestations {
		v := AttestationView{
			Exhibit: r.numbers[f.Material.Digest], PredicateType: f.PredicateType, Says: f.Detail,
			Proof: f.Proof, About: len(f.Names) > 0 || f.OfSource,
		}
		if f.Summary != nil {
			v.Says = f.Summary.String()
		}
		r.report.Attestations = append(r.report.Attestations, v)
	}
}
