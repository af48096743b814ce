package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

const themeTrace = "Traceability & identity"

func traceControls() []Control {
	return []Control{{
		ID: "trace/sha-format", Level: Must, Sections: "1.12.6.3", Theme: themeTrace,
		Title: "Commit ids are full length", Failing: "A commit id is abbreviated or malformed",
		Logic:   "Every commit and tag id in the record, its changes and approvals is 40 or 64 lower-case hex digits.",
		Applies: "*", Waive: "no",
		Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.commit", "record.tag.object", "record.base.commit", "record.changes[]", "approval.scope.commits"},
		Fix: verify.Fix{
			Before: "record full object ids (git rev-parse)",
			Now:    "collect the release again with full object ids",
		},
		Check: traceIDs,
	}, {
		ID: "trace/digest-format", Level: Must, Sections: "d: 1.12.6.3, 1.20.5.2", Theme: themeTrace,
		Title: "Digests name their algorithm and are complete", Failing: "A digest is missing, abbreviated or malformed",
		Logic:   "Every digest in the record and its approvals is of a known algorithm, in full, in lower-case hex, and no placeholder.",
		Applies: "*", Waive: "no",
		Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.artifacts[].digest", "record.materials[].digest", "record.checks[]", "approval.refs[].digest"},
		Fix: verify.Fix{
			Before: "record digests as {\"sha256\": \"<64 hex>\"}",
			Now:    "collect the release again with full digests",
		},
		Check: traceDigests,
	}, {
		ID: "trace/one-identity-tuple", Level: Must, Sections: "1.12.3.1, 1.12.3.5, 1.20.1", Theme: themeTrace,
		Title: "Version, commit and digest agree wherever they are repeated", Failing: "Two places name different versions, commits or digests",
		Logic:   "Record, tag object and provenance name one version, one commit and, for each artifact's name, one digest.",
		Applies: "*", Waive: "no",
		Question: 2, Gate: verify.GateStaging, Profile: Solo, Evidence: []string{"record", "the embedded tag object", "provenance: subjects and source commit"},
		Fix: verify.Fix{
			Before: "collect the release again from one build of the tag",
			Now:    "find out which of the two is the release, and release again under a new version",
		},
		Check: traceTuple,
	}, {
		ID: "trace/no-dangling-refs", Level: Must, Sections: "d: 1.21.3.4", Theme: themeTrace,
		Title: "Everything that is referred to inside the dossier is in it", Failing: "A reference leads nowhere",
		Logic:   "Materials, artifacts, statements and superseded approvals that a statement names are there.",
		Applies: "*", Waive: "no",
		Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.sboms[]", "record.provenance[]", "record.attestations[]", "approval.parents", "approval.supersedes"},
		Fix: verify.Fix{
			Before: "collect the release again",
			Now:    "fetch the complete dossier again",
		},
		Check: traceRefs,
	}, {
		ID: "trace/bundle-immutable-keys", Level: Should, Sections: "1.21.3.4", Theme: themeTrace,
		Title: "Evidence is referred to by digest", Failing: "Some evidence is referred to by a name that can change its meaning",
		Logic:   "Evidence of checks and references of approvals carry a digest beside their address.",
		Applies: "*", Waive: "rat",
		Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"record.checks[].evidence", "approval.refs"},
		Fix:   verify.Fix{Before: "record the digest of what the address gave"},
		Check: traceKeys,
	}, {
		ID: "trace/chronology", Level: Must, Sections: "d: 1.9.3.3, 1.13.3.1", Theme: themeTrace,
		Title: "The recorded times tell a possible story", Failing: "Two recorded times contradict each other",
		Logic:   "Commit, tag, build, record and approval follow each other as they must, and nothing is later than the moment of judgement; clocks may differ by the parameter clock-skew.",
		Applies: "*", Waive: "no",
		Question: 2, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"commit and tag times", "provenance: start and end", "record.createdAt", "approval.at"},
		Fix: verify.Fix{
			Before: "correct the clock and record again",
			Now:    "find out which of the two times is wrong, and record it",
		},
		Check: traceChronology,
	}, {
		ID: "trace/attributable-actors", Level: Must, Sections: "1.2, 1.5.2(2), 1.10.5.3(3)", Theme: themeTrace,
		Title: "Tags, signatures, merges and approvals name somebody", Failing: "An act is attributed to nobody in particular",
		Logic:   "Signers, tagger, openers, mergers and approvers are named and are no shared account (parameter shared-accounts).",
		Applies: "*", Waive: "exc",
		Question: 1, Gate: verify.GateTag, Profile: Solo, Evidence: []string{"signatures", "the tag's tagger", "record.changes[]", "approval.approver"},
		Fix: verify.Fix{
			Before: "act under a personal or service identity (git config user.name, user.email)",
			Now:    "record who it was",
		},
		Check: traceActors,
	}}
}

