package layout

import (
	"crypto"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/in-toto/in-toto-golang/in_toto"
)

// Document is a layout or link and what it is called, for people.
type Document struct {
	Name string
	Data []byte
}

// Expect is what a verifier expects of a layout.
type Expect struct {
	// Owners are the keys that must all have signed the layout; at least one.
	Owners []crypto.PublicKey
	// SHA256 is the digest, in hex, of the artifact that the last step must have
	// produced; "" if only the steps are asked.
	SHA256 string
	// Parameters replace {NAME} in rules and commands.
	Parameters map[string]string
	// SkipInspections says that the steps are enough.
	SkipInspections bool
}

// Verify judges a layout with its links as of the moment at. It reads nothing
// but its arguments, and runs nothing.
func Verify(layout Document, links []Document, e Expect, at time.Time) *Result {
	r := &Result{}
	l := r.owned(layout, e, at)
	if l == nil {
		return r.conclude()
	}
	v := &verification{Result: r, layout: l, links: map[string][]counted{}}
	if len(links) > MaxLinks {
		r.fail("links", Malformed, "%d links, at most %d are read", len(links), MaxLinks)
		return r.conclude()
	}
	for _, d := range links {
		v.link(d)
	}
	v.steps()
	if r.judge(); r.Verdict != Rejected {
		v.rules()
	}
	v.artifact(e.SHA256)
	v.inspections(e.SkipInspections)
	return r.conclude()
}

// owned reads the layout and checks who signed it, and that it is in force.
func (r *Result) owned(d Document, e Expect, at time.Time) *in_toto.Layout {
	m, err := parse(d.Data)
	if err == nil && m.layout == nil {
		err = errors.New("it is a link, not a layout")
	}
	if err != nil {
		r.fail("layout", Malformed, "%s: %v", d.Name, err)
		return nil
	}
	if len(e.Owners) == 0 {
		r.fail("owner", BadSignature, "no key of the owner was given")
		return nil
	}
	for _, key := range e.Owners {
		if !m.signedBy(key) {
			r.fail("owner", BadSignature, "%s has not signed it", fingerprint(key))
			return nil
		}
		r.Owners = append(r.Owners, fingerprint(key))
	}
	r.pass("owner", "signed by %s", strings.Join(r.Owners, ", "))
	expires, err := time.Parse(in_toto.ISO8601DateSchema, m.layout.Expires)
	switch {
	case err != nil:
		r.fail("expiry", Malformed, "%.60q is not a time", m.layout.Expires)
		return nil
	case at.After(expires):
		r.fail("expiry", Expired, "it expired %s, judged as of %s", m.layout.Expires, at.UTC().Format(time.RFC3339))
	default:
		r.pass("expiry", "in force until %s", m.layout.Expires)
	}
	l, err := in_toto.SubstituteParameters(*m.layout, e.Parameters)
	if err != nil {
		r.fail("layout", Malformed, "%v", err)
		return nil
	}
	return &l
}

// verification is a layout under judgement.
type verification struct {
	*Result
	layout *in_toto.Layout
	links  map[string][]counted // by step
	// sublayouts counts the links that are layouts.
	sublayouts int
}

// counted is a link and the functionary whose signature on it verifies.
type counted struct {
	link        *in_toto.Link
	document    string
	functionary string
}

// link takes a link for its step, once for each functionary that signed it.
func (v *verification) link(d Document) {
	m, err := parse(d.Data)
	switch {
	case err != nil:
		v.fail("link", LinkMalformed, "%s: %v", d.Name, err)
		return
	case m.link == nil:
		v.sublayouts++ // of a step that only the file's name says
		v.warn("link", Unsupported, "%s is a layout: it does not count, sublayouts are not verified here", d.Name)
		return
	}
	i := slices.IndexFunc(v.layout.Steps, func(s in_toto.Step) bool { return s.Name == m.link.Name })
	if i < 0 {
		v.warn("link", LinkElsewhere, "%s is of the step %.100q, which the layout does not have", d.Name, m.link.Name)
		return
	}
	step, by := v.layout.Steps[i], 0
	for _, s := range m.signatures {
		k, ok := v.layout.Keys[s.keyID]
		if !ok || !slices.Contains(step.PubKeys, s.keyID) {
			continue
		}
		key, err := publicKey(k)
		if err != nil {
			v.fail("link", Malformed, "the key %.80q of the layout: %v", s.keyID, err)
			continue
		}
		if !verifies(key, m.message, s.sig) {
			v.fail("link", LinkSignature, "%s names the key %.80q, which did not make the signature", d.Name, s.keyID)
			continue
		}
		by++
		v.links[step.Name] = append(v.links[step.Name], counted{m.link, d.Name, fingerprint(key)})
	}
	if by == 0 {
		v.warn("link", LinkElsewhere, "%s is signed by nobody whom the step %.100q names", d.Name, step.Name)
	}
}

