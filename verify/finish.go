package verify

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// finish puts the report together: order, exhibits, lines for people, verdict.
func (r *run) finish() {
	r.report.Checks = byLayer(r.report.Checks, r.judged)
	if t := r.o.Trust; t != nil {
		r.report.Trust = &DocumentView{ID: t.ID, Version: t.Version, Digest: t.Digest}
	}
	if record := r.facts.Record; record != nil {
		name := record.Component
		if name == "" {
			name = path.Base(record.Repository.URI)
		}
		r.report.Release = &ReleaseView{r.release.ID, record.Repository.URI, record.Component, record.Version, name}
		r.exhibits()
		r.attestationViews()
		r.failing = failing(r.report.Checks)
		r.chain()
		r.people()
		r.timeline()
	}
	r.report.CannotShow = []string{"that nothing else reached production"}
	r.verdict()
	r.report.Basis = r.basis()
	r.report.makeValid()
}

// byLayer puts the checks of layers 1 to 4 in the order of their layers before
// those of a policy.
func byLayer(checks, judged []Check) []Check {
	list := make([]Check, 0, len(checks)+len(judged))
	for place := -1; place < len(allLayers); place++ { // a check is in one place, whatever its layer
		for i := range checks {
			if slices.Index(allLayers, checks[i].Layer) == place {
				list = append(list, checks[i])
			}
		}
	}
	return append(list, judged...)
}

// verdict computes the verdict from the checks and from what was missing.
func (r *run) verdict() {
	r.report.Verdict = Accepted
	for i := range r.report.Checks {
		c := &r.report.Checks[i]
		if c.Blocks() && contradicts(c) {
			r.worse(NotGenuine, c.Code, c.Title)
		}
	}
	r.given()
	for i := range r.report.Checks {
		c := &r.report.Checks[i]
		if c.Blocks() && !contradicts(c) && (r.report.Relied || c.Layer != Signatures) {
			r.worse(NotAccepted, c.Code, c.Title)
		}
	}
	if r.release == nil && r.report.Verdict == Accepted {
		r.worse(NotAccepted, codeNoRelease, "there is no release statement")
	}
}

// worse adds a reason why the verdict is no better than v.
func (r *run) worse(v Verdict, code, text string) {
	r.report.Reasons = append(r.report.Reasons, Reason{code, text})
	if r.report.Verdict != NotGenuine {
		r.report.Verdict = v
	}
}

// given adds what the caller or the signers did not give: trust, a release
// statement to rely on, an expectation, a policy.
func (r *run) given() {
	switch {
	case r.o.Trust == nil:
		r.worse(NotAccepted, codeNoTrust, "no signer is trusted yet")
	case !r.report.Relied && slices.ContainsFunc(r.all, (*bundle.Statement).IsRelease):
		r.worse(NotAccepted, CodeNotTrusted, "the release statement is not signed by a party that may sign it")
		r.notRelied()
	}
	if r.expect.none() {
		r.worse(NotAccepted, "no-expectation", "nothing was expected: say which release or artifact you mean")
	}
	if r.o.Policy == nil {
		r.worse(NotAccepted, "no-policy", "no policy judged it")
	}
}

// notRelied tells why a signer whom trust knows does not count for the release
// statement.
func (r *run) notRelied() {
	for i := range r.report.Checks {
		c := &r.report.Checks[i]
		if c.ID != "signatures/record" || !c.Blocks() || contradicts(c) {
			continue
		}
		if c.Code != CodeNotTrusted && c.Code != codeNoKey {
			r.worse(NotAccepted, c.Code, c.Found)
		}
	}
}

// contradicts reports whether a failure means that the file is not what it
// claims to be, rather than that what it claims is not enough: layers 1 to 3,
// without the question whom to trust (rules of format, R22).
func contradicts(c *Check) bool {
	if c.Outcome != Fail {
		return false
	}
	switch c.Layer {
	case Integrity, Order:
		return c.Code != codeNoRelease || c.FollowsFrom == ""
	case Signatures:
		return c.Code == codeRefuted || c.Code == codeMalformed || c.Code == "tag-signature-invalid"
	}
	return false
}

