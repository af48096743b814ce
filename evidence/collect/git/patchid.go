package git

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pjbgf/sha1cd"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// maxPatch is the most bytes of patches that one process may hand out, and
// maxHashers how many of them run at once.
const (
	maxPatch   = 16 << 30
	maxHashers = 2
)

// diffArgs make patches that depend on nothing but the two trees: not on
// configuration and, with detached, on no attributes of a working tree. Files
// of more than 32 MiB are compared as a whole.
func diffArgs() []string {
	return []string{
		"-c", "core.quotePath=true", "-c", "core.bigFileThreshold=32m", "-c", "core.attributesFile=" + os.DevNull,
		"-c", "diff.suppressBlankEmpty=false", "-c", "diff.default.binary=auto",
		"diff-tree", "--stdin", "--root", "-r", "-p", "-U3", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv",
		"--no-color", "--diff-algorithm=myers", "--indent-heuristic",
		"--inter-hunk-context=0", "--ignore-submodules=none", "--submodule=short",
	}
}

// detached returns a runner for the same repository with another working tree
// and index, which hold nothing, so that no attributes are read from there.
func (g *runner) detached(ctx context.Context) (*runner, error) {
	out, err := g.output(ctx, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return nil, err
	}
	if len(out) != 1 {
		return nil, errors.New("git rev-parse answers unexpectedly: the path of the repository holds a line break")
	}
	d := *g
	d.dir = out[0] // attributes are also read from the current directory
	d.env = append(slices.Clone(g.env), "GIT_DIR="+out[0], "GIT_WORK_TREE="+out[0],
		"GIT_INDEX_FILE="+filepath.Join(out[0], "no-index"), "GIT_ATTR_NOSYSTEM=1")
	return &d, nil
}

// patchIDs computes the patch ids of the commits, and for those that revert
// another also that of the opposite change. Merge commits and commits that
// change no file have none. The result is in ascending order of commits.
func (g *runner) patchIDs(ctx context.Context, f gitobj.Format, ids, reverts []gitobj.ID) ([]gitobj.PatchID, error) {
	d, err := g.detached(ctx)
	if err != nil {
		return nil, err
	}
	forth, err := d.hashPatches(ctx, f, ids, "--src-prefix=a/", "--dst-prefix=b/")
	if err != nil {
		return nil, err
	}
	// With -R, git exchanges the prefixes as well.
	back, err := d.hashPatches(ctx, f, reverts, "-R", "--src-prefix=b/", "--dst-prefix=a/")
	if err != nil {
		return nil, err
	}
	var list []gitobj.PatchID
	for id, patch := range forth {
		list = append(list, gitobj.PatchID{Commit: id, Patch: patch, Reverse: back[id]})
	}
	slices.SortFunc(list, func(a, b gitobj.PatchID) int { return strings.Compare(string(a.Commit), string(b.Commit)) })
	return list, nil
}

// hashPatches hashes the patches of commits, in several processes at once.
func (g *runner) hashPatches(ctx context.Context, f gitobj.Format, ids []gitobj.ID, flags ...string) (map[gitobj.ID]gitobj.ID, error) {
	args := append(diffArgs(), flags...)
	size := max(100, (len(ids)+maxHashers-1)/maxHashers)
	parts := slices.Collect(slices.Chunk(ids, size))
	found, errs := make([]map[gitobj.ID]gitobj.ID, len(parts)), make([]error, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() {
			h := &patchHasher{format: f, found: map[gitobj.ID]gitobj.ID{}, hash: newHash(f)}
			errs[i] = g.stream(ctx, idLines(part), h.read, args...)
			found[i] = h.found
		})
	}
	wg.Wait()
	all := map[gitobj.ID]gitobj.ID{}
	for i, m := range found {
		if errs[i] != nil {
			return nil, errs[i]
		}
		maps.Copy(all, m)
	}
	return all, nil
}

func newHash(f gitobj.Format) hash.Hash {
	if f == gitobj.SHA256 {
		return sha256.New()
	}
	return sha1cd.New()
}

// patchHasher reads what "git diff-tree --stdin -p" prints and computes patch
// ids as "git patch-id --stable" does: a file's patch is hashed without white
// space, hunk heads and object ids, and the hashes of all files are added up, so
// that their order does not matter. A binary file counts by its object ids.
// What git does that one would not expect is marked.
type patchHasher struct {
	format gitobj.Format
	hash   hash.Hash
	found  map[gitobj.ID]gitobj.ID

	commit        gitobj.ID
	sum           []byte // of the files so far
	started       bool   // something of the commit was hashed
	header        bool   // between "diff" and the first hunk
	binary        bool   // behind the one line of a binary file
	before, after int    // lines of the hunk that are still to come
	ids           string // the object ids of the file, of before and after
	squeezed      []byte
}

