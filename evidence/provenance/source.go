package provenance

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// input is a resolved dependency (v1) or material (v0.2).
type input struct {
	URI    string            `json:"uri"`
	Digest map[string]string `json:"digest"`
}

// origin is a place in a git repository, each part "" if not stated.
type origin struct {
	repository string // normalised if possible
	ref        string
	commit     string
	// workflowRef is the reference of the build's own definition, which is the
	// source's unless something better is stated.
	workflowRef string
	// git tells that this is a git repository beyond doubt, not just an
	// address that may be one.
	git bool
}

// pinned reports whether in has a digest that could identify its bytes.
func (in input) pinned() bool {
	for alg, v := range in.Digest {
		if (evidence.DigestSet{alg: v}).Validate() == nil || alg == "gitCommit" && gitobj.IsID(v) {
			return true
		}
	}
	return false
}

// origin reads the forms in which builders write a place in a repository:
// "git+https://host/org/repo@refs/tags/v1" (SPDX 2.3, section 7.7) and
// "https://host/org/repo/commit/<id>".
func (in input) origin() origin {
	uri, git := strings.CutPrefix(in.URI, "git+")
	uri, fragment, _ := strings.Cut(uri, "#")
	repository, ref := cutRef(uri)
	if strings.HasPrefix(uri, bucket) {
		repository, ref = uri, fragment
	}
	o := origin{ref: ref, git: git || strings.HasSuffix(repository, ".git") || strings.HasPrefix(repository, "git:")}
	if base, id, ok := cutLast(repository, "/commit/"); ok && gitobj.IsID(id) {
		repository, o.commit, o.git = base, id, true
	}
	if id, ok := in.Digest["gitCommit"]; ok && gitobj.IsID(id) {
		o.commit, o.git = id, true
	} else if id := in.Digest["sha1"]; gitobj.IsID(id) {
		o.commit = id
	} else if id := in.Digest["sha256"]; o.git && gitobj.IsID(id) {
		o.commit = id // a repository with SHA-256 object ids
	}
	o.repository = repository
	if normal, err := evidence.NormalRepository(repository); err == nil {
		o.repository = normal
	}
	return o
}

// cutRef splits "…/repo@ref". A reference may hold an at sign itself, and so
// may the user before the host.
func cutRef(uri string) (repository, ref string) {
	if before, after, ok := strings.Cut(uri, "@refs/"); ok {
		return before, "refs/" + after
	}
	before, after, ok := cutLast(uri, "@")
	if _, path, _ := strings.Cut(before, "://"); !ok || !strings.Contains(path, "/") {
		return uri, ""
	}
	return before, after
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// setSource finds the source repository and collects all that is said of it.
func (s *Summary) setSource(declared []origin, inputs []input) {
	origins := slices.Clone(declared)
	for _, in := range inputs {
		origins = append(origins, in.origin())
	}
	var ok bool
	if s.SourceURI, ok = s.findSource(declared, origins[len(declared):]); !ok {
		return
	}
	var refs []string
	for _, o := range origins {
		if o.repository != s.SourceURI {
			continue
		}
		s.SourceCommits = appendNew(s.SourceCommits, o.commit)
		refs = appendNew(refs, o.ref)
	}
	if len(s.SourceCommits) > 1 {
		s.problem("%d commits are stated for the source %.200q: %s", len(s.SourceCommits), s.SourceURI, listed(s.SourceCommits))
	}
	s.setRef(refs, declared)
}

// findSource returns the one repository that the parameters declare or, if
// they declare none, the one among the inputs; false if that is not clear.
func (s *Summary) findSource(declared, inputs []origin) (string, bool) {
	var named []string
	for _, o := range declared {
		named = appendNew(named, o.repository)
	}
	if len(named) == 0 {
		for _, o := range inputs {
			if o.git {
				named = appendNew(named, o.repository)
			}
		}
	}
	switch len(named) {
	case 0:
		return "", false
	case 1:
		return named[0], true
	}
	// Of several inputs the source is the one that the run says it is of.
	if i := slices.IndexFunc(named, func(r string) bool { return len(declared) == 0 && s.isOfRun(r) }); i >= 0 {
		return named[i], true
	}
	s.problem("%d repositories are named and it is not clear which is the source: %s", len(named), listed(named))
	return "", false
}

// isOfRun reports whether a repository is the one that the run names.
func (s *Summary) isOfRun(repository string) bool {
	return s.Claims.Repository != "" && repository == s.host(repository, s.Claims.Repository)
}

// setNames splits the source's reference, and compares it with what is stated
// of it elsewhere.
func (s *Summary) setNames(tag, branch string) {
	if name, ok := strings.CutPrefix(s.SourceRef, branchPrefix); ok {
		s.SourceBranch = name
	}
	if name, ok := strings.CutPrefix(s.SourceRef, tagPrefix); ok {
		s.SourceTag = name
	}
	if s.SourceURI == "" {
		return
	}
	if s.Claims.Repository != "" && !s.isOfRun(s.SourceURI) {
		s.problem("the run is of the repository %.200q, the source is %.200q", s.Claims.Repository, s.SourceURI)
	}
	if s.SourceRef != "" && s.Claims.Ref != "" && s.SourceRef != s.Claims.Ref {
		s.problem("the run is of the reference %.200q, the source is %.200q", s.Claims.Ref, s.SourceRef)
	}
	for _, part := range []struct {
		what, stated string
		name         *string
	}{{"tag", tag, &s.SourceTag}, {"branch", branch, &s.SourceBranch}} {
		switch {
		case part.stated == "":
		case *part.name == "":
			*part.name = part.stated
		case *part.name != part.stated:
			s.problem("two %ss are stated: %.200q and %.200q", part.what, *part.name, part.stated)
		}
	}
}

func (s *Summary) setRef(refs []string, declared []origin) {
	if len(refs) > 1 {
		s.problem("%d references are stated for the source: %s", len(refs), listed(refs))
		return
	}
	if len(refs) == 1 {
		s.SourceRef = refs[0]
		return
	}
	for _, o := range declared {
		if s.SourceRef == "" {
			s.SourceRef = o.workflowRef
		}
	}
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// listed joins the first of a list for people, each cut to a readable length.
func listed(list []string) string {
	const most = 4
	var b strings.Builder
	for i, s := range list[:min(len(list), most)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s[:min(len(s), 200)])
	}
	if len(list) > most {
		b.WriteString(", ...")
	}
	return b.String()
}
