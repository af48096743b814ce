package gitobj

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// PatchID is the stable patch id of one commit: a hash of what it changes that
// does not depend on where, as "git patch-id --stable" computes it from
// "git diff-tree -p --full-index". Two commits with one patch id make the same
// change. It cannot be recomputed from a commit alone: it is what the collector
// states.
type PatchID struct {
	Commit ID
	// Patch is the patch id.
	Patch ID
	// Reverse is the patch id of the opposite change; only stated for commits
	// that say they revert another.
	Reverse ID
}

const patchIDsMagic = "dossier patch-ids v1 "

// MaxPatchIDs is the most patch ids that one list has.
const MaxPatchIDs = 2_000_000

// WritePatchIDs writes a list of patch ids, which must be in ascending order of
// their commits, each once:
//
//	list    = header *line trailer
//	header  = "dossier patch-ids v1 " format LF
//	line    = commit SP patch [SP reverse] LF
//	trailer = "end " count LF
//
// where format is "sha1" or "sha256", commit, patch and reverse are 40 or 64
// lower-case hex digits, and count is the number of lines. SP and LF are as in
// an archive of objects.
func WritePatchIDs(w io.Writer, f Format, list []PatchID) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s%s\n", patchIDsMagic, f)
	last := ID("")
	for _, p := range list {
		if err := p.check(f, last); err != nil {
			return fmt.Errorf("patch ids: %w", err)
		}
		last = p.Commit
		fmt.Fprintf(out, "%s %s", p.Commit, p.Patch)
		if p.Reverse != "" {
			fmt.Fprintf(out, " %s", p.Reverse)
		}
		fmt.Fprint(out, "\n")
	}
	fmt.Fprintf(out, "end %d\n", len(list))
	return out.Flush()
}

// ReadPatchIDs reads a list of patch ids of a repository of format f. It is
// sorted by commit, so that [FindPatchID] finds one.
func ReadPatchIDs(r io.Reader, f Format) ([]PatchID, error) {
	list, err := readPatchIDs(&archiveReader{r: bufio.NewReaderSize(r, 64<<10)}, f)
	if err != nil {
		return nil, fmt.Errorf("patch ids: %w", err)
	}
	return list, nil
}

func readPatchIDs(in *archiveReader, f Format) ([]PatchID, error) {
	line, err := in.line()
	if err != nil {
		return nil, err
	}
	if string(line) != patchIDsMagic+string(f) {
		return nil, fmt.Errorf("the list does not begin with %q", patchIDsMagic+string(f))
	}
	var list []PatchID
	last := ID("")
	for {
		line, err := in.line()
		if err != nil {
			return nil, err
		}
		if count, ok := bytes.CutPrefix(line, []byte("end ")); ok {
			return list, in.end(string(count), len(list))
		}
		if len(list) == MaxPatchIDs {
			return nil, fmt.Errorf("more than %d patch ids", MaxPatchIDs)
		}
		p, err := parsePatchID(string(line))
		if err == nil {
			err = p.check(f, last)
		}
		if err != nil {
			return nil, fmt.Errorf("line %s: %w", strconv.Itoa(len(list)+2), err)
		}
		last = p.Commit
		list = append(list, p)
	}
}

func parsePatchID(line string) (PatchID, error) {
	part := strings.Split(line, " ")
	switch len(part) {
	case 2:
		return PatchID{Commit: ID(part[0]), Patch: ID(part[1])}, nil
	case 3:
		if part[2] != "" {
			return PatchID{Commit: ID(part[0]), Patch: ID(part[1]), Reverse: ID(part[2])}, nil
		}
	}
	return PatchID{}, errors.New("want a commit, its patch id and perhaps the reverse one")
}

// check reports ids that are none of format f, and a commit that does not come
// after last.
func (p PatchID) check(f Format, last ID) error {
	for i, id := range []ID{p.Commit, p.Patch, p.Reverse} {
		if i == 2 && id == "" {
			break
		}
		_, got, err := ParseID(string(id))
		if err != nil {
			return err
		}
		if got != f {
			return fmt.Errorf("%s is not a %s id", id, f)
		}
	}
	if p.Commit <= last {
		return fmt.Errorf("commit %s is repeated or out of order", p.Commit)
	}
	return nil
}

// FindPatchID returns the patch id of a commit in a sorted list.
func FindPatchID(list []PatchID, commit ID) (PatchID, bool) {
	i, ok := slices.BinarySearchFunc(list, commit, func(p PatchID, id ID) int { return strings.Compare(string(p.Commit), string(id)) })
	if !ok {
		return PatchID{}, false
	}
	return list[i], true
}
