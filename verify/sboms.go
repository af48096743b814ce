package verify

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// maxSBOM is the most bytes of an SBOM that are read.
const maxSBOM = 256 << 20

// sboms reads each listed SBOM and compares what it is about with the release.
func (r *run) sboms() {
	for i, a := range r.facts.Record.SBOMs {
		f := SBOMFact{Attachment: a}
		m, b, present := r.attached(a)
		f.Material, f.Present = m, present
		r.readSBOM(&f, b)
		r.facts.SBOMs = append(r.facts.SBOMs, f)
		r.add(r.sbomCheck(f, i))
	}
}

// attached finds the material of an attachment. The record's own validation
// made sure that it is listed.
func (r *run) attached(a evidence.Attachment) (evidence.Material, bundle.Blob, bool) {
	return r.attachedTo(r.release, a)
}

// attachedTo finds the material of an attachment of a statement.
func (r *run) attachedTo(st *bundle.Statement, a evidence.Attachment) (evidence.Material, bundle.Blob, bool) {
	i := slices.IndexFunc(st.Links.Materials, func(m evidence.Material) bool { return m.Digest == a.Material })
	if i < 0 {
		return evidence.Material{Digest: a.Material}, bundle.Blob{}, false
	}
	b, ok := r.d.Blob(a.Material)
	return st.Links.Materials[i], b, ok
}

func (r *run) readSBOM(f *SBOMFact, b bundle.Blob) {
	switch {
	case !f.Present:
		f.Code, f.Detail = r.whyAbsent(f.Material.Digest), "the document is not there"
		return
	case r.o.SBOMs == nil:
		f.Code, f.Detail = codeNoVerifier, "no reader of SBOMs was given"
		return
	}
	data, err := r.read(b, maxSBOM)
	if err == nil {
		f.Summary, err = r.o.SBOMs.Summarize(data)
	}
	if err != nil {
		f.Code, f.Detail = "sbom-unreadable", err.Error()
		return
	}
	f.Names = named(r.facts.Record.Artifacts, f.Summary.Subjects)
	// The bytes are proven to say so; that it is true rests on who listed it.
	f.Proof = Proof{Proven, "its bytes"}
	if len(f.Summary.Subjects) > 0 {
		return
	}
	if a, ok := r.attested(f.Attachment.Material); ok {
		f.Summary.Subjects, f.Names, f.Proof = a.subjects, a.names, Weakest(f.Proof, a.proof)
	}
}

// attestedSBOM is what an attestation says of the SBOM that is its predicate.
type attestedSBOM struct {
	subjects []evidence.DigestSet
	names    []evidence.Digest
	proof    Proof
}

// attested returns what an SBOM is about by the word of an attestation of which
// it is the predicate, byte for byte. Only an SBOM that does not say it itself
// needs that. Of several attestations the one that is known best counts.
func (r *run) attested(id evidence.Digest) (attestedSBOM, bool) {
	if r.attestedSBOMs == nil {
		r.attestedSBOMs = map[evidence.Digest]attestedSBOM{}
		for _, l := range r.listings() {
			entries, err := r.readImported(l.b)
			if err != nil {
				continue // said where attestations are read
			}
			for _, e := range entries {
				if !evidence.IsSBOMPredicate(e.Statement.PredicateType) {
					continue
				}
				predicate, f := evidence.Sum(e.Statement.Predicate), r.attestationFact(l, e)
				have, known := r.attestedSBOMs[predicate]
				if !known || len(f.Names) > 0 && (len(have.names) == 0 || f.Proof.Grade.rank() > have.proof.Grade.rank()) {
					r.attestedSBOMs[predicate] = attestedSBOM{subjectsOf(e), f.Names, f.Proof}
				}
			}
		}
	}
	a, ok := r.attestedSBOMs[id]
	return a, ok
}

func subjectsOf(e provenance.Entry) []evidence.DigestSet {
	var sets []evidence.DigestSet
	for _, s := range e.Statement.Subject {
		sets = append(sets, s.Digest)
	}
	return sets
}

// named returns which of the artifacts, or of the images of an index, one of
// the digest sets names.
func named(artifacts []evidence.Artifact, sets []evidence.DigestSet) []evidence.Digest {
	want := map[evidence.Digest]bool{}
	for _, s := range sets {
		if d, ok := s.SHA256(); ok {
			want[d] = true
		}
	}
	var list []evidence.Digest
	for _, a := range artifacts {
		for _, d := range a.Digests() {
			if want[d] {
				list = append(list, d)
			}
		}
	}
	return list
}

func (r *run) sbomCheck(f SBOMFact, i int) Check {
	c := link("sbom", f.Proof)
	c.Inputs = []Place{at(r.release.ID, fmt.Sprintf("/predicate/sboms/%d", i)), material(f.Material.Digest)}
	c.Expected = "the digest of an artifact of this release, within the document"
	switch {
	case !f.Present:
		r.absent(&c, f.Material.Digest, "The SBOM is not there")
	case f.Code == codeNoVerifier:
		c.Outcome, c.Why, c.Title = Unknown, f.Code, "The SBOM was not read"
	case f.Code != "":
		c.Outcome, c.Code, c.Title = Warn, f.Code, "The SBOM cannot be read"
	case len(f.Summary.Subjects) == 0:
		c.Outcome, c.Code, c.Title = Warn, "sbom-names-nothing", "The SBOM does not say which bytes it is about"
		c.Found = f.Material.Name + " names no digest of its subject"
		c.Fix = Fix{Now: "generate it from the artifact, with the artifact's digest"}
	case len(f.Names) == 0:
		c.Found = fmt.Sprintf("%s is about %s", f.Material.Name, f.Summary.Subjects[0])
		c.fails("sbom-subject-mismatch", "The SBOM is about something else", Fix{
			Before: "generate the SBOM from the artifact being released", Now: "find out which build the SBOM belongs to",
		})
	case slices.ContainsFunc(f.About, func(d evidence.Digest) bool { return !slices.Contains(f.Names, d) }):
		c.Found = f.Material.Name + " does not name every artifact it is listed for"
		c.fails("sbom-subject-mismatch", "The SBOM is listed for an artifact it does not name", Fix{
			Before: "list it for the artifact it names", Now: "find out which build the SBOM belongs to",
		})
	default:
		c.Found = fmt.Sprintf("%s, %s %s, %s", f.Material.Name, f.Summary.Format, f.Summary.SpecVersion, count(f.Summary.Components, "component"))
		if ntia, cisa := evidence.SBOMScores(f.Summary.Elements); ntia.Of > 0 {
			c.Found += fmt.Sprintf(", minimum elements: NTIA %d of %d, CISA %d of %d", ntia.Met, ntia.Of, cisa.Met, cisa.Of)
		}
	}
	if c.Found == "" {
		c.Found = f.Material.Name + ": " + f.Detail
	}
	return c
}