// steps checks that each step was carried out by enough functionaries, who
// report the same.
func (v *verification) steps() {
	for _, step := range v.layout.Steps {
		id := "step/" + step.Name
		links := v.links[step.Name]
		by := map[string]bool{}
		for _, l := range links {
			by[l.functionary] = true
		}
		s := Step{Name: step.Name, Threshold: step.Threshold, Functionaries: slices.Sorted(maps.Keys(by))}
		if len(links) > 0 {
			s.Command = links[0].link.Command
		}
		v.Steps = append(v.Steps, s)
		switch {
		case len(by) >= step.Threshold:
			v.pass(id, "carried out by %d of at least %d", len(by), step.Threshold)
		case len(step.CertificateConstraints) > 0 || v.sublayouts > 0:
			v.fail(id, Unsupported, "%d of %d functionaries; a sublayout, or one known by a certificate, does not count", len(by), step.Threshold)
		default:
			v.fail(id, Threshold, "%d functionaries of at least %d have signed a link", len(by), step.Threshold)
		}
		for _, l := range links {
			if !reflect.DeepEqual(l.link.Materials, links[0].link.Materials) || !reflect.DeepEqual(l.link.Products, links[0].link.Products) {
				v.fail(id, LinksDisagree, "%s and %s report different artifacts", links[0].document, l.document)
			}
			if !slices.Equal(l.link.Command, step.ExpectedCommand) {
				v.warn(id, CommandDiffers, "%s reports %.200q, the layout expects %.200q", l.document, l.link.Command, step.ExpectedCommand)
			}
		}
	}
}

// rules applies the artifact rules of the steps.
func (v *verification) rules() {
	items := make([]any, len(v.layout.Steps))
	links := map[string]in_toto.Metadata{}
	for i, step := range v.layout.Steps {
		items[i] = step
		links[step.Name] = &in_toto.Metablock{Signed: *v.links[step.Name][0].link}
	}
	if err := in_toto.VerifyArtifacts(items, links); err != nil {
		v.fail("rules", ArtifactRule, "%v", err)
		return
	}
	v.pass("rules", "the rules of %d steps hold", len(items))
}

// artifact checks that the last step produced the artifact.
func (v *verification) artifact(digest string) {
	last := v.layout.Steps[len(v.layout.Steps)-1]
	for _, l := range v.links[last.Name] {
		for _, digests := range l.link.Products {
			v.Products = append(v.Products, digests["sha256"])
		}
	}
	slices.Sort(v.Products)
	v.Products = slices.Compact(v.Products)
	if digest == "" {
		v.add(Check{ID: "artifact", Outcome: NotApplicable, Found: "no artifact was given"})
		return
	}
	for _, l := range v.links[last.Name] {
		for name, digests := range l.link.Products {
			if digests["sha256"] == digest {
				v.pass("artifact", "%.200q, a product of %.100q", name, last.Name)
				return
			}
		}
	}
	v.fail("artifact", ArtifactMissing, "sha256:%s is no product of the last step, %.100q", digest, last.Name)
}

func (v *verification) inspections(skip bool) {
	n := len(v.layout.Inspect)
	switch {
	case n == 0:
	case skip:
		v.add(Check{ID: "inspections", Outcome: NotApplicable, Code: InspectionSkipped, Found: fmt.Sprintf("%d, not run: the steps are enough", n)})
	default:
		v.add(Check{ID: "inspections", Outcome: Unknown, Code: InspectionSkipped, Found: fmt.Sprintf("the layout has %d, which are never run", n)})
	}
}
