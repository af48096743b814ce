package gitobj

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
)

// Object is one git object: its content without git's "type size NUL" prefix.
type Object struct {
	ID   ID
	Type Type
	Body []byte
}

const archiveMagic = "dossier git-objects v1 "

// WriteArchive writes the archive of the objects, which must come in ascending
// order of ID, each once. Only one body is held at a time. Every id is
// recomputed, so a source that hands out wrong bytes is found here.
func WriteArchive(w io.Writer, f Format, objects iter.Seq2[Object, error]) error {
	if f.size() == 0 {
		return fmt.Errorf("git objects: unknown object format %.20q", f)
	}
	out := bufio.NewWriterSize(w, 64<<10)
	fmt.Fprintf(out, "%s%s\n", archiveMagic, f)
	var last ID
	count := 0
	for o, err := range objects {
		if err != nil {
			return err
		}
		if o.ID <= last {
			return fmt.Errorf("git objects: %s comes after %s, want ascending order", o.ID, last)
		}
		if err := writeObject(out, f, o); err != nil {
			return fmt.Errorf("git objects: %s: %w", o.ID, err)
		}
		last = o.ID
		count++
	}
	fmt.Fprintf(out, "end %d\n", count)
	return out.Flush()
}

// writeObject relies on bufio.Writer keeping its first error.
func writeObject(out *bufio.Writer, f Format, o Object) error {
	if err := checkObject(f, o); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %s %d %x\n", o.ID, o.Type, len(o.Body), sha256.Sum256(o.Body))
	_, _ = out.Write(o.Body)
	return out.WriteByte('\n')
}

// checkObject reports an object that is too large or whose id is not that of
// its bytes.
func checkObject(f Format, o Object) error {
	most, ok := o.Type.MaxSize()
	if !ok {
		return fmt.Errorf("unknown object type %.20q", o.Type)
	}
	if int64(len(o.Body)) > most {
		return fmt.Errorf("%s of %d bytes, at most %d are allowed", o.Type, len(o.Body), most)
	}
	id, err := Hash(f, o.Type, o.Body)
	if err != nil {
		return err
	}
	if id != o.ID {
		return fmt.Errorf("the bytes hash to %s", id)
	}
	return nil
}
