package controlvectors

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// commit is a commit as it is written. The parent is the commit before unless
// parents are named.
type commit struct {
	Author    string            `json:"author"`
	Committer string            `json:"committer"`
	Date      time.Time         `json:"date"`
	Committed *time.Time        `json:"committed"`
	Message   string            `json:"message"`
	Parents   *[]string         `json:"parents"`
	Files     map[string]string `json:"files"`
	Delete    []string          `json:"delete"`
	SignedBy  string            `json:"signed-by"`
	// Omit leaves the commit out of the dossier.
	Omit bool `json:"omit"`
}

// tag is a tag as it is written.
type tag struct {
	Name string `json:"name"`
	// Commit is the name of the commit that it points at, unless Object says
	// what it points at in the object's own words, with Type.
	Commit      string    `json:"commit"`
	Object      string    `json:"object"`
	Type        string    `json:"type"`
	Tagger      string    `json:"tagger"`
	Date        time.Time `json:"date"`
	Message     string    `json:"message"`
	SignedBy    string    `json:"signed-by"`
	Lightweight bool      `json:"lightweight"`
	Omit        bool      `json:"omit"`
	// ObjectName is the name within the object, if it is another.
	ObjectName string `json:"object-name"`
}

// made is a commit that was made.
type made struct {
	id, tree gitobj.ID
	files    map[string]string
}

// repository makes git objects.
type repository struct {
	b       *builder
	objects map[gitobj.ID]gitobj.Object
	commits map[string]made
}

// add puts an object into the repository and returns its id.
func (r *repository) add(t gitobj.Type, body []byte, omit bool) (gitobj.ID, error) {
	id, err := once(r.b.maker, "object "+string(t), "", body, func() (gitobj.ID, error) { return gitobj.Hash(gitobj.SHA1, t, body) })
	if err == nil && !omit {
		r.objects[id] = gitobj.Object{ID: id, Type: t, Body: body}
	}
	return id, err
}

// addCommits makes the commits in their order.
func (r *repository) addCommits(list []item) error {
	last := ""
	for _, i := range list {
		place := "git.commits." + i.key
		var c commit
		if err := r.b.decode(place, i.value, &c); err != nil {
			return err
		}
		if _, twice := r.commits[i.name]; twice {
			return fmt.Errorf("%s: a second commit of this name", place)
		}
		if c.Parents == nil {
			c.Parents = new([]string)
			if last != "" {
				c.Parents = &[]string{last}
			}
		}
		m, err := r.commit(c)
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		r.commits[i.name], last = m, i.name
		r.b.vars["commit."+i.name], r.b.vars["tree."+i.name] = string(m.id), string(m.tree)
	}
	return nil
}

func (r *repository) commit(c commit) (made, error) {
	files := map[string]string{}
	var parents []gitobj.ID
	for i, name := range *c.Parents {
		p, ok := r.commits[name]
		if !ok {
			return made{}, fmt.Errorf("parents: there is no commit %s before it", name)
		}
		if i == 0 {
			maps.Copy(files, p.files)
		}
		parents = append(parents, p.id)
	}
	maps.Copy(files, c.Files)
	for _, name := range c.Delete {
		delete(files, name)
	}
	root, err := r.tree(files, c.Omit)
	if err != nil {
		return made{}, err
	}
	if c.Author == "" || c.Message == "" || c.Date.IsZero() {
		return made{}, errors.New("want author, date and message")
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", root)
	for _, p := range parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	committed := c.Date
	if c.Committed != nil {
		committed = *c.Committed
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n", person(c.Author, c.Date), person(cmp.Or(c.Committer, c.Author), committed))
	message := "\n" + strings.TrimSuffix(c.Message, "\n") + "\n"
	if c.SignedBy != "" {
		if err := r.b.declared(c.SignedBy); err != nil {
			return made{}, err
		}
		sig, err := r.b.sshSign(c.SignedBy, append(bytes.Clone(b.Bytes()), message...))
		if err != nil {
			return made{}, err
		}
		fmt.Fprintf(&b, "gpgsig %s\n", strings.ReplaceAll(strings.TrimSuffix(string(sig), "\n"), "\n", "\n "))
	}
	b.WriteString(message)
	id, err := r.add(gitobj.TypeCommit, b.Bytes(), c.Omit)
	return made{id, root, files}, err
}

// person is a line of git about somebody at some time.
func person(who string, at time.Time) string {
	return fmt.Sprintf("%s %d %s", who, at.Unix(), at.Format("-0700"))
}

// tree makes the tree of the files, with those of its directories.
func (r *repository) tree(files map[string]string, omit bool) (gitobj.ID, error) {
	type entry struct {
		mode, name string
		id         gitobj.ID
	}
	var entries []entry
	dirs := map[string]map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		dir, rest, nested := strings.Cut(path, "/")
		if nested {
			if dirs[dir] == nil {
				dirs[dir] = map[string]string{}
			}
			dirs[dir][rest] = files[path]
			continue
		}
		id, err := r.add(gitobj.TypeBlob, []byte(files[path]), omit)
		if err != nil {
			return "", err
		}
		entries = append(entries, entry{"100644", path, id})
	}
	for name, inner := range dirs {
		id, err := r.tree(inner, omit)
		if err != nil {
			return "", err
		}
		entries = append(entries, entry{"40000", name, id})
	}
	key := func(e entry) string {
		if e.mode == "40000" {
			return e.name + "/" // as git sorts a directory
		}
		return e.name
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(key(a), key(b)) })
	var b bytes.Buffer
	for _, e := range entries {
		raw, err := hex.DecodeString(string(e.id))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %s\x00%s", e.mode, e.name, raw)
	}
	return r.add(gitobj.TypeTree, b.Bytes(), omit)
}

