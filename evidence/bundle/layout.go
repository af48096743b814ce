package bundle

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
)

// layout is the canonical packaging in the order in which it is written to a
// directory: wherever that ends, what is there is a dossier.
type layout struct {
	mark       file // by which the directory is known as a layout
	materials  []file
	signatures []file // each after those that its statement names
	manifests  []file // and the empty config
	index      file
}

// layout returns the files of the packaging.
func (d *Dossier) layout() (*layout, error) {
	if len(d.statements) == 0 {
		return nil, errEmpty
	}
	files, err := d.files()
	if err != nil {
		return nil, err
	}
	var l layout
	named := make(map[string]file, len(files))
	for _, f := range files {
		named[f.name] = f
	}
	take := func(name string) (f file, ok bool) {
		f, ok = named[name]
		delete(named, name)
		return f, ok
	}
	l.mark, _ = take("oci-layout")
	l.index, _ = take("index.json")
	var signatures []*Signature
	for _, st := range d.Statements() {
		signatures = append(signatures, st.Signatures...)
	}
	for _, sig := range d.parentsFirst(signatures) {
		if f, ok := take(BlobName(sig.ID)); ok {
			l.signatures = append(l.signatures, f)
		}
	}
	for _, f := range files {
		if _, ok := named[f.name]; !ok {
			continue
		}
		if _, ok := d.blobs[f.blob.Digest]; ok {
			l.materials = append(l.materials, f)
		} else {
			l.manifests = append(l.manifests, f)
		}
	}
	return &l, nil
}

// write writes the layout to the directory at path, which is locked. Before
// anything is added, begin, if it is set, may remove what was left there.
func (l *layout) write(ctx context.Context, path string, begin func(*layoutWriter) error) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	defer root.Close()
	w := &layoutWriter{ctx: ctx, root: root}
	if err := l.writeTo(w, begin); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func (l *layout) writeTo(w *layoutWriter, begin func(*layoutWriter) error) error {
	if err := w.add(l.mark); err != nil {
		return err
	}
	if err := w.root.MkdirAll(strings.TrimSuffix(blobPrefix, "/"), 0o755); err != nil {
		return err
	}
	step()
	if err := w.removeTemporaries(); err != nil {
		return err
	}
	if begin != nil {
		if err := begin(w); err != nil {
			return err
		}
	}
	if err := w.addMaterials(l.materials); err != nil {
		return err
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.ctx = context.WithoutCancel(w.ctx) // from here on it is all, and little is left
	if err := w.add(l.signatures...); err != nil {
		return err
	}
	if err := w.withdraw(l.materials); err != nil {
		return err
	}
	if err := w.add(l.manifests...); err != nil {
		return err
	}
	return w.put(l.index)
}

// addMaterials writes the materials that are not there, each after its notice.
func (w *layoutWriter) addMaterials(materials []file) error {
	var missing []file
	for _, m := range materials {
		if !holds(w.ctx, w.root, m) {
			missing = append(missing, m)
		}
	}
	if err := w.announce(missing); err != nil {
		return err
	}
	for _, m := range missing {
		if err := w.put(m); err != nil {
			return err
		}
	}
	return nil
}

// add writes the files that are not there: blobs are named by their digest and
// never change.
func (w *layoutWriter) add(files ...file) error {
	for _, f := range files {
		if holds(w.ctx, w.root, f) {
			continue
		}
		if err := w.put(f); err != nil {
			return err
		}
	}
	return nil
}

func (w *layoutWriter) put(f file) error {
	r := replacement{root: w.root, mode: 0o644, write: func(to io.Writer) error { return copyBlob(w.ctx, to, f.blob) }}
	if err := r.put(f.name); err != nil {
		return fmt.Errorf("entry %s: %w", f.name, err)
	}
	return nil
}

// holds reports whether the file is there with the right bytes: a damaged one
// of the same size is written again.
func holds(ctx context.Context, root *os.Root, f file) bool {
	info, err := root.Lstat(f.name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != f.blob.Size {
		return false
	}
	there := Blob{f.blob.Digest, f.blob.Size, func() (io.ReadCloser, error) { return root.Open(f.name) }}
	return copyBlob(ctx, io.Discard, there) == nil
}
