package git

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Options say what to collect.
type Options struct {
	// Dir is a directory in the repository.
	Dir string
	// Tag is the release tag's name. "refs/tags/" before it is allowed.
	Tag string
	// PreviousTag is the previous release's tag. If it is "", the highest
	// release that is an ancestor is taken, one of the same line first.
	PreviousTag string
	// TagPattern is what release tags look like, in the syntax of path.Match;
	// the version follows the text before the first "*". The default is what
	// stands before the version in Tag: "v*" for v1.4.0, "api/v*" for the tag
	// api/v1.4.0 of a component.
	TagPattern string
	// ReleaseBranches are what the names of active release branches look like, in
	// the syntax of path.Match; nil means "release/*". DefaultBranch is the branch
	// that changes go to first; "" means what the clone knows of its remote.
	ReleaseBranches []string
	DefaultBranch   string
	// PatchIDs asks for the patch ids of the commits: it reads every changed file.
	PatchIDs bool
	// Now is when the snapshot of branches is taken, for its record.
	Now time.Time
	// Files are the files to collect from the released commit, where they
	// exist; nil means DefaultFiles. MustFiles are collected besides, and one that
	// the commit lacks is a [*FileError].
	Files, MustFiles []string
	// Env is the environment to take PATH and HOME from, as os.Environ gives
	// it. Without HOME, the user's safe.directory settings are not seen.
	Env []string
	// Progress, if not nil, is called now and then while objects are written.
	Progress func(done, total int)
}

// Result is what was found. Its objects are written by WriteObjects.
type Result struct {
	// Format is the repository's object format.
	Format gitobj.Format
	// TagName is the reference's name without "refs/tags/".
	TagName string
	// TagObject is what the reference points at, TagType its type: "tag" or,
	// for a lightweight tag, "commit".
	TagObject gitobj.ID
	TagType   gitobj.Type
	// Tag is the parsed tag object; zero for a lightweight tag. Its Type is
	// "tag" if it points at yet another tag.
	Tag gitobj.Tag
	// Commit is the released commit.
	Commit gitobj.ID
	// PreviousTag and PreviousCommit are the previous release; both are ""
	// for a first release.
	PreviousTag    string
	PreviousCommit gitobj.ID
	// CommittedAt is when Commit says it was made; zero if it says nothing.
	CommittedAt time.Time
	// Range are the commits in the release, newest first: reachable from Commit
	// and not from PreviousCommit.
	Range []gitobj.ID
	// Branches is the snapshot of branches, in the form of a record.
	Branches evidence.Branches
	// Named are the commits that messages of the range name and that are not in
	// it, in the form of a record.
	Named []evidence.NamedCommit
	// PatchIDs are the patch ids of the range and of Named, if they were asked
	// for, as gitobj.WritePatchIDs takes them.
	PatchIDs []gitobj.PatchID
	// Files are the collected files by path.
	Files map[string]File
	// RemoteURL is the address of the remote "origin" as configured, without
	// password or token; "" if there is none.
	RemoteURL string
	// Notes are what a person or a policy may mind.
	Notes []Note

	git      *runner
	ids      []gitobj.ID
	progress func(done, total int)
}

// collector is the state of one Collect.
type collector struct {
	git    *runner
	batch  *batch
	format gitobj.Format
	need   map[gitobj.ID]bool
	trees  map[gitobj.ID][]gitobj.TreeEntry
	cached int      // entries in trees
	lines  []branch // the default branch and the active release branches
	notes  []Note

	malformed int   // commits
	failed    error // the last failure to get an object
}

// get reads an object and checks its id.
func (c *collector) get(id gitobj.ID) (gitobj.Object, error) {
	o, err := c.batch.get(id)
	if err != nil {
		c.failed = err
	}
	return o, err
}

func (c *collector) note(code NoteCode, text, remedy string) {
	c.notes = append(c.notes, Note{code, text, remedy})
}

// Collect finds the release tag, the previous release, the commits between
// them and the files. A lightweight tag is noted, a clone whose history was
// cut off within the range is a [*ShallowError].
func Collect(ctx context.Context, o Options) (*Result, error) {
	if o.TagPattern == "" {
		o.TagPattern = patternOf(strings.TrimPrefix(o.Tag, "refs/tags/"))
	}
	if o.ReleaseBranches == nil {
		o.ReleaseBranches = []string{"release/*"}
	}
	for _, p := range append([]string{o.TagPattern}, o.ReleaseBranches...) {
		if _, err := path.Match(p, ""); err != nil {
			return nil, fmt.Errorf("pattern %.80q of tags or branches: %w", p, err)
		}
	}
	if o.Files == nil {
		o.Files = DefaultFiles()
	}
	g, err := newRunner(o.Dir, o.Env)
	if err != nil {
		return nil, err
	}
	format, shallow, err := g.probe(ctx)
	if err != nil {
		return nil, err
	}
	b, err := g.batch(ctx, format)
	if err != nil {
		return nil, err
	}
	defer b.close()
	return newCollector(g, b, format).collect(ctx, o, shallow)
}

