package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// Open computes the set that the file or directory at path holds. Everything
// is read once and hashed, until ctx is done; signatures stay in memory, materials
// do not.
// An error is a [ReadError], comes from the operating system or is that of ctx.
func Open(ctx context.Context, path string, l Limits) (*Dossier, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		defer shareDirectory(ctx, path)()
	}
	return openUnlocked(ctx, path, l)
}

func openUnlocked(ctx context.Context, path string, l Limits) (*Dossier, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return openDir(ctx, path, l)
	}
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		var d *Dossier
		if d, err = OpenTar(ctx, f, info.Size(), l); err == nil {
			d.closer = f
			return d, nil
		}
	}
	f.Close()
	return nil, err
}

// OpenTar is Open for a tar file of the given size. r must stay readable as
// long as the dossier's blobs are used.
func OpenTar(ctx context.Context, r io.ReaderAt, size int64, l Limits) (*Dossier, error) {
	if err := sniff(r); err != nil {
		return nil, err
	}
	es := newEntries(l)
	if err := es.readTar(r, size); err != nil {
		return nil, err
	}
	return compute(ctx, es)
}

func openDir(ctx context.Context, path string, l Limits) (*Dossier, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	es := newEntries(l)
	if err = es.readDir(root); err == nil {
		var d *Dossier
		if d, err = compute(ctx, es); err == nil {
			d.closer = root
			return d, nil
		}
	}
	root.Close()
	return nil, err
}

func newEntries(l Limits) *entries {
	return &entries{limits: l.withDefaults()}
}

// sniff gives the compressed and the wrong files an error of their own.
func sniff(r io.ReaderAt) error {
	var head [4]byte
	n, err := r.ReadAt(head[:], 0)
	if n == 0 {
		return &ReadError{Err: fmt.Errorf("the file is empty or unreadable: %w", err)}
	}
	for _, z := range []struct{ magic, name string }{
		{"\x1f\x8b", "gzip"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"BZh", "bzip2"}, {"\xfd7zX", "xz"}, {"PK\x03\x04", "zip"},
	} {
		if bytes.HasPrefix(head[:n], []byte(z.magic)) {
			return &ReadError{Err: fmt.Errorf("the file is compressed with %s", z.name), Remedy: "decompress it first; a dossier is a plain tar file"}
		}
	}
	return nil
}

// scratches are what entries of files that are opened one after the other are
// read into.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

// compute reads and hashes every entry and sorts it into the set.
func compute(ctx context.Context, es *entries) (*Dossier, error) {
	d := New()
	d.limits, d.blobs = es.limits, make(map[evidence.Digest]Blob, len(es.list))
	p := &packaging{found: map[string]evidence.Digest{}, left: es.limits.Memory, bounded: es.total <= es.limits.Memory}
	layout := false
	var largest int64
	for _, e := range es.list {
		if e.size <= attest.MaxBundle {
			largest = max(largest, e.size)
		}
	}
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	if int64(len(*scratch)) < largest {
		*scratch = make([]byte, largest)
	}
	p.scratch = *scratch
	for _, e := range es.list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch {
		case e.name == "oci-layout" || e.name == "index.json":
			layout = true
			if err := p.read(e); err != nil {
				return nil, err
			}
		case strings.HasPrefix(e.name, blobPrefix):
			if err := d.readBlob(ctx, e, p); err != nil {
				return nil, err
			}
		default:
			d.problems = append(d.problems, Problem{Code: UnlistedEntry, Entry: e.name, Detail: "no file of this name belongs to a dossier"})
		}
	}
	if !layout && len(d.statements) == 0 {
		return nil, notADossier("there is no OCI image layout in it")
	}
	err := d.comparePackaging(p)
	d.setAside(es.notices)
	return d, err
}

func notADossier(why string) error {
	return &ReadError{Err: fmt.Errorf("not a dossier: %s", why), Remedy: "give the .dossier file or the layout directory"}
}

