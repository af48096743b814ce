package bundle

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// ErrReplaced is wrapped when the dossier at a path is no longer the one that
// an addition was made to.
var ErrReplaced = errors.New("it is another dossier than the one that was opened: nothing is added")

// AppendTo adds what was added to d since it was opened, and nothing else, to
// the dossier at path, a file or a layout directory. Whatever others have added
// there meanwhile stays: two additions at once give two heads, both kept. It
// excludes other processes that call it and is otherwise like [Dossier.WriteFile]
// and [Dossier.WriteDir]; on Windows d is closed.
//
// The dossier at path must still hold every parent of an added statement, or
// the error wraps [ErrReplaced]. Waiting for others ends, and so does reading and
// writing, when ctx is done: nothing is added then, or all.
func (d *Dossier) AppendTo(ctx context.Context, path string) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	unlock, err := d.lock(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	now, err := openUnlocked(ctx, path, d.limits)
	if err != nil {
		return err
	}
	defer now.Close()
	if err := now.take(d); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		for _, p := range now.problems {
			if p.Code == DigestMismatch && now.has(p.Digest) { // what is written by its name could be put over another's bytes
				return &ReadError{Entry: p.Entry, Err: errors.New("its bytes are not those that its name says"), Remedy: "add to a copy that is packed as a file"}
			}
		}
		l, err := now.layout()
		if err != nil {
			return err
		}
		return l.write(ctx, path, func(w *layoutWriter) error { return w.giveUp(now.unfinished, l.materials) })
	}
	return now.writeFile(ctx, path, d)
}

// has reports whether a signature of that digest is in the set, or a material that
// a statement lists.
func (d *Dossier) has(id evidence.Digest) bool {
	if d.listed()[id] {
		return true
	}
	for _, st := range d.statements {
		if st.signed(id) {
			return true
		}
	}
	return false
}

// take adds the additions of from to d.
func (d *Dossier) take(from *Dossier) error {
	for _, sig := range from.parentsFirst(from.addedSignatures) {
		st := from.statements[sig.Bundle.StatementID()]
		if _, ok := d.statements[st.ID]; !ok && !from.addedAll(st) {
			return fmt.Errorf("statement %s is not there: %w", st.ID, ErrReplaced)
		}
		for _, p := range st.Links.Parents {
			have, ok := d.statements[p.Statement]
			if !ok || !have.signed(p.Signature) {
				return fmt.Errorf("statement %s, which the new one names, is not there: %w", p.Statement, ErrReplaced)
			}
		}
		alone := *st
		alone.Signatures = nil
		if _, err := d.addOwn(&alone, sig); err != nil {
			return err
		}
	}
	for _, b := range from.addedBlobs {
		d.AddBlob(b)
	}
	return nil
}

// parentsFirst returns the signatures so that each comes after those that
// its statement names, in whatever order they were added.
func (d *Dossier) parentsFirst(signatures []*Signature) []*Signature {
	todo := map[evidence.Digest]*Signature{}
	for _, sig := range signatures {
		todo[sig.ID] = sig
	}
	var list []*Signature
	var visit func(*Signature)
	visit = func(sig *Signature) {
		delete(todo, sig.ID)
		for _, p := range d.statements[sig.Bundle.StatementID()].Links.Parents {
			if parent := todo[p.Signature]; parent != nil {
				visit(parent)
			}
		}
		list = append(list, sig)
	}
	for _, sig := range signatures {
		if todo[sig.ID] != nil {
			visit(sig)
		}
	}
	return list
}

// addedAll reports whether st was not there when d was opened.
func (d *Dossier) addedAll(st *Statement) bool {
	for _, sig := range st.Signatures {
		if !slices.Contains(d.addedSignatures, sig) {
			return false
		}
	}
	return true
}
