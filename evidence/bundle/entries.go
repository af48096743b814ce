package bundle

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// entry is one file of a packaging: its slash-separated name, its size and how
// to read it. Nothing about it is trusted.
type entry struct {
	name string
	size int64
	open func() (io.ReadCloser, error)
}

// entries collects what a packaging holds, within limits.
type entries struct {
	limits  Limits
	list    []entry
	total   int64
	passed  int               // files of writers' own, which are no entries
	notices []evidence.Digest // of unfinished materials
	// last is the greatest name so far, in lower case, as long as each is
	// greater than the one before; names has all of them once one is not.
	last  string
	names map[string]bool
}

func (es *entries) add(e entry) error {
	if es.has(strings.ToLower(e.name)) {
		return &ReadError{Entry: e.name, Err: errors.New("two entries have this name"), Remedy: "the file was not written by this tool; ask its sender for the original"}
	}
	if len(es.list)+es.passed >= es.limits.Entries {
		return es.tooMany(e.name)
	}
	if e.size < 0 || e.size > es.limits.Total-es.total {
		return &ReadError{Entry: e.name, Err: fmt.Errorf("the entries claim more than %d bytes", es.limits.Total)}
	}
	es.total += e.size
	es.list = append(es.list, e)
	return nil
}

func (es *entries) tooMany(name string) error {
	return &ReadError{Entry: name, Err: fmt.Errorf("more than %d entries", es.limits.Entries)}
}

// has reports whether an entry of that name was there before, and notes it.
func (es *entries) has(folded string) bool {
	if es.names == nil && folded > es.last {
		es.last = folded
		return false
	}
	if es.names == nil {
		es.names = make(map[string]bool, len(es.list))
		for _, e := range es.list {
			es.names[strings.ToLower(e.name)] = true
		}
	}
	known := es.names[folded]
	es.names[folded] = true
	return known
}

// maxName is far above the 77 bytes of a blob's name; a tar file could claim
// 1 MiB for each.
const maxName = 255

// readTar lists the entries of a tar file without reading their bytes.
func (es *entries) readTar(r io.ReaderAt, size int64) error {
	end, err := es.readPacked(r, size)
	if err != nil {
		return err
	}
	return es.readHeaders(r, size, end)
}

// readHeaders lists the entries from end on, which is where the last entry before
// ends, padding included, or 0.
func (es *entries) readHeaders(r io.ReaderAt, size, end int64) error {
	section := io.NewSectionReader(r, 0, size)
	if _, err := section.Seek(end, io.SeekStart); err != nil {
		return &ReadError{Err: err}
	}
	tr := tar.NewReader(section)
	for {
		h, err := tr.Next()
		if err == io.EOF && end == 0 {
			return notADossier("there is nothing in it")
		}
		if err == io.EOF {
			return checkTail(r, section, end, size)
		}
		if err != nil {
			return &ReadError{Err: fmt.Errorf("not a tar file, damaged or cut short: %w", err), Remedy: "fetch the file again and compare its digest with the sender's"}
		}
		if err := checkHeader(h); err != nil {
			return err
		}
		offset, err := section.Seek(0, io.SeekCurrent)
		if err != nil {
			return &ReadError{Err: err}
		}
		end = offset
		if h.Typeflag == tar.TypeDir {
			continue
		}
		if h.Size > size-offset {
			return &ReadError{Entry: h.Name, Err: fmt.Errorf("claims %d bytes, the file has %d left", h.Size, size-offset), Remedy: "the file is cut short: fetch it again"}
		}
		end += padded(h.Size)
		if err := es.add(packedEntry(r, h.Name, offset, h.Size)); err != nil {
			return err
		}
	}
}

// packedEntry is the entry whose n bytes begin at offset.
func packedEntry(r io.ReaderAt, name string, offset, n int64) entry {
	return entry{name, n, func() (io.ReadCloser, error) {
		return section{io.NewSectionReader(r, offset, n)}, nil
	}}
}

// section is a part of a file that stays open.
type section struct{ *io.SectionReader }

func (section) Close() error { return nil }

// padded is the size of n bytes in a tar file.
func padded(n int64) int64 { return (n + tarBlock - 1) / tarBlock * tarBlock }

func checkHeader(h *tar.Header) error {
	if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeDir {
		return &ReadError{Entry: h.Name, Err: fmt.Errorf("entries of tar type %q (links, devices, sparse files) are not allowed", rune(h.Typeflag))}
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse") {
			return &ReadError{Entry: h.Name, Err: errors.New("sparse files are not allowed")}
		}
	}
	if h.Typeflag == tar.TypeDir {
		if h.Size != 0 {
			return &ReadError{Entry: h.Name, Err: errors.New("a directory with contents is not allowed")}
		}
		return checkName(strings.TrimSuffix(h.Name, "/"))
	}
	return checkName(h.Name)
}

// checkName refuses names that could lead out of the layout on any system.
func checkName(name string) error {
	if len(name) > maxName {
		return &ReadError{Entry: name, Err: fmt.Errorf("the name has %d bytes, at most %d are read", len(name), maxName)}
	}
	if !fs.ValidPath(name) || name == "." ||
		strings.ContainsAny(name, "\\:\x00") {
		return &ReadError{Entry: name, Err: errors.New("the name is absolute, leads out of the layout or is not in its simplest form")}
	}
	return nil
}

const (
	// tarBlock is the block of a tar file; two of zeros end it.
	tarBlock = 512
	// maxTail bounds the zeros after the end; tar fills up to 10 KiB unless it
	// is told otherwise, and a sparse file has any number of them for nothing.
	maxTail = 1 << 20
)

// checkTail refuses a file that is cut off between two entries, which has no
// end mark, and bytes hidden behind the end of the archive: only some zeros
// may follow.
func checkTail(r io.ReaderAt, section *io.SectionReader, end, size int64) error {
	at, err := section.Seek(0, io.SeekCurrent)
	if err != nil {
		return &ReadError{Err: err}
	}
	if at < end+2*tarBlock {
		return &ReadError{Err: errors.New("the end of the archive is missing"), Remedy: "the file is cut short: fetch it again"}
	}
	if size-at > maxTail {
		return &ReadError{Err: fmt.Errorf("%d bytes follow the end of the archive, at most %d zeros may", size-at, maxTail), Remedy: "ask its sender for the original"}
	}
	tail := io.NewSectionReader(r, at, size-at)
	buf := make([]byte, min(32<<10, max(1, size-at)))
	for {
		n, err := tail.Read(buf)
		for _, b := range buf[:n] {
			if b != 0 {
				return &ReadError{Err: errors.New("bytes follow the end of the archive")}
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &ReadError{Err: err}
		}
	}
}

// readDir lists the files of a layout directory without those of writers' own.
// Links are refused; root keeps every later open inside the directory.
func (es *entries) readDir(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return &ReadError{Entry: name, Err: err}
		case d.IsDir():
			if strings.Count(name, "/") >= 8 {
				return &ReadError{Entry: name, Err: errors.New("directories are nested too deeply")}
			}
			return nil
		case !d.Type().IsRegular():
			return &ReadError{Entry: name, Err: errors.New("links, devices and pipes are not allowed")}
		}
		if rest, own := ownFile(name); own {
			return es.passOver(name, rest)
		}
		info, err := d.Info()
		if err != nil {
			return &ReadError{Entry: name, Err: err}
		}
		return es.add(entry{name, info.Size(), func() (io.ReadCloser, error) { return stillRegular(root.OpenFile(name, readNow, 0)) }})
	})
}
