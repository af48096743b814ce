package bundle

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// A writer of a layout directory makes files of its own beside those of the
// packaging, and leaves them there if it is killed: in the directory itself and
// in blobs/sha256, regular files whose names begin with ownPrefix. Readers do not
// look into them, and the next writer removes them.
//
// Of the names there are two forms. A temporary file, which becomes another by
// being renamed, has 26 characters of base32 after the prefix. A notice, which is
// empty, has the 64 hex digits of a material: it is being added, and the statement
// that lists it comes after it. As long as the notice is there, a material that
// nothing lists is no part of the set.
const ownPrefix = ".dossier-"

// temporaryRandom is the length of what crypto/rand.Text returns.
const temporaryRandom = 26

// ownFile returns what follows the prefix in the name of an entry that is a
// writer's own.
func ownFile(entry string) (rest string, ok bool) {
	dir, name := path.Split(entry)
	if rest, ok = strings.CutPrefix(name, ownPrefix); !ok {
		return "", false
	}
	if _, notice := noticeOf(rest); notice {
		return rest, dir == blobPrefix
	}
	random := len(rest) == temporaryRandom && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
	return rest, random && (dir == "" || dir == blobPrefix)
}

// noticeOf returns the material that a notice is about.
func noticeOf(rest string) (evidence.Digest, bool) {
	id, err := evidence.ParseDigest("sha256:" + rest)
	return id, err == nil
}

func noticeName(id evidence.Digest) string { return blobPrefix + ownPrefix + id.Hex() }

// passOver notes a file of a writer's own, which is no entry but counts as one.
func (es *entries) passOver(name, rest string) error {
	if es.passed++; len(es.list)+es.passed > es.limits.Entries {
		return es.tooMany(name)
	}
	if id, ok := noticeOf(rest); ok {
		es.notices = append(es.notices, id)
	}
	return nil
}

// setAside removes from the set the materials that have a notice and that no
// statement lists: a writer did not come to the statement.
func (d *Dossier) setAside(notices []evidence.Digest) {
	if len(notices) == 0 {
		return
	}
	listed := d.listed()
	for _, id := range notices {
		if _, ok := d.blobs[id]; ok && !listed[id] {
			delete(d.blobs, id)
			d.unfinished = append(d.unfinished, id)
		}
	}
}

// step is called wherever a writer of a layout directory may be killed: a test
// kills one at each of these places.
var step = func() {}

// layoutWriter writes to a layout directory that it has locked.
type layoutWriter struct {
	ctx     context.Context
	root    *os.Root
	notices map[evidence.Digest]bool // that are there
}

// removeTemporaries removes what a writer that was killed left, but for its
// notices, which it notes.
func (w *layoutWriter) removeTemporaries() error {
	w.notices = map[evidence.Digest]bool{}
	for _, dir := range []string{".", path.Clean(blobPrefix)} {
		list, err := fs.ReadDir(w.root.FS(), dir)
		if err != nil {
			return err
		}
		for _, e := range list {
			name := path.Join(dir, e.Name())
			rest, own := ownFile(name)
			if !own || !e.Type().IsRegular() {
				continue
			}
			if id, ok := noticeOf(rest); ok {
				w.notices[id] = true
				continue
			}
			if err := w.remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove removes a file, which may be gone.
func (w *layoutWriter) remove(name string) error {
	if err := w.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("what an interrupted writer left: %w", err)
	}
	step()
	return nil
}

// announce leaves a notice of each of the materials.
func (w *layoutWriter) announce(materials []file) error {
	for _, m := range materials {
		if w.notices[m.blob.Digest] {
			continue
		}
		f, err := w.root.OpenFile(noticeName(m.blob.Digest), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return err
		}
		w.notices[m.blob.Digest] = true
		step()
	}
	syncDir(w.root, blobPrefix)
	return nil
}

// withdraw removes the notices of materials whose statements are there.
func (w *layoutWriter) withdraw(materials []file) error {
	for _, m := range materials {
		if !w.notices[m.blob.Digest] {
			continue
		}
		if err := w.remove(noticeName(m.blob.Digest)); err != nil {
			return err
		}
	}
	return nil
}

// giveUp removes the unfinished materials, and the notices, that are not among
// those that are written now. It is for a writer that has read the directory since
// it locked it: only then is it known what no statement lists.
func (w *layoutWriter) giveUp(unfinished []evidence.Digest, now []file) error {
	written := make(map[evidence.Digest]bool, len(now))
	for _, m := range now {
		written[m.blob.Digest] = true
	}
	for _, id := range unfinished {
		if written[id] {
			continue
		}
		if err := w.remove(BlobName(id)); err != nil {
			return err
		}
	}
	for id := range w.notices {
		if written[id] {
			continue
		}
		if err := w.remove(noticeName(id)); err != nil {
			return err
		}
	}
	return nil
}
