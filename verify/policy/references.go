package policy

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// reference is a resource that a record or approval refers to.
type reference struct {
	evidence.ResourceDescriptor
	what  string
	place verify.Place
	// optional tells that it may be known by its address alone.
	optional bool
}

// references lists what checks and approvals refer to.
func references(f *Facts) []reference {
	var list []reference
	for i, c := range f.Record.Checks {
		list = append(list, reference{c.Subject, "subject of check " + c.Name, inRecord(f, "/checks/%d/subject", i), false})
		for k, e := range c.Evidence {
			list = append(list, reference{e, "evidence of check " + c.Name, inRecord(f, "/checks/%d/evidence/%d", i, k), true})
		}
	}
	for _, a := range f.Approvals {
		if a.Approval == nil {
			continue
		}
		for i, r := range a.Refs {
			list = append(list, reference{r, "reference of " + approver(a), inStatement(a.Statement, fmt.Sprintf("/refs/%d", i)), true})
		}
	}
	return list
}

func traceKeys(f *Facts) Result {
	const want = "a digest for each reference"
	refs := references(f)
	for _, r := range refs {
		if len(r.Digest) == 0 {
			return fail("mutable-name", want, "%s: %s has no digest", r.what, either(r.URI, r.Name)).at(r.place)
		}
	}
	return pass(recomputed("the references"), "%d artifacts, %d references", len(f.Record.Artifacts), len(refs)).wants(want).at(inRecord(f, "/artifacts"))
}

func traceRefs(f *Facts) Result {
	const want = "everything that is named to be there"
	for _, check := range []func(*Facts) (string, verify.Place){danglingAttachment, danglingStatement} {
		if found, place := check(f); found != "" {
			return fail("dangling-reference", want, "%s", found).at(place)
		}
	}
	return pass(recomputed("the references"), "%d statements", len(f.Statements)).wants(want).at(inRecord(f, "/materials"))
}

// danglingAttachment finds an attachment whose material or artifact the record
// does not list.
func danglingAttachment(f *Facts) (string, verify.Place) {
	r := f.Record
	materials, artifacts := map[evidence.Digest]bool{}, map[evidence.Digest]bool{}
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
	statements, ids := map[evidence.Digest]bool{f.Release: true}, map[string]bool{}
	for _, s := range f.Statements {
		statements[s.ID] = true
	}
	for _, a := range f.Approvals {
		if a.Approval != nil {
			ids[a.ID] = true
		}
	}
	// What was corrected counts no longer and is there all the same.
	for _, r := range f.Records {
		if a, ok := r.Predicate.(*evidence.Approval); ok {
			ids[a.ID] = true
		}
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
		if a.Supersedes != "" && !ids[a.Supersedes] {
			return fmt.Sprintf("the approval %s replaces %s, which is not there", a.ID, a.Supersedes), inStatement(a.Statement, "/supersedes")
		}
	}
	return "", verify.Place{}
}
