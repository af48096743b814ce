package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
)

// listedOnly fails if a promotion names, by digest, an attachment that the
// release record does not list.
func (f *Facts) listedOnly(want string, list []evidence.Attachment, pointer string, named func(promoted) []evidence.ResourceDescriptor) (Result, bool) {
	for _, p := range f.promotions() {
		for i, d := range named(p) {
			sum, ok := d.Digest.SHA256()
			if ok && !slices.ContainsFunc(list, func(a evidence.Attachment) bool { return a.Material == sum }) {
				return fail("other-document", want, "%s names %s, which the release record does not list", p.named(), digestText(d)).
					at(p.place(f, indexed(pointer, i))).on(p.start, p.env), false
			}
		}
	}
	return Result{}, true
}

func sbomInRecord(f *Facts) Result {
	const want = "the SBOM of every artifact, by digest, in the record and in promotions"
	if r := sbomPresent(f); r.Outcome != verify.Pass {
		return missing(want, either(r.Found, "no SBOM is recorded")).at(inRecord(f, "/sboms")).follows("sbom/present")
	}
	if r, ok := f.listedOnly(want, f.Record.SBOMs, "/sboms", func(p promoted) []evidence.ResourceDescriptor { return p.SBOMs }); !ok {
		return r
	}
	return pass(f.Stated(), "%s", plural(len(f.Record.SBOMs), "SBOM", "SBOMs")).wants(want).at(inRecord(f, "/sboms"))
}

func provenanceInRecord(f *Facts) Result {
	const want = "the provenance of every artifact, by digest, in the record and in promotions"
	if gaps := withoutProvenance(f); len(gaps) > 0 {
		return missing(want, "none for "+several(gaps)).at(inRecord(f, "/provenance")).follows("provenance/present")
	}
	if r, ok := f.listedOnly(want, f.Record.Provenance, "/provenance", func(p promoted) []evidence.ResourceDescriptor { return p.Provenance }); !ok {
		return r
	}
	return pass(f.Stated(), "%s", plural(len(f.Record.Provenance), "document", "documents")).wants(want).at(inRecord(f, "/provenance"))
}

// pipelineRuns are the runs that built and recorded the release.
func (f *Facts) pipelineRuns() []string {
	var runs []string
	if b := f.Record.Build; b != nil {
		runs = append(runs, b.RunID, b.URI)
	}
	for _, v := range f.Provenance {
		if v.Summary != nil && v.Summary.BuilderID != provenance.LocalBuilder {
			runs = append(runs, v.Summary.RunID)
		}
	}
	return slices.DeleteFunc(runs, func(s string) bool { return s == "" })
}

func sbomFromPipeline(f *Facts) Result {
	const want = "SBOMs made by the run that built or recorded the release"
	if len(f.SBOMs) == 0 {
		return missing(want, "no SBOM is recorded").at(inRecord(f, "/sboms")).follows("sbom/present")
	}
	runs, proof := f.pipelineRuns(), f.Stated()
	var where []verify.Place
	for i, s := range f.SBOMs {
		place := inRecord(f, "/sboms/%d/runId", i)
		build := f.buildThatMade(s.Material.Digest)
		switch {
		case s.RunID != "" && slices.Contains(runs, s.RunID), s.RunID == "" && f.generated(s.Material.Digest):
			where = append(where, place)
		case s.RunID != "":
			return fail("other-run", want, "%s was made by the run %s", s.Material.Name, s.RunID).at(place)
		case build != nil:
			where, proof = append(where, inMaterial(build.Material.Digest)), verify.Weakest(proof, build.Proof)
		default:
			return missing(want, "nobody recorded which run made "+s.Material.Name).at(place)
		}
	}
	return pass(proof, "%s", plural(len(where), "SBOM", "SBOMs")).wants(want).at(where...)
}