func newCollector(g *runner, b *batch, f gitobj.Format) *collector {
	return &collector{git: g, batch: b, format: f, need: map[gitobj.ID]bool{}, trees: map[gitobj.ID][]gitobj.TreeEntry{}}
}

// probe returns the object format and whether the clone is shallow.
func (g *runner) probe(ctx context.Context) (gitobj.Format, bool, error) {
	out, err := g.output(ctx, "rev-parse", "--show-object-format", "--is-shallow-repository")
	if err != nil {
		return "", false, err
	}
	if len(out) != 2 {
		return "", false, errors.New("git rev-parse answers unexpectedly: git 2.28 or later is needed")
	}
	switch f := gitobj.Format(out[0]); f {
	case gitobj.SHA1, gitobj.SHA256:
		return f, out[1] == "true", nil
	}
	return "", false, fmt.Errorf("unknown object format %.20q", out[0])
}

// collect takes one step after the other; each marks in need what the archive
// must hold to repeat the step without the repository.
func (c *collector) collect(ctx context.Context, o Options, shallow bool) (*Result, error) {
	refs, err := c.git.tags(ctx, "")
	if err != nil {
		return nil, err
	}
	ref, err := c.git.findTag(ctx, refs, o.Tag)
	if err != nil {
		return nil, err
	}
	tag, err := c.resolve(ref)
	if err != nil {
		return nil, fmt.Errorf("tag %s: %w", ref.name, err)
	}
	c.noteTag(ctx, tag)
	base, err := c.base(ctx, o, refs, tag, shallow)
	if err != nil {
		return nil, err
	}
	commits, err := c.history(ctx, tag, base, shallow)
	if err != nil {
		return nil, err
	}
	at, err := c.committedAt(tag.commit)
	if err != nil {
		return nil, err
	}
	res := &Result{
		Format: c.format, TagName: tag.name, TagObject: tag.object, TagType: tag.typ, Tag: tag.tag,
		Commit: tag.commit, PreviousTag: base.name, PreviousCommit: base.commit,
		CommittedAt: at, Range: commits, RemoteURL: c.git.origin(ctx), git: c.git, progress: o.Progress,
	}
	if res.Files, err = c.files(tag.commit, slices.Concat(o.Files, o.MustFiles)); err != nil {
		return nil, err
	}
	for _, path := range o.MustFiles {
		if _, ok := res.Files[path]; !ok {
			return nil, &FileError{path, fmt.Sprintf("is no file in commit %.12s of tag %s", tag.commit, tag.name)}
		}
	}
	if err := c.surroundings(ctx, o, tag, shallow, res); err != nil {
		return nil, err
	}
	res.Notes, res.ids = c.notes, slices.Sorted(maps.Keys(c.need))
	return res, nil
}

// surroundings finds what lies around the range: branches, the commits that its
// messages name, patch ids.
func (c *collector) surroundings(ctx context.Context, o Options, tag chain, shallow bool, res *Result) error {
	var err error
	if res.Branches, err = c.branches(ctx, tag, o, shallow); err != nil {
		return err
	}
	said, err := c.hear(ctx, res.Range)
	if err != nil {
		return err
	}
	var present []gitobj.ID
	if res.Named, present, err = c.nameCommits(ctx, said.named); err != nil || !o.PatchIDs {
		return err
	}
	res.PatchIDs, err = c.git.patchIDs(ctx, c.format, slices.Concat(res.Range, present), said.reverts)
	return err
}

// noteTag marks the tag's objects and notes what a signature of the tag would
// not cover.
func (c *collector) noteTag(ctx context.Context, tag chain) {
	for _, id := range tag.ids {
		c.need[id] = true
	}
	switch {
	case tag.typ == gitobj.TypeCommit:
		c.noteLightweight(ctx, tag)
		return
	case tag.tag.Type == gitobj.TypeTag:
		c.note(NoteNested, fmt.Sprintf("tag %s points at another tag; its signature covers the commit only through that one", tag.name),
			"tag the commit itself, and not another tag")
	}
	if tag.tag.Name != tag.name {
		c.note(NoteTagName, fmt.Sprintf("the object of tag %s was made under the name %.80q", tag.name, tag.tag.Name),
			"tag the commit itself under that name, with git tag -s, and not the object of another tag")
	}
}

