package policy

import (
	"net/url"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// evidenceFields are the fields whose references are evidence, so that a name
// which can come to mean something else is not enough. Others name tickets,
// people's documents and pull requests.
var evidenceFields = []string{"subject", "evidence", "refs", "artifacts", "sboms", "provenance", "manifest", "file", "output", "log", "exitEvidence", "location"}

func traceKeys(f *Facts) Result {
	const want = "a digest for each artifact and each piece of evidence"
	n := 0
	for _, m := range f.mentions().references {
		if !slices.Contains(evidenceFields, m.field) {
			continue
		}
		if n++; len(m.value.Digest) == 0 {
			return fail("mutable-name", want, "%s: %s has no digest", m.field, either(m.value.URI, m.value.Name)).at(m.place())
		}
	}
	return pass(recomputed("the references"), "%s, %s", plural(len(f.Record.Artifacts), "artifact", "artifacts"), plural(n, "reference", "references")).wants(want).at(inRecord(f, "/artifacts"))
}

// recordFields are the fields whose references name a record of another system,
// which changes as it is worked on: what it said is evidence of its own.
var recordFields = []string{
	"ticket", "tickets", "changeRequest", "changeRequests", "pullRequest", "pullRequests", "incident", "incidents", "change",
	"source", "blockers", "original", "pick", "included", "excluded", "followUp", "forwardPort", "forwardPorts", "fixesOnMain", "links",
}

// absolute reports whether a link leads somewhere wherever it stands: it has a
// scheme, and a host or a name that needs none (pkg:..., dossier:...).
func absolute(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "")
}

// onWeb reports whether a link leads to a page.
func onWeb(link string) bool {
	scheme, _, _ := strings.Cut(strings.ToLower(link), ":")
	return scheme == "https" || scheme == "http"
}

func traceLinks(f *Facts) Result {
	const want = "absolute links, with the digest of what they led to"
	m := f.mentions()
	for _, a := range m.addresses {
		// Where a collector read a file, its name is what it has.
		if !strings.HasPrefix(a.pointer, "/collected/") && !absolute(a.value) {
			return fail("link-form", want, "%q is no absolute link", a.value).at(a.place())
		}
	}
	var loose *mention[*evidence.ResourceDescriptor]
	for i, r := range m.references {
		if r.value.URI != "" && !absolute(r.value.URI) {
			return fail("link-form", want, "%q is no absolute link", r.value.URI).at(r.place())
		}
		if r.value.DownloadLocation != "" && !absolute(r.value.DownloadLocation) {
			return fail("link-form", want, "%q is no absolute link", r.value.DownloadLocation).at(r.place())
		}
		if loose == nil && onWeb(r.value.URI) && len(r.value.Digest) == 0 && !slices.Contains(recordFields, r.field) {
			loose = &m.references[i]
		}
	}
	if n := f.Record.Notes; n != nil && n.Document != nil && onWeb(n.Document.URI) && len(n.Document.Digest) == 0 && !f.keptPage(n.Document.URI) {
		return fail("notes-not-fixed", want, "the release notes are at %s, and nothing says what they were", n.Document.URI).at(inRecord(f, "/notes/document"))
	}
	if loose != nil {
		return warn(f.Stated(), "link-without-digest", "%s: nothing says what %s led to", loose.field, loose.value.URI).wants(want).at(loose.place())
	}
	return pass(f.Stated(), "%s", plural(len(m.addresses)+len(m.references), "link", "links")).wants(want).at(inRecord(f, ""))
}

// keptPage reports whether a link leads to the release's page at a forge that
// lets nobody change it.
func (f *Facts) keptPage(link string) bool {
	p := f.Record.ReleasePage
	return p != nil && p.URI == link && p.Immutable
}
