package policy

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

const themeTrace = "Traceability & identity"

var traceControls = []Control{{
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

// named is a value with the place it stands in.
type named struct {
	name, value string
	place       verify.Place
}

func traceIDs(f *Facts) Result {
	r := f.Record
	ids := []named{
		{"commit", r.Commit, inRecord(f, "/commit")},
		{"tag object", r.Tag.Object, inRecord(f, "/tag/object")},
		{"base commit", r.Base.Commit, inRecord(f, "/base/commit")},
	}
	for i, c := range r.Changes {
		ids = append(ids,
			named{"head of change " + c.ID, string(c.HeadCommit), inRecord(f, "/changes/%d/headCommit", i)},
			named{"merge of change " + c.ID, string(c.MergedAs), inRecord(f, "/changes/%d/mergedAs", i)})
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

func traceDigests(f *Facts) Result {
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

func traceTuple(f *Facts) Result {
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
			if d := digestOf(v.Summary.Subjects, a, r.Artifacts); d != "" {
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

// digestOf returns a digest of no artifact of the release under which subjects
// list the name of the artifact a, "" if there is none.
func digestOf(subjects []evidence.ResourceDescriptor, a evidence.Artifact, artifacts []evidence.Artifact) string {
	for _, s := range subjects {
		d, ok := s.Digest.SHA256()
		if !ok || s.Name != a.Name {
			continue
		}
		if !slices.ContainsFunc(artifacts, func(b evidence.Artifact) bool { return slices.Contains(b.Digests(), d) }) {
			return d.String()
		}
	}
	return ""
}