// readBlob hashes one blob and sorts it into the set.
func (d *Dossier) readBlob(ctx context.Context, e entry, p *packaging) error {
	if e.size > attest.MaxBundle {
		return d.hashLarge(ctx, e)
	}
	data, err := readEntry(e, p.scratch)
	if err != nil {
		return err
	}
	sum := evidence.Sum(data)
	d.checkNamed(e, sum)
	if p.bounded && len(data) <= maxManifest && bytes.HasPrefix(data, []byte(manifestStart)) {
		d.blobs[sum] = Blob{sum, e.size, e.open}
		p.manifests = append(p.manifests, foundManifest{e, sum})
		return nil
	}
	return d.sortBlob(e, sum, data, p)
}

// sortBlob decides what a blob is.
func (d *Dossier) sortBlob(e entry, sum evidence.Digest, data []byte, p *packaging) error {
	if looksLikePackaging(data) {
		d.blobs[sum] = Blob{sum, e.size, e.open}
		p.blobs = append(p.blobs, sum)
		return p.note(e, sum)
	}
	if st, sig := d.classify(e, sum, data); sig != nil {
		_, err := d.addOwn(st, sig)
		return err
	}
	d.blobs[sum] = Blob{sum, e.size, e.open}
	return nil
}

// classify parses a blob that may be a signature over a statement of ours. A
// blob that claims to be one and is malformed stays an ordinary blob; unless a
// statement lists it, it will be an unlisted entry.
func (d *Dossier) classify(e entry, sum evidence.Digest, data []byte) (*Statement, *Signature) {
	if !isObject(data) || !bytes.Contains(data, []byte("application/vnd.dev.sigstore.bundle")) {
		return nil, nil
	}
	b, err := attest.ParseBundle(data)
	if err != nil {
		d.malformed(sum, err)
		return nil, nil
	}
	st, err := readOwn(&b)
	if err != nil {
		d.malformed(sum, err)
		return nil, nil
	}
	if st == nil {
		return nil, nil
	}
	return st, &Signature{ID: sum, Bundle: b, blob: Blob{sum, e.size, e.open}}
}

// hashLarge streams a blob too large to be a signature or a manifest.
func (d *Dossier) hashLarge(ctx context.Context, e entry) error {
	r, err := e.open()
	if err != nil {
		return &ReadError{Entry: e.name, Err: err}
	}
	defer r.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(cancelReader{ctx, r}, e.size+1))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || n != e.size {
		return shortEntry(e, n, err)
	}
	sum := evidence.Digest(h.Sum(nil))
	d.checkNamed(e, sum)
	d.blobs[sum] = Blob{sum, e.size, e.open}
	return nil
}

func (d *Dossier) checkNamed(e entry, sum evidence.Digest) {
	var text [2 * len(sum)]byte
	if strings.TrimPrefix(e.name, blobPrefix) != string(sum.AppendHex(text[:0])) {
		d.problems = append(d.problems, Problem{Code: DigestMismatch, Entry: e.name, Detail: "its bytes have the digest " + sum.String(), Digest: sum})
	}
}

// malformed notes why a blob that looks like a signature could not be read as
// one.
func (d *Dossier) malformed(sum evidence.Digest, err error) {
	if d.unreadable == nil {
		d.unreadable = map[evidence.Digest]error{}
	}
	d.unreadable[sum] = err
}

// Unreadable says why a blob that claims to be a Sigstore bundle could not be
// read as a signature over a statement; nil if it does not claim that or could be
// read.
func (d *Dossier) Unreadable(id evidence.Digest) error { return d.unreadable[id] }

// readEntry reads an entry into scratch if it fits: what it returns holds until
// the next call.
func readEntry(e entry, scratch []byte) ([]byte, error) {
	r, err := e.open()
	if err != nil {
		return nil, &ReadError{Entry: e.name, Err: err}
	}
	defer r.Close()
	if e.size > int64(len(scratch)) {
		scratch = make([]byte, e.size)
	}
	data := scratch[:e.size]
	if n, err := io.ReadFull(r, data); err != nil {
		return nil, shortEntry(e, int64(n), err)
	}
	return data, nil
}

func shortEntry(e entry, n int64, err error) error {
	if err == nil || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = fmt.Errorf("read %d bytes, expected %d", n, e.size)
	}
	return &ReadError{Entry: e.name, Err: err, Remedy: "the file changed or is cut short: fetch it again"}
}