// exhibits numbers the documents: the release statement and its materials,
// then each later statement and its materials, by stated time.
func (r *run) exhibits() {
	list := r.statements()
	slices.SortStableFunc(list[1:], func(a, b *bundle.Statement) int {
		return cmp.Or(r.scope(a).stated.Compare(r.scope(b).stated), a.ID.Compare(b.ID))
	})
	n := len(list)
	for _, st := range list {
		n += len(st.Links.Materials)
	}
	r.report.Exhibits, r.numbers = make([]Exhibit, 0, n), make(map[evidence.Digest]int, n)
	for _, st := range list {
		r.exhibit(Exhibit{
			Name: kindOf(st) + " statement", MediaType: evidence.MediaTypeInToto,
			Digest: st.ID, Size: int64(len(st.Payload)), Present: true,
		})
		for _, m := range st.Links.Materials {
			_, ok := r.d.Blob(m.Digest)
			e := Exhibit{Name: m.Name, MediaType: m.MediaType, Digest: m.Digest, Size: m.Size, Present: ok}
			if !ok {
				e.Withheld = r.redacted[m.Digest].Reason
			}
			r.exhibit(e)
		}
	}
}

func (r *run) exhibit(e Exhibit) {
	e.Number = len(r.report.Exhibits) + 1
	r.report.Exhibits = append(r.report.Exhibits, e)
	if _, there := r.numbers[e.Digest]; !there {
		r.numbers[e.Digest] = e.Number
	}
}

// exhibitOf returns the number of the first exhibit with that digest, as a list.
func (r *run) exhibitOf(id evidence.Digest) []int {
	if n, ok := r.numbers[id]; ok {
		return []int{n}
	}
	return nil
}

// failing returns the IDs of the checks that failed or could not be judged.
func failing(checks []Check) map[string]bool {
	ids := map[string]bool{}
	for i := range checks {
		if o := checks[i].Outcome; o == Fail || o == Unknown {
			ids[checks[i].ID] = true
		}
	}
	return ids
}

// chain writes the lines from tag to SBOM.
func (r *run) chain() {
	record, f := r.facts.Record, r.facts
	r.report.Chain = make([]FactLine, 0, 8)
	r.line("tag", r.tagText(), f.Tag.Proof, nil, "linkage/tag-commit", "signatures/tag")
	r.line("commit", r.commitText(), r.commitProof(), nil, "linkage/commit", "linkage/range")
	for _, p := range f.Provenance {
		if p.Summary == nil {
			continue
		}
		text := "by " + p.Summary.BuilderID
		if len(p.Names) > 0 && slices.Equal(p.Summary.SourceCommits, []string{record.Commit}) {
			text += ", from that commit"
		}
		r.line("build", text, p.Proof, r.exhibitOf(p.Material.Digest), "linkage/provenance")
	}
	for _, a := range f.Artifacts {
		text, proof := a.Name+"@"+a.Digest.String()[:15], r.facts.Stated()
		switch {
		case a.Hashed:
			text, proof = text+"  as given", Proof{Proven, "its bytes"}
		case a.Included && a.Image == nil:
			text, proof = text+"  included", Proof{Proven, "its bytes"}
		case a.ComparedWith != "":
			text += "  the digest given" // and nobody hashed the artifact
		}
		r.line("artifact", text, proof, nil)
	}
	for _, s := range f.SBOMs {
		text, proof := s.Material.Name+", not read", s.Proof
		if s.Summary != nil {
			text = fmt.Sprintf("%s %s, %s", s.Summary.Format, s.Summary.SpecVersion, count(s.Summary.Components, "component"))
			if len(s.Names) > 0 {
				text += ", names that digest"
			}
		}
		r.line("SBOM", text, proof, r.exhibitOf(s.Material.Digest), "linkage/sbom")
	}
	r.life()
}

func (r *run) tagText() string {
	record, s := r.facts.Record, r.facts.Tag.Signature
	text := record.Tag.Name + ", annotated"
	if record.Tag.Type != "tag" {
		return record.Tag.Name + ", lightweight, not signed"
	}
	switch {
	case !r.facts.Tag.Embedded:
		return text + ", its object is not there"
	case s.Valid:
		return text + ", signed by " + signerName(s)
	case s.Scheme == "":
		return text + ", not signed"
	}
	return text + ", signature not relied on: " + s.Code
}

func (r *run) commitText() string {
	record := r.facts.Record
	text := record.Commit[:7]
	if !r.facts.Range.Complete {
		return text + ", range not proven"
	}
	n := len(r.facts.Range.Commits)
	if record.Base.None != "" {
		return fmt.Sprintf("%s: %s, the first release", text, count(n, "commit"))
	}
	return fmt.Sprintf("%s: %s since %s", text, count(n, "commit"), record.Base.Tag)
}

func (r *run) commitProof() Proof {
	switch {
	case r.objects == nil:
		return r.facts.Stated()
	case r.facts.Range.Complete:
		return r.facts.Range.Proof
	}
	return r.ofRelease(r.byObjects())
}

// count writes a number with its noun.
func count[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