// read reads all output. Lines may be of any length, so they are hashed in
// parts, as they come.
func (h *patchHasher) read(r io.Reader) error {
	limited := &io.LimitedReader{R: r, N: maxPatch}
	in := bufio.NewReaderSize(limited, 64<<10)
	skip, begins := false, true
	for {
		part, err := in.ReadSlice('\n')
		if len(part) > 0 {
			if begins {
				skip = h.line(part)
			}
			if !skip {
				h.update(part)
			}
			begins = part[len(part)-1] == '\n'
		}
		switch {
		case err == nil, errors.Is(err, bufio.ErrBufferFull):
		case err == io.EOF && limited.N <= 0:
			return fmt.Errorf("the release changes more than %d bytes of text: no patch ids are computed", int64(maxPatch))
		case err == io.EOF:
			h.end()
			return nil
		default:
			return err
		}
	}
}

// line looks at the beginning of a line and says whether it is left out.
func (h *patchHasher) line(part []byte) (skip bool) {
	isDiff := bytes.HasPrefix(part, []byte("diff "))
	switch {
	case h.nextCommit(part), !h.started && !isDiff:
		return true
	case h.header:
		return h.headerLine(part)
	case bytes.HasPrefix(part, []byte(`\ `)): // "\ No newline at end of file"
		return true
	case h.binary:
		// Git leaves out the first line of the file that follows a binary one.
		h.header, h.binary = isDiff, !isDiff
		return true
	case h.before == 0 && h.after == 0 && bytes.HasPrefix(part, []byte("@@ -")):
		h.before, h.after = hunkLines(part)
		return true
	case h.before == 0 && h.after == 0 && isDiff:
		// A file without a hunk, as after a change of its mode alone, does not come
		// here: git hashes it together with the next one.
		if h.started {
			h.flush()
		}
		h.started, h.header = true, true
		return false
	}
	h.count(part[0])
	return false
}

// nextCommit takes the line between commits, which is an object id.
func (h *patchHasher) nextCommit(part []byte) bool {
	id, f, err := gitobj.ParseID(string(bytes.TrimSuffix(part, []byte{'\n'})))
	if err != nil || f != h.format {
		return false
	}
	h.end()
	h.commit = id
	return true
}

func (h *patchHasher) headerLine(part []byte) (skip bool) {
	switch {
	case bytes.HasPrefix(part, []byte("index ")):
		h.ids = indexIDs(string(part))
		return true
	case bytes.HasPrefix(part, []byte("Binary files ")):
		_, _ = io.WriteString(h.hash, h.ids)
		h.flush()
		h.header, h.binary = false, true
		return true
	case bytes.HasPrefix(part, []byte("--- ")):
		h.header, h.before, h.after = false, 1, 1 // this line and the one with "+++"
		h.count(part[0])
	}
	return false
}

// count takes one line of a hunk.
func (h *patchHasher) count(sign byte) {
	if sign == '-' || sign == ' ' {
		h.before--
	}
	if sign == '+' || sign == ' ' {
		h.after--
	}
}

// update hashes a part of a line without white space.
func (h *patchHasher) update(part []byte) {
	h.squeezed = h.squeezed[:0]
	for _, c := range part {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			h.squeezed = append(h.squeezed, c)
		}
	}
	h.hash.Write(h.squeezed)
}

// flush adds the hash of a file to the sum.
func (h *patchHasher) flush() {
	digest := h.hash.Sum(nil)
	h.hash.Reset()
	if h.sum == nil {
		h.sum = make([]byte, len(digest))
	}
	carry := 0
	for i, b := range digest {
		carry += int(h.sum[i]) + int(b)
		h.sum[i] = byte(carry)
		carry >>= 8
	}
}

// end closes a commit.
func (h *patchHasher) end() {
	if h.started {
		h.flush()
		h.found[h.commit] = gitobj.ID(hex.EncodeToString(h.sum))
	}
	h.hash.Reset()
	h.sum, h.started, h.header, h.binary, h.before, h.after = nil, false, false, false, 0, 0
}

// hunkLines reads "@@ -1,2 +3,4 @@".
func hunkLines(part []byte) (before, after int) {
	word := strings.Fields(string(part[:min(len(part), 100)]))
	if len(word) < 3 {
		return 0, 0
	}
	return hunkLength(word[1]), hunkLength(word[2])
}

// hunkLength reads the length in "-1,2", which is 1 if it is left out.
func hunkLength(s string) int {
	_, length, ok := strings.Cut(s, ",")
	if !ok {
		return 1
	}
	n, err := strconv.Atoi(length)
	if err != nil {
		return 0
	}
	return n
}

// indexIDs reads "index BEFORE..AFTER MODE".
func indexIDs(line string) string {
	ids, _, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "index "), "\n"), " ")
	before, after, _ := strings.Cut(ids, "..")
	return before + after
}