// buildThatMade is the provenance of an artifact of the release, by a builder
// whom trust allows, that lists a document among what the build made; nil if none
// does.
func (f *Facts) buildThatMade(document evidence.Digest) *verify.ProvenanceFact {
	is := func(d evidence.DigestSet) bool {
		sum, ok := d.SHA256()
		return ok && sum == document
	}
	for i := range f.Provenance {
		v := &f.Provenance[i]
		if v.Summary == nil || v.Signer == nil || !v.Signer.Allowed || len(v.Names) == 0 || v.Summary.BuilderID == provenance.LocalBuilder {
			continue
		}
		if slices.ContainsFunc(v.Summary.Byproducts, is) || slices.ContainsFunc(v.Summary.Subjects, func(s evidence.ResourceDescriptor) bool { return is(s.Digest) }) {
			return v
		}
	}
	return nil
}

// generated reports whether a passed check on the release made an SBOM.
func (f *Facts) generated(sbom evidence.Digest) bool {
	for _, c := range f.latest("sbom-generate", f.onRelease, span{}) {
		for _, e := range c.Evidence {
			if sum, ok := e.Digest.SHA256(); ok && sum == sbom && c.Outcome == "pass" && c.RunID != "" {
				return true
			}
		}
	}
	return false
}

// stored judges where a document is kept, as the record says or else as a recorded
// act of publishing does, in the given one of its lists.
func (f *Facts) stored(want string, a evidence.Attachment, name string, names []evidence.Digest, place verify.Place, list func(promoted) []evidence.ResourceDescriptor) (Result, bool) {
	location, res := a.Location, Result{Proof: f.Stated()}
	if placeholder(location) {
		p, i, ok := f.publishing(list, func(d evidence.ResourceDescriptor) bool {
			sum, ok := d.Digest.SHA256()
			return ok && sum == a.Material
		})
		if !ok {
			return missing(want, "nobody recorded where "+name+" is kept").at(place), false
		}
		location, place = addressOf(list(p)[i]), p.place(f, "")
		res.Proof = verify.Weakest(f.Stated(), p.proof)
	}
	if !f.keptBeside(location, names) {
		return fail("place-not-approved", want, "%s is kept at %s", name, location).at(place), false
	}
	return res.at(place), true
}

func sbomStored(f *Facts) Result {
	const want = "SBOMs in the registry of their artifact or in an approved store"
	if len(f.SBOMs) == 0 {
		return missing(want, "no SBOM is recorded").at(inRecord(f, "/sboms")).follows("sbom/present")
	}
	var where []verify.Place
	var proofs []verify.Proof
	for i, s := range f.SBOMs {
		r, ok := f.stored(want, s.Attachment, s.Material.Name, slices.Concat(s.Names, s.About), inRecord(f, "/sboms/%d/location", i),
			func(p promoted) []evidence.ResourceDescriptor { return p.SBOMs })
		if !ok {
			return r
		}
		where, proofs = append(where, r.Inputs...), append(proofs, r.Proof)
	}
	return pass(weakest(proofs, f.Stated()), "%s", plural(len(where), "SBOM", "SBOMs")).wants(want).at(where...)
}

func provenanceStored(f *Facts) Result {
	const want = "provenance in the registry of its artifact or in an approved store"
	if len(f.Provenance) == 0 {
		return missing(want, "no provenance is recorded").at(inRecord(f, "/provenance")).follows("provenance/present")
	}
	var where []verify.Place
	var proofs []verify.Proof
	for _, v := range f.Provenance {
		i := slices.IndexFunc(f.Record.Provenance, func(a evidence.Attachment) bool { return a.Material == v.Material.Digest })
		r, ok := f.stored(want, v.Attachment, v.Material.Name, slices.Concat(v.Names, v.About), inRecord(f, "/provenance/%d/location", i),
			func(p promoted) []evidence.ResourceDescriptor { return p.Provenance })
		if !ok {
			return r
		}
		where, proofs = append(where, r.Inputs...), append(proofs, r.Proof)
	}
	return pass(weakest(proofs, f.Stated()), "%s", plural(len(where), "document", "documents")).wants(want).at(where...)
}

// entry is when the release first went where others rely on it: to staging or
// production.
func (f *Facts) entry() (promoted, bool) {
	for _, p := range f.promotions() {
		if p.brings() && (p.env == envStaging || p.env == envProduction) && p.start != (span{}) {
			return p, true
		}
	}
	return promoted{}, false
}