// named is a value with the place it stands in.
type named struct {
	name, value string
	place       verify.Place
}

func traceIDs(f *verify.Facts, _ Params) Result {
	r := f.Record
	ids := []named{
		{"commit", r.Commit, inRecord(f, "/commit")},
		{"tag object", r.Tag.Object, inRecord(f, "/tag/object")},
		{"base commit", r.Base.Commit, inRecord(f, "/base/commit")},
	}
	for i, c := range r.Changes {
		ids = append(ids,
			named{"head of change " + c.ID, c.HeadCommit, inRecord(f, "/changes/%d/headCommit", i)},
			named{"merge of change " + c.ID, c.MergedAs, inRecord(f, "/changes/%d/mergedAs", i)})
	}
	for _, a := range f.Approvals {
		if a.Approval == nil || a.Scope == nil {
			continue
		}
		for i, c := range a.Scope.Commits {
			ids = append(ids, named{"approved commit", c, inStatement(a.Statement, fmt.Sprintf("/scope/commits/%d", i))})
		}
	}
	for _, id := range ids {
		required := id.name == "commit" || id.name == "tag object"
		if id.value == "" && !required {
			continue
		}
		if _, _, err := gitobj.ParseID(id.value); err != nil {
			return fail("object-id", "40 or 64 lower-case hex digits", "%s: %v", id.name, err).at(id.place)
		}
	}
	return pass(recomputed("the ids"), "%d ids", len(ids)).at(inRecord(f, "/commit"))
}

func traceDigests(f *verify.Facts, _ Params) Result {
	const want = "a digest with its algorithm, in full"
	for i, a := range f.Record.Artifacts {
		if a.Digest.IsZero() {
			return fail("digest", want, "artifact %s has none", a.Name).at(inRecord(f, "/artifacts/%d/digest", i))
		}
	}
	for i, m := range f.Record.Materials {
		if m.Digest.IsZero() {
			return fail("digest", want, "material %s has none", m.Name).at(inRecord(f, "/materials/%d/digest", i))
		}
	}
	for _, ref := range references(f) {
		if len(ref.Digest) == 0 && ref.optional {
			continue
		}
		if err := ref.Digest.Validate(); err != nil {
			return fail("digest", want, "%s: %v", ref.what, err).at(ref.place)
		}
	}
	return pass(recomputed("the digests"), "%d artifacts, %d materials", len(f.Record.Artifacts), len(f.Record.Materials)).wants(want).at(inRecord(f, "/artifacts"))
}

// reference is a resource that a record or approval refers to.
type reference struct {
	evidence.ResourceDescriptor
	what  string
	place verify.Place
	// optional tells that it may be known by its address alone.
	optional bool
}