// noteLightweight says how the tag becomes one that can be signed: from the
// remote, where it may be one, or made anew of the same commit.
func (c *collector) noteLightweight(ctx context.Context, tag chain) {
	text := fmt.Sprintf("tag %s is lightweight: there is no tag object that could be signed", tag.name)
	if r := c.git.remote(ctx); r != "" {
		c.note(NoteLightweight, text+"; checkout actions are known to replace annotated tags", r.fetchTag(tag.name))
		return
	}
	c.note(NoteLightweight, text, "git tag -s -f "+quote(tag.name)+" "+string(tag.commit))
}

// base returns the previous release, or a zero chain for a first release.
func (c *collector) base(ctx context.Context, o Options, refs []tagRef, tag chain, shallow bool) (chain, error) {
	var ref tagRef
	var err error
	if o.PreviousTag != "" {
		ref, err = c.git.findTag(ctx, refs, o.PreviousTag)
	} else {
		ref, err = c.previousTag(ctx, tag, o.TagPattern)
	}
	if errors.Is(err, errNoPrevious) {
		if shallow {
			return chain{}, &ShallowError{}
		}
		remedy := "if there are earlier releases, tag them"
		if c.git.remote(ctx) != "" {
			remedy = "if there are earlier releases, run git fetch --tags"
		}
		c.note(NoteFirst, "no earlier release tag is an ancestor: this is taken for the first release", remedy)
		return chain{}, nil
	}
	if err != nil {
		return chain{}, err
	}
	if ref.name == tag.name {
		return chain{}, fmt.Errorf("tag %s is named as its own previous release", tag.name)
	}
	base, err := c.resolve(ref)
	if err != nil {
		return chain{}, fmt.Errorf("tag %s: %w", ref.name, err)
	}
	for _, id := range base.ids {
		c.need[id] = true
	}
	return base, nil
}

// history marks the commits of the range, and those that prove its boundary,
// for the archive. It returns the former.
func (c *collector) history(ctx context.Context, tag, base chain, shallow bool) ([]gitobj.ID, error) {
	h, err := c.git.revisions(ctx, tag.commit, base.commit, maxCommits)
	if err != nil {
		return nil, err
	}
	if shallow {
		// Where the history was cut, git shows a commit without its parents, so
		// the range would seem complete and be too short.
		cut, err := c.git.shallow(ctx)
		if err != nil {
			return nil, err
		}
		for _, id := range h.commits {
			if cut[id] {
				return nil, &ShallowError{Commit: string(id)}
			}
		}
	}
	// On the way from the tag to an ancestor, the last commit of the range has
	// the ancestor as its parent: it is at the boundary or no ancestor.
	if base.commit != "" && base.commit != tag.commit && !slices.Contains(h.boundary, base.commit) {
		c.note(NoteNotAncestor, fmt.Sprintf("previous release %s is not an ancestor of %s: the lines are parallel", base.name, tag.name), "")
	}
	proof, err := c.git.proof(ctx, base.commit, h.boundary)
	if err != nil {
		return nil, err
	}
	for _, ids := range [][]gitobj.ID{h.commits, proof} {
		for _, id := range ids {
			c.need[id] = true
		}
	}
	return h.commits, nil
}

// committedAt returns the time that a commit states.
func (c *collector) committedAt(id gitobj.ID) (time.Time, error) {
	o, err := c.get(id)
	if err != nil {
		return time.Time{}, err
	}
	parsed, err := gitobj.ParseCommit(o.Body)
	if err != nil {
		return time.Time{}, fmt.Errorf("object %s: %w", id, err)
	}
	return parsed.Committer.When, nil
}

// origin returns the address of the remote "origin" without secrets, or "".
func (g *runner) origin(ctx context.Context) string {
	return withoutSecrets(g.config(ctx, "remote.origin.url"))
}

// withoutSecrets takes the user and password out of a URL. With http, the user
// alone may be an access token; with ssh it is part of the address.
func withoutSecrets(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	authority, path, _ := strings.Cut(rest, "/")
	at := strings.LastIndexByte(authority, '@')
	if !ok || at < 0 {
		return url
	}
	user, _, _ := strings.Cut(authority[:at], ":")
	if host := authority[at+1:]; strings.Contains(strings.ToLower(scheme), "http") {
		authority = host
	} else {
		authority = user + "@" + host
	}
	return scheme + "://" + authority + "/" + path
}
