package registry

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/distribution"
)

// part is the suffix of a file that is not downloaded to its end.
const part = ".part"

// fileBlob is a blob that was downloaded to dir.
func fileBlob(ctx context.Context, dir string, m evidence.Material) (bundle.Blob, error) {
	b, err := bundle.FileBlob(ctx, filepath.Join(dir, m.Digest.Hex()))
	if err == nil && b.Digest != m.Digest {
		err = fmt.Errorf("the file of material %s was changed after it was downloaded", m.Digest)
	}
	return b, err
}

// notThere is why a material that the registry does not have is absent.
const notThere = "the registry does not have it"

// download writes a material to the directory, unless it is there already. A
// download that ended early goes on where it ended. If there is nothing to
// download, it says why.
func download(ctx context.Context, repo *distribution.Repository, root *os.Root, m evidence.Material) (absent string, err error) {
	if has(root, m) {
		return "", nil
	}
	name := m.Digest.Hex()
	f, err := root.OpenFile(name+part, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", err
	}
	defer f.Close()
	err = repo.Again(ctx, func() error { return fetch(ctx, repo, f, m) })
	var wrong *wrongBytes
	if errors.As(err, &wrong) && wrong.resumed {
		// What was there from before may have been wrong: once more, from the start.
		err = repo.Again(ctx, func() error { return fetch(ctx, repo, f, m) })
	}
	switch {
	case err != nil && distribution.Found(err) == nil:
		return notThere, errors.Join(f.Close(), root.Remove(name+part))
	case errors.As(err, &wrong) && wrong.long:
		return wrong.text, errors.Join(f.Close(), root.Remove(name+part))
	case err != nil:
		return "", err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return "", err
	}
	return "", root.Rename(name+part, name)
}

// has reports whether the directory has the material.
func has(root *os.Root, m evidence.Material) bool {
	f, err := root.Open(m.Digest.Hex())
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, io.LimitReader(f, m.Size+1))
	return err == nil && evidence.Digest(h.Sum(nil)) == m.Digest
}

// wrongBytes says that a blob is not what it should be.
type wrongBytes struct {
	text    string
	resumed bool // some of them were there from before
	long    bool // there are more of them than are listed
}

func (e *wrongBytes) Error() string { return e.text }

// fetch downloads what f lacks of a material. If the bytes are wrong, nothing is
// left of them.
func fetch(ctx context.Context, repo *distribution.Repository, f *os.File, m evidence.Material) error {
	h := sha256.New()
	offset, err := begun(f, h, m.Size)
	if err != nil {
		return err
	}
	if evidence.Digest(h.Sum(nil)) == m.Digest {
		return nil
	}
	if offset == m.Size {
		offset = 0
		h.Reset()
		if err := restart(f); err != nil {
			return err
		}
	}
	body, from, err := repo.OpenBlob(ctx, m.Digest, offset)
	if err != nil {
		return err
	}
	defer body.Close()
	if from == 0 && offset > 0 {
		h.Reset()
		if err := restart(f); err != nil {
			return err
		}
	}
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(body, m.Size-from+1))
	if err != nil {
		return err
	}
	if from+n > m.Size {
		return errors.Join(restart(f), &wrongBytes{text: fmt.Sprintf("the registry sends more than the %d bytes that are listed", m.Size), long: true})
	}
	if sum := evidence.Digest(h.Sum(nil)); sum != m.Digest {
		return errors.Join(restart(f), &wrongBytes{
			text: fmt.Sprintf("the registry was asked for %s and sends %s: do not trust it", m.Digest, sum), resumed: from > 0,
		})
	}
	return nil
}

// begun hashes what a file has already and returns how much that is.
func begun(f *os.File, h hash.Hash, size int64) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, &fs.PathError{Op: "write", Path: f.Name(), Err: errors.New("it is not a regular file")}
	}
	if info.Size() > size {
		return 0, restart(f)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	return io.Copy(h, f)
}

func restart(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return errors.Join(err, f.Truncate(0))
}