// addTags makes the tags in their order and returns them by name.
func (r *repository) addTags(list []item) (map[string]tag, error) {
	tags := map[string]tag{}
	for _, i := range list {
		place := "git.tags." + i.key
		var t tag
		if err := r.b.decode(place, i.value, &t); err != nil {
			return nil, err
		}
		id, err := r.tag(&t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", place, err)
		}
		tags[i.name] = t
		r.b.vars["tag."+i.name] = string(id)
	}
	return tags, nil
}

func (r *repository) tag(t *tag) (gitobj.ID, error) {
	if t.Object == "" {
		c, ok := r.commits[t.Commit]
		if !ok {
			return "", fmt.Errorf("commit: there is no commit %q", t.Commit)
		}
		t.Object, t.Type = string(c.id), "commit"
	}
	if t.Lightweight {
		return gitobj.ID(t.Object), nil
	}
	if t.Name == "" || t.Tagger == "" || t.Date.IsZero() {
		return "", errors.New("want name, tagger and date")
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "object %s\ntype %s\ntag %s\ntagger %s\n\n%s\n", t.Object, t.Type, cmp.Or(t.ObjectName, t.Name), person(t.Tagger, t.Date), strings.TrimSuffix(t.Message, "\n"))
	if t.SignedBy != "" {
		if err := r.b.declared(t.SignedBy); err != nil {
			return "", err
		}
		sig, err := r.b.sshSign(t.SignedBy, b.Bytes())
		if err != nil {
			return "", err
		}
		b.Write(sig)
	}
	return r.add(gitobj.TypeTag, b.Bytes(), t.Omit)
}

// addTags makes the tags and says in the record what follows from them, unless
// the document says it.
func (b *builder) addTags() error {
	list, err := b.ordered("git", "tags")
	if err != nil {
		return err
	}
	tags, err := b.repo.addTags(list)
	if err != nil {
		return err
	}
	release, ok := tags["release"]
	if !ok {
		return errors.New("git.tags: none is called release, such as 20-release")
	}
	if record, err := b.section("release"); err != nil {
		return err
	} else if record == nil {
		return errors.New("release: want a mapping")
	}
	typ := "tag"
	if release.Lightweight {
		typ = "commit"
	}
	fill := map[string]any{
		"tag":  map[string]any{"name": release.Name, "object": b.vars["tag.release"], "type": typ},
		"base": map[string]any{"none": "first"}, "objectFormat": "sha1",
	}
	if c, ok := b.vars["commit."+release.Commit]; ok {
		fill["commit"] = c
	}
	if previous, ok := tags["previous"]; ok {
		fill["base"] = map[string]any{"tag": previous.Name, "commit": b.vars["commit."+previous.Commit]}
	}
	// What the document says of them itself prevails.
	b.document = merge(map[string]any{"release": fill}, b.document).(map[string]any)
	return nil
}

// archive is the material of the objects.
func (r *repository) archive() ([]byte, error) {
	ids := slices.Sorted(maps.Keys(r.objects))
	return once(r.b.maker, "archive", "", fmt.Append(nil, ids), func() ([]byte, error) {
		var b bytes.Buffer
		err := gitobj.WriteArchive(&b, gitobj.SHA1, func(yield func(gitobj.Object, error) bool) {
			for _, id := range ids {
				if !yield(r.objects[id], nil) {
					return
				}
			}
		})
		return b.Bytes(), err
	})
}