// references lists what checks and approvals refer to.
func references(f *verify.Facts) []reference {
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

func traceKeys(f *verify.Facts, _ Params) Result {
	const want = "a digest for each reference"
	refs := references(f)
	for _, r := range refs {
		if len(r.Digest) == 0 {
			return fail("mutable-name", want, "%s: %s has no digest", r.what, either(r.URI, r.Name)).at(r.place)
		}
	}
	return pass(recomputed("the references"), "%d artifacts, %d references", len(f.Record.Artifacts), len(refs)).wants(want).at(inRecord(f, "/artifacts"))
}

// either returns the first text that is not empty.
func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func traceTuple(f *verify.Facts, _ Params) Result {
	r := f.Record
	if t := f.Tag; t.Embedded && bareVersion(t.Object.Name, r.Component) != r.Version {
		return fail("version-mismatch", "version "+r.Version, "the tag object is %s", t.Object.Name).
			at(inRecord(f, "/version"), inRecord(f, "/tag/object")).follows("tag/matches-release-version")
	}
	if t := f.Tag; t.Embedded && t.Object.Type == gitobj.TypeCommit && string(t.Object.Object) != r.Commit {
		return fail("commit-mismatch", "commit "+r.Commit, "the tag object names %s", t.Object.Object).
			at(inRecord(f, "/commit"), inRecord(f, "/tag/object")).follows("tag/single-commit")
	}
	for _, v := range f.Provenance {
		if v.Summary == nil {
			continue
		}
		if differ := otherCommit(v.Summary.SourceCommits, r.Commit); differ != "" {
			return fail("commit-mismatch", "commit "+r.Commit, "%s names %s", v.Material.Name, differ).
				at(inRecord(f, "/commit"), inMaterial(v.Material.Digest)).follows("tag/equals-build-commit")
		}
		for i, a := range r.Artifacts {
			if d := digestOf(v.Summary.Subjects, a); d != "" {
				return fail("digest-mismatch", a.Name+" is "+a.Digest.String(), "%s says %s", v.Material.Name, d).
					at(inRecord(f, "/artifacts/%d", i), inMaterial(v.Material.Digest))
			}
		}
	}
	return pass(verify.Weakest(tagProof(f), provenanceProof(f)), "%s, commit %s, %d digests", r.Version, short(r.Commit), len(r.Artifacts)).at(inRecord(f, "/version"))
}

// otherCommit returns a commit of the list that is not want, "" if none is.
func otherCommit(list []string, want string) string {
	for _, c := range list {
		if c != want {
			return c
		}
	}
	return ""
}

// digestOf returns another digest under which subjects list the artifact's
// name, "" if there is none.
func digestOf(subjects []evidence.ResourceDescriptor, a evidence.Artifact) string {
	for _, s := range subjects {
		if d, ok := s.Digest.SHA256(); s.Name == a.Name && ok && d != a.Digest {
			return d.String()
		}
	}
	return ""
}

func traceRefs(f *verify.Facts, _ Params) Result {
	const want = "everything that is named to be there"
	for _, check := range []func(*verify.Facts) (string, verify.Place){danglingAttachment, danglingStatement} {
		if found, place := check(f); found != "" {
			return fail("dangling-reference", want, "%s", found).at(place)
		}
	}
	return pass(recomputed("the references"), "%d statements", len(f.Statements)).wants(want).at(inRecord(f, "/materials"))
}

// danglingAttachment finds an attachment whose material or artifact the record
// does not list.
func danglingAttachment(f *verify.Facts) (string, verify.Place) {
	r := f.Record
	materials, artifacts := map[evidence.Digest]bool{}, map[evidence.Digest]bool{}
	for _, m := range r.Materials {
		materials[m.Digest] = true
	}
	for _, a := range r.Artifacts {
		artifacts[a.Digest] = true
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
func danglingStatement(f *verify.Facts) (string, verify.Place) {
	statements, ids := map[evidence.Digest]bool{f.Release: true}, map[string]bool{}
	for _, s := range f.Statements {
		statements[s.ID] = true
	}
	for _, a := range f.Approvals {
		if a.Approval != nil {
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

// event is a moment that somebody stated.
type event struct {
	what string
	at   time.Time
}

// order is a pair of events of which the first cannot be after the second.
type order struct{ first, second event }

func traceChronology(f *verify.Facts, p Params) Result {
	r := f.Record
	created := event{"the record", r.CreatedAt.Time}
	pairs := []order{{created, event{"the moment of judgement", f.AsOf}}}
	tagged := event{"the tag", f.Tag.Object.Tagger.When}
	pairs = append(pairs, order{tagged, created})
	if len(f.Range.Commits) > 0 && string(f.Range.Commits[0].ID) == r.Commit {
		commit := event{"the commit", f.Range.Commits[0].Committer.When}
		pairs = append(pairs, order{commit, tagged}, order{commit, created})
		pairs = append(pairs, builds(f, commit, created)...)
	} else {
		pairs = append(pairs, builds(f, event{}, created)...)
	}
	for _, a := range f.Approvals {
		if a.Approval != nil && a.Release != nil {
			pairs = append(pairs, order{created, event{"the approval by " + approver(a), a.At.Time}})
		}
	}
	for _, o := range pairs {
		// A time that nobody stated contradicts nothing.
		if !o.first.at.IsZero() && !o.second.at.IsZero() && o.first.at.After(o.second.at.Add(p.ClockSkew)) {
			return fail("impossible-order", o.first.what+" before "+o.second.what,
				"%s at %s, %s at %s", o.first.what, stamp(o.first.at), o.second.what, stamp(o.second.at)).at(inRecord(f, "/createdAt"))
		}
	}
	res := pass(verify.Weakest(tagProof(f), stated(f)), "%d pairs of times", len(pairs))
	res.Clock = "times stated by their signers"
	return res.at(inRecord(f, "/createdAt"))
}

// builds orders each build between the commit and the record.
func builds(f *verify.Facts, commit, created event) []order {
	var pairs []order
	for _, v := range f.Provenance {
		if v.Summary == nil {
			continue
		}
		start := event{"the start of the build", v.Summary.StartedAt.Time}
		end := event{"the end of the build", v.Summary.FinishedAt.Time}
		pairs = append(pairs, order{commit, start}, order{start, end}, order{start, created}, order{end, created})
	}
	return pairs
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func traceActors(f *verify.Facts, p Params) Result {
	const want = "a name for everybody who acted, and no shared account"
	for _, a := range actors(f) {
		if strings.TrimSpace(a.value) == "" {
			return missing(want, a.name+" is not named").at(a.place)
		}
		local, _, _ := strings.Cut(a.value, "@")
		if holdsFold(p.SharedAccounts, a.value) || holdsFold(p.SharedAccounts, local) {
			return fail("shared-account", want, "%s is %q", a.name, a.value).at(a.place)
		}
	}
	proof := stated(f)
	if f.Tag.Signature.Valid {
		proof = verify.Proof{Grade: verify.Proven, By: "the signatures"}
	}
	return pass(proof, "%d actors", len(actors(f))).wants(want).at(inRecord(f, "/tag"))
}

// actors lists by what name everybody who acted is known.
func actors(f *verify.Facts) []named {
	var list []named
	for _, s := range f.Signers {
		list = append(list, named{"the signer of the release", either(s.Person, string(s.Identity)), verify.Place{Statement: &f.Release}})
	}
	if t := f.Tag; t.Embedded {
		place := inRecord(f, "/tag/object")
		list = append(list, named{"the tagger", either(t.Object.Tagger.Name, t.Object.Tagger.Email), place})
		if t.Object.Tagger.Email != "" {
			list = append(list, named{"the tagger's address", t.Object.Tagger.Email, place})
		}
	}
	for i, c := range f.Record.Changes {
		for _, a := range []struct {
			what  string
			actor *evidence.Actor
		}{{"opener", c.Opener}, {"mergedBy", c.MergedBy}} {
			if a.actor != nil {
				list = append(list, named{a.what + " of change " + c.ID, actorName(*a.actor), inRecord(f, "/changes/%d/%s", i, a.what)})
			}
		}
	}
	for _, a := range f.Approvals {
		if a.Approval != nil {
			list = append(list, named{"an approver", actorName(a.Approver), inStatement(a.Statement, "/approver")})
		}
	}
	return list
}

// actorName is the display name of somebody who has an identity, "" without
// one: a display name alone identifies nobody.
func actorName(a evidence.Actor) string {
	if a.ID == "" {
		return ""
	}
	return either(a.Display, string(a.ID))
}
