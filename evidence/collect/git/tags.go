package git

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence/gitobj"
	"golang.org/x/mod/semver"
)

// tagRef is a reference under refs/tags and what it points at.
type tagRef struct {
	name   string
	object gitobj.ID
}

// maxTags bounds the number of tags that are listed.
const maxTags = 500_000

// tags lists the repository's tags, or only those whose commit is reachable
// from merged.
func (g *runner) tags(ctx context.Context, merged gitobj.ID) ([]tagRef, error) {
	args := []string{"for-each-ref", "--format=%(objectname) %(refname)"}
	if merged != "" {
		args = append(args, "--merged="+string(merged))
	}
	var refs []tagRef
	err := g.lines(ctx, func(line string) error {
		object, name, _ := strings.Cut(line, " refs/tags/")
		id, _, err := gitobj.ParseID(object)
		if err != nil || name == "" {
			return fmt.Errorf("git for-each-ref: unexpected line %.100q", line)
		}
		if len(refs) == maxTags {
			return fmt.Errorf("the repository has more than %d tags", maxTags)
		}
		refs = append(refs, tagRef{name, id})
		return nil
	}, append(args, "refs/tags/")...)
	return refs, err
}

// findTag looks the name up in the list instead of handing it to git, whose
// revision syntax gives meaning to many names that are no tags.
func (g *runner) findTag(ctx context.Context, refs []tagRef, name string) (tagRef, error) {
	name = strings.TrimPrefix(name, "refs/tags/")
	for _, r := range refs {
		if r.name == name {
			return r, nil
		}
	}
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, " ~^:?*[\\") || strings.ContainsFunc(name, control) {
		return tagRef{}, fmt.Errorf("%.80q is not a tag name", name)
	}
	return tagRef{}, &TagError{name, string(g.remote(ctx))}
}

// chain is a tag resolved to its commit.
type chain struct {
	tagRef
	typ    gitobj.Type // of the object the reference points at
	tag    gitobj.Tag  // the first tag object; zero if there is none
	ids    []gitobj.ID // all tag objects and the commit
	commit gitobj.ID
}

// maxTagDepth is how many tags may point at each other before the commit.
const maxTagDepth = 5

// resolve follows a reference through tag objects to a commit.
func (c *collector) resolve(ref tagRef) (chain, error) {
	out := chain{tagRef: ref}
	id, want := ref.object, gitobj.Type("")
	for range maxTagDepth + 1 {
		o, err := c.get(id)
		if err != nil {
			return chain{}, err
		}
		if want != "" && o.Type != want {
			return chain{}, fmt.Errorf("object %s is a %s, but its tag says %s", id, o.Type, want)
		}
		if out.typ == "" {
			out.typ = o.Type
		}
		out.ids = append(out.ids, id)
		switch o.Type {
		case gitobj.TypeCommit:
			out.commit = id
			return out, nil
		case gitobj.TypeTag:
			tag, err := gitobj.ParseTag(o.Body)
			if err != nil {
				return chain{}, fmt.Errorf("object %s: %w", id, err)
			}
			if len(out.ids) == 1 {
				out.tag = tag
			}
			id, want = tag.Object, tag.Type
		default:
			return chain{}, fmt.Errorf("tag %q points at a %s, want a commit", ref.name, o.Type)
		}
	}
	return chain{}, fmt.Errorf("more than %d tags point at each other before a commit", maxTagDepth)
}

// previousTag finds the previous release of the tag: by ancestry, the same
// line first (controls catalogue, G2). Pre-releases are no releases.
func (c *collector) previousTag(ctx context.Context, current chain, pattern string) (tagRef, error) {
	refs, err := c.git.tags(ctx, current.commit)
	if err != nil {
		return tagRef{}, err
	}
	now, versioned := parseRelease(pattern, current.name)
	if !versioned {
		c.note(NoteOtherVersion, fmt.Sprintf("tag %q is no version of the pattern %q", current.name, pattern),
			"name the previous release's tag yourself")
	}
	var candidates []release
	for _, r := range sortReleases(pattern, refs) {
		if r.tag == current.name || r.prerelease() {
			continue
		}
		// Of releases of one commit, only a lower version came before.
		if versioned && semver.Compare(r.version, now.version) >= 0 {
			same, err := c.sameCommit(ctx, refs, r.tag, current.commit)
			if err != nil {
				return tagRef{}, err
			}
			if same {
				continue
			}
		}
		candidates = append(candidates, r)
	}
	if r, ok := previous(candidates, now); ok {
		return c.git.findTag(ctx, refs, r.tag)
	}
	return tagRef{}, errNoPrevious
}

// errNoPrevious is turned into a note, or into a ShallowError.
var errNoPrevious = errors.New("no previous release")

// sameCommit reports whether the named tag resolves to commit.
func (c *collector) sameCommit(ctx context.Context, refs []tagRef, name string, commit gitobj.ID) (bool, error) {
	ref, err := c.git.findTag(ctx, refs, name)
	if err != nil {
		return false, err
	}
	other, err := c.resolve(ref)
	return other.commit == commit, err
}

func control(r rune) bool { return r < 0x20 || r == 0x7f }