// existed judges whether a document existed by a moment: by the time it states,
// else by the release record that lists it.
func (f *Facts) existed(want, name string, made evidence.Time, moment span) (Result, bool) {
	when, how := at(made.Time), "made"
	if made.IsZero() {
		when, how = at(f.Record.CreatedAt.Time), "recorded"
	}
	switch f.notAfter(when, moment) {
	case yes:
		return Result{}, true
	case no:
		return fail("made-late", want, "%s was %s %s, and the release went out %s", name, how, when, moment), false
	}
	return f.untimed(want, "%s was %s %s, and the release went out %s", name, how, when, moment), false
}

func sbomBeforeProduction(f *Facts) Result {
	const want = "SBOMs made before the first promotion to staging or production"
	first, ok := f.entry()
	if !ok {
		return f.noPromotion(want)
	}
	moments := []span{first.start}
	for _, p := range f.into(envProduction) {
		for _, v := range f.signaturesOf(p, f.ofTag) {
			moments = append(moments, v.at)
		}
	}
	r := eachSBOM(f, want, func(s verify.SBOMFact) (Result, bool) {
		for _, moment := range moments {
			if r, ok := f.existed(want, s.Material.Name, s.Summary.Created, moment); !ok {
				return r.on(first.start, first.env), false
			}
		}
		return Result{}, true
	})
	return r.at(first.place(f, "/at")).timed()
}

func provenanceBeforePromotion(f *Facts) Result {
	const want = "provenance of builds that ended before the first promotion"
	first, ok := f.entry()
	if !ok {
		return f.noPromotion(want)
	}
	moment := first.start
	if k := f.Record.Kind; k == evidence.KindLibrary || k == evidence.KindApp {
		for _, s := range first.Approvals {
			if s.Decision != string(evidence.Rejected) && spanOf(s.At) != (span{}) {
				moment = spanOf(s.At)
				break
			}
		}
	}
	r := eachProvenance(f, want, func(v verify.ProvenanceFact) (Result, bool) {
		r, ok := f.existed(want, v.Material.Name, v.Summary.FinishedAt, moment)
		return r.on(first.start, first.env), ok
	})
	return r.at(first.place(f, "/at")).timed()
}

func provenanceEquivalent(f *Facts) Result {
	const want = "a documented decision, and a recorded build of each artifact that has no provenance"
	gaps := withoutProvenance(f)
	if len(gaps) == 0 {
		return notApplicable("every artifact has provenance")
	}
	var decision *verify.RecordFact
	for fact, d := range verify.Standing[*evidence.DecisionRecord](f.Facts) {
		if d.Topic == "provenance" && d.Document != nil && described([]evidence.ResourceDescriptor{*d.Document}) && f.notAfter(at(d.EffectiveFrom.Time), f.releaseMoment()) == yes {
			decision = fact
		}
	}
	if decision == nil {
		return missing(want, fmt.Sprintf("no decision in force documents what stands in for the provenance of %s", several(gaps))).at(inRecord(f, "/provenance")).follows("provenance/present")
	}
	where := []verify.Place{decision.Place("/document")}
	for n, a := range f.Record.Artifacts {
		if !slices.Contains(gaps, a.Name) {
			continue
		}
		k := slices.IndexFunc(f.checks(), func(c checked) bool {
			return c.category == "build" && c.Outcome == "pass" && !placeholder(c.RunID) && f.onCommit(f.Record.Commit)(c) &&
				slices.ContainsFunc(c.Evidence, f.ofArtifact(n))
		})
		if k < 0 {
			return missing(want, fmt.Sprintf("no passed build of %s names its run and the digest of %s", short(f.Record.Commit), a.Name)).at(inRecord(f, "/checks"))
		}
		where = append(where, f.checks()[k].place(f, ""))
	}
	return pass(verify.Weakest(decision.Proof, f.Stated()), "decision %s, for %s", decision.Predicate.Head().ID, strings.Join(gaps, ", ")).wants(want).at(where...)
}
