package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

func traceRefs(f *Facts) Result {
	const want = "everything that is named to be there"
	for _, check := range []func(*Facts) (string, verify.Place){danglingAttachment, danglingStatement, danglingRecord, danglingPull} {
		if found, place := check(f); found != "" {
			return fail("dangling-reference", want, "%s", found).at(place)
		}
	}
	return pass(recomputed("the references"), "%s, %s", plural(len(f.Statements), "statement", "statements"), plural(len(f.Records), "record", "records")).wants(want).at(inRecord(f, "/materials"))
}

// danglingAttachment finds an attachment whose material or artifact the record
// does not list.
func danglingAttachment(f *Facts) (string, verify.Place) {
	r := f.Record
	materials, artifacts := make(map[evidence.Digest]bool, len(r.Materials)), make(map[evidence.Digest]bool, len(r.Artifacts))
	for _, m := range r.Materials {
		materials[m.Digest] = true
	}
	for _, a := range r.Artifacts {
		for _, d := range a.Digests() {
			artifacts[d] = true
		}
	}
	for _, list := range []struct {
		name  string
		items []evidence.Attachment
	}{{"sboms", r.SBOMs}, {"provenance", r.Provenance}, {"attestations", r.Attestations}} {
		for i, a := range list.items {
			if !materials[a.Material] {
				return fmt.Sprintf("%s %d names the material %s, which is not listed", list.name, i+1, a.Material), inRecord(f, "/%s/%d/material", list.name, i)
			}
			if k := slices.IndexFunc(a.About, func(d evidence.Digest) bool { return !artifacts[d] }); k >= 0 {
				return fmt.Sprintf("%s %d is about %s, which is no artifact", list.name, i+1, a.About[k]), inRecord(f, "/%s/%d/about/%d", list.name, i, k)
			}
		}
	}
	return "", verify.Place{}
}

// danglingStatement finds an approval that names a parent or an approval that
// is not there.
func danglingStatement(f *Facts) (string, verify.Place) {
	statements := map[evidence.Digest]bool{f.Release: true}
	for _, s := range f.Statements {
		statements[s.ID] = true
	}
	for _, a := range f.Approvals {
		if a.Approval == nil {
			continue
		}
		for i, p := range a.Parents {
			if !statements[p.Statement] {
				return fmt.Sprintf("the approval %s saw the statement %s, which is not there", a.ID, p.Statement), inStatement(a.Statement, fmt.Sprintf("/parents/%d", i))
			}
		}
		if a.Supersedes != "" && !f.recordIDs()["approval"][a.Supersedes] {
			return fmt.Sprintf("the approval %s replaces %s, which is not there", a.ID, a.Supersedes), inStatement(a.Statement, "/supersedes")
		}
	}
	return "", verify.Place{}
}

// recordIDs are the ids of all records by kind. What was corrected counts no
// longer and is there all the same.
func (f *Facts) recordIDs() map[string]map[string]bool {
	return f.ids.get(func() map[string]map[string]bool {
		ids := map[string]map[string]bool{}
		add := func(kind, id string) {
			if ids[kind] == nil {
				ids[kind] = map[string]bool{}
			}
			ids[kind][id] = true
		}
		for i := range f.Records {
			add(f.Records[i].Kind, f.Records[i].Predicate.Head().ID)
		}
		for _, a := range f.Approvals {
			if a.Approval != nil {
				add("approval", a.ID)
			}
		}
		for _, x := range f.Record.Flags {
			add("flag", x.Key)
		}
		return ids
	})
}

// pointing is a reference by id to a record of some kind.
type pointing struct {
	// kinds are the kinds it may be of.
	kinds       []string
	id, pointer string
}

// danglingRecord finds a record that names another one which is not there.
func danglingRecord(f *Facts) (string, verify.Place) {
	missing := func(list []pointing) *pointing {
		for i, x := range list {
			// Below the strict profiles, windows may be defined in a calendar alone,
			// and flags registered in another system.
			if !f.strict && (slices.Contains(x.kinds, "window") || slices.Contains(x.kinds, "flag")) {
				continue
			}
			if x.id != "" && !slices.ContainsFunc(x.kinds, func(k string) bool { return f.recordIDs()[k][x.id] }) {
				return &list[i]
			}
		}
		return nil
	}
	for i := range f.Records {
		r := &f.Records[i]
		if r.Replaced != nil {
			continue
		}
		if x := missing(pointings(r.Predicate)); x != nil {
			return fmt.Sprintf("the %s %s names the %s %s, which is not there", r.Kind, r.Predicate.Head().ID, strings.Join(x.kinds, " or "), x.id), r.Place(x.pointer)
		}
	}
	if x := missing(recordPointings(f.Record)); x != nil {
		return fmt.Sprintf("the release names the %s %s, which is not there", x.kinds[0], x.id), inRecord(f, "%s", x.pointer)
	}
	return "", verify.Place{}
}

