package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/trust"
)

// builderRole is the role of trust whose word on provenance is proof.
const builderRole = "builder"

// provenance reads each listed provenance, verifies it by its own signer and
// compares what it says with tag, commit, repository and artifacts.
func (r *run) provenance() error {
	for i, a := range r.facts.Record.Provenance {
		m, b, present := r.attached(a)
		listed := at(r.release.ID, fmt.Sprintf("/predicate/provenance/%d", i))
		if !present {
			f := ProvenanceFact{Attachment: a, Material: m, Code: r.whyAbsent(m.Digest), Detail: "the document is not there"}
			r.addProvenance(f, listed)
			continue
		}
		imported, err := r.readImported(b)
		if err != nil {
			f := ProvenanceFact{Attachment: a, Material: m, Present: true, Code: "provenance-unreadable", Detail: err.Error()}
			r.addProvenance(f, listed)
			continue
		}
		for _, one := range imported {
			r.addProvenance(r.provenanceFact(a, m, one), listed)
		}
	}
	return nil
}

func (r *run) readImported(b bundle.Blob) ([]provenance.Entry, error) {
	data, err := r.read(b, provenance.MaxImport)
	if err != nil {
		return nil, err
	}
	imported, err := provenance.ReadAny(data)
	return imported.Entries, err
}

// provenanceFact reads one entry of a file of provenance.
func (r *run) provenanceFact(a evidence.Attachment, m evidence.Material, one provenance.Entry) ProvenanceFact {
	f, proof := ProvenanceFact{Attachment: a, Material: m, Present: true}, ""
	if one.Bundle != nil {
		f.Signer, proof = r.importedSigner(one, m.Digest)
	}
	summary, err := provenance.Parse(one.Statement)
	if err != nil {
		f.Code, f.Detail = "provenance-unreadable", err.Error()
		return f
	}
	f.Summary = summary
	var sets []evidence.DigestSet
	for _, s := range summary.Subjects {
		sets = append(sets, s.Digest)
	}
	f.Names = named(r.facts.Record.Artifacts, sets)
	r.askProvenance(&f, one.Statement.PredicateType, proof)
	f.Proof = r.provenanceProof(f.Signer)
	return f
}

// askProvenance asks trust whether the signer may state provenance for this
// repository (rules of format, R6): a builder of a sandbox builds nothing else.
// The time is the build's end, if it is stated.
func (r *run) askProvenance(f *ProvenanceFact, kind, proof string) {
	if f.Signer == nil || f.Signer.Code != "" {
		return
	}
	q := r.question(f.Signer, kind, proof)
	q.Repository, q.Stated = r.facts.Record.Repository.URI, f.Summary.FinishedAt.Time
	if q.Stated.IsZero() {
		q.Stated = r.facts.Record.CreatedAt.Time
	}
	q.Environment = ""
	r.ask(f.Signer, q)
	f.Signer.certified(r.aboutRepository(f.Summary.SourceURI)) // the rest is for contradictions
}

// provenanceProof grades provenance by its own signer, never by whoever listed
// it.
func (r *run) provenanceProof(s *Signer) Proof {
	switch {
	case s == nil || s.Code != "":
		return Proof{Claimed, r.facts.Stated().By}
	case slices.Contains(s.Roles, builderRole):
		return Proof{Proven, s.Name()}
	default:
		return Proof{Attested, s.Name()}
	}
}

// importedSigner says who signed an attestation that came along as a material,
// and with which proof of time: e is one with a bundle. Allowed means that trust names the signer; what
// it may state is for each use to ask.
func (r *run) importedSigner(e provenance.Entry, id evidence.Digest) (s *Signer, proof string) {
	s = &Signer{Statement: e.Bundle.StatementID(), Signature: id}
	r.signedImports = append(r.signedImports, signedImport{s, e.Statement})
	pinned, proof := r.authenticate(s, e.Bundle)
	switch {
	case s.Code != "":
	case r.o.Trust == nil:
		s.Code, s.Detail = codeNoTrust, "no signer is trusted yet"
	case !pinned:
		s.Code, s.Detail = CodeNotTrusted, "the trust document does not name this key"
	case r.o.Trust.Revoked(s.Identity, plain(s.NotAfter)) != "":
		s.Code, s.Detail = trust.CodeRevoked, r.o.Trust.Revoked(s.Identity, plain(s.NotAfter))
	default:
		s.Allowed = true
	}
	return s, proof
}

func (r *run) addProvenance(f ProvenanceFact, listed Place) {
	r.facts.Provenance = append(r.facts.Provenance, f)
	if c, ok := r.importedCheck("signatures/provenance", f.Signer, f.Material); ok {
		r.add(c)
	}
	c := link("provenance", f.Proof)
	c.Inputs = []Place{listed, material(f.Material.Digest)}
	switch {
	case !f.Present:
		r.absent(&c, f.Material.Digest, "The provenance is not there")
		c.Found = f.Material.Name + ": " + f.Detail
	case f.Code != "":
		c.Outcome, c.Code, c.Title = Warn, f.Code, "The provenance cannot be read"
		c.Found = f.Material.Name + ": " + f.Detail
	default:
		r.compareProvenance(&c, f)
	}
	r.add(c)
}

// importedCheck tells of the signature of an imported attestation; there is
// none to tell of if it is not signed.
func (r *run) importedCheck(id string, s *Signer, m evidence.Material) (Check, bool) {
	if s == nil {
		return Check{}, false
	}
	c := Check{
		ID: id, Layer: Signatures, Outcome: Pass, Title: asksOfImported,
		Expected: "a signature that verifies", Found: m.Name + ": signed by " + s.Name(),
		Inputs: []Place{material(m.Digest)}, Proof: Proof{Proven, s.Name()},
	}
	if s.Code == "" {
		return c, true
	}
	c.Outcome, c.Code, c.Why, c.Proof = Warn, s.Code, s.Code, Proof{}
	c.Title, c.Found = "An imported attestation counts only as a claim", m.Name+": "+s.Detail
	switch s.Code {
	case codeRefuted:
		c.Outcome, c.Title = Fail, "The signature of an imported attestation does not verify"
		c.Fix = Fix{Now: "fetch the attestation again from where it came"}
	case codeNoVerifier:
		c.Outcome, c.Title = Unknown, "The signature of an imported attestation could not be checked"
		c.Fix = Fix{Now: "use a verifier for Sigstore certificates"}
	}
	return c, true
}

func (r *run) compareProvenance(c *Check, f ProvenanceFact) {
	record, s := r.facts.Record, f.Summary
	fix := Fix{Before: "build the artifact from the tagged commit and attest that build", Now: "find out which build this is"}
	c.Expected = fmt.Sprintf("an artifact of this release, built from %s at %s", record.Repository.URI, record.Commit)
	c.Found = fmt.Sprintf("%s: built by %s", f.Material.Name, s.BuilderID)
	lies := contradictions(f)
	switch {
	case len(lies) > 0:
		c.Expected, c.Found = "what the certificate of its signer says of the build", f.Material.Name+": "+strings.Join(lies, "; ")
		c.fails("provenance-certificate-mismatch", "The provenance says something else of the build than its signer's certificate", Fix{Now: "do not accept it: find out who wrote it"})
	case len(f.Names) == 0:
		c.Found = f.Material.Name + " is about no artifact of this release"
		c.fails("provenance-subject-mismatch", "The provenance is about something else", fix)
	case slices.ContainsFunc(f.About, func(d evidence.Digest) bool { return !slices.Contains(f.Names, d) }):
		c.Found = f.Material.Name + " does not name every artifact it is listed for"
		c.fails("provenance-subject-mismatch", "The provenance is listed for an artifact it does not name", fix)
	case len(s.SourceCommits) == 0:
		c.Outcome, c.Code, c.Title = Warn, "provenance-no-commit", "The provenance does not say which commit was built"
	case !slices.Equal(s.SourceCommits, []string{record.Commit}):
		c.Found = fmt.Sprintf("%s: built from %v", f.Material.Name, s.SourceCommits)
		c.fails("provenance-commit-mismatch", "The artifact was built from another commit", fix)
	case s.SourceURI != "" && s.SourceURI != record.Repository.URI:
		c.Found = fmt.Sprintf("%s: built from %s", f.Material.Name, s.SourceURI)
		c.fails("provenance-repository-mismatch", "The artifact was built from another repository", fix)
	}
}

// contradictions says in what provenance differs from the certificate that it
// was signed with: whoever signs for one repository cannot state the build of
// another.
func contradictions(f ProvenanceFact) []string {
	if f.Signer == nil || f.Signer.Code != "" || f.Signer.Build == nil {
		return nil
	}
	return f.Summary.Contradictions(*f.Signer.Build, provenance.Delegates(f.Signer.Build.Subject))
}