// pointings are the references of a record to others by their ids.
func pointings(p evidence.Predicate) []pointing {
	var list []pointing
	add := func(id, pointer string, kinds ...string) { list = append(list, pointing{kinds, id, pointer}) }
	each := func(ids []string, pointer, kind string) {
		for i, id := range ids {
			add(id, fmt.Sprintf("%s/%d", pointer, i), kind)
		}
	}
	under := func(w *evidence.WindowUse, emergency string) {
		if w != nil {
			add(w.Window, "/window/window", "window")
		}
		add(emergency, "/emergency", "emergency")
	}
	switch x := p.(type) {
	case *evidence.BreakGlass:
		add(x.Emergency, "/emergency", "emergency", "incident")
	case *evidence.ConfigChange:
		under(x.Window, x.Emergency)
		add(x.Deployment, "/deployment", "promotion")
	case *evidence.FlagChange:
		under(x.Window, x.Emergency)
		add(x.Flag, "/flag", "flag")
	case *evidence.GateBypass:
		add(x.Exception, "/exception", "exception")
	case *evidence.GoNoGo:
		each(x.Exceptions, "/exceptions", "exception")
		add(x.Delegation, "/delegation", "delegation")
	case *evidence.Hotfix:
		each(x.Waivers, "/waivers", "exception")
		add(x.SecurityReview.Exception, "/securityReview/exception", "exception")
	case *evidence.Incident:
		under(x.Window, x.Emergency)
	case *evidence.Promotion:
		under(x.Window, x.Emergency)
	case *evidence.ReleaseBranch:
		under(x.Window, x.Emergency)
	case *evidence.Rollback:
		under(x.Window, x.Emergency)
		add(x.Incident, "/incident", "incident")
	case *evidence.Train:
		add(x.GoNoGo, "/goNoGo", "go-no-go")
		add(x.Window, "/window", "window")
	case *evidence.VerificationRecord:
		add(x.Promotion, "/promotion", "promotion")
	}
	return list
}

// recordPointings are those of the release statement.
func recordPointings(r *evidence.Record) []pointing {
	var list []pointing
	each := func(ids []string, pointer, kind string) {
		for i, id := range ids {
			list = append(list, pointing{[]string{kind}, id, fmt.Sprintf("%s/%d", pointer, i)})
		}
	}
	if x := r.ReleaseRecord; x != nil {
		each(x.Exceptions, "/releaseRecord/exceptions", "exception")
		each(x.Quarantines, "/releaseRecord/quarantines", "quarantine")
		for i := range x.Promotions {
			for _, p := range pointings(&x.Promotions[i]) {
				p.pointer = fmt.Sprintf("/releaseRecord/promotions/%d%s", i, p.pointer)
				list = append(list, p)
			}
		}
	}
	if r.Manifest != nil {
		each(r.Manifest.GoNoGo, "/manifest/goNoGo", "go-no-go")
	}
	for i, c := range r.Changes {
		if c.Details != nil {
			each(c.Details.Exceptions, fmt.Sprintf("/changes/%d/details/exceptions", i), "exception")
		}
	}
	return list
}

// danglingPull finds a record that names a pull request of this repository
// which the release does not list, or another manifest than the release's.
func danglingPull(f *Facts) (string, verify.Place) {
	listed := map[string]bool{}
	for _, c := range f.Record.Changes {
		listed[c.ID], listed[c.URI] = true, true
	}
	unlisted := func(r evidence.ResourceDescriptor) bool {
		switch {
		case r.URI == "":
			return !listed[strings.TrimLeft(r.Name, "#!")]
		case !strings.HasPrefix(r.URI, f.Record.Repository.URI+"/"):
			return false // of another repository, whose dossier lists it
		}
		return !listed[r.URI]
	}
	if log := f.Record.Changelog; log != nil {
		for i, e := range log.Entries {
			if unlisted(e.PullRequest) {
				return fmt.Sprintf("the changelog names the pull request %s, which is not listed", either(e.PullRequest.Name, e.PullRequest.URI)), inRecord(f, "/changelog/entries/%d/pullRequest", i)
			}
		}
	}
	for _, p := range f.promotions() {
		for i, r := range p.PullRequests {
			if unlisted(r) {
				return fmt.Sprintf("the promotion %s names the pull request %s, which is not listed", p.name(), either(r.Name, r.URI)), p.place(f, fmt.Sprintf("/pullRequests/%d", i))
			}
		}
		if m := f.Record.Manifest; p.Manifest != nil && (m == nil || m.Location.Digest["sha256"] != p.Manifest.Digest["sha256"]) {
			return fmt.Sprintf("the promotion %s names the manifest %s, which is not the release's", p.name(), either(p.Manifest.Name, p.Manifest.URI)), p.place(f, "/manifest")
		}
	}
	return "", verify.Place{}
}
