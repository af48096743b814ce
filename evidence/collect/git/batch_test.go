package git

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"testing"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// unread takes what git would be asked.
type unread struct{ bytes.Buffer }

func (*unread) Close() error { return nil }

// FuzzBatch: whatever git answers, an object that is handed out hashes to the id
// that was asked for.
func FuzzBatch(f *testing.F) {
	body := []byte("hello\n")
	id, err := gitobj.Hash(gitobj.SHA1, gitobj.TypeBlob, body)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(fmt.Appendf(nil, "%s blob %d\n%s\n", id, len(body), body))
	f.Add(fmt.Appendf(nil, "%s missing\n", id))
	f.Add(fmt.Appendf(nil, "%s commit %d\n%s\n", id, len(body), body))
	f.Add(fmt.Appendf(nil, "%s blob -1\n", id))
	f.Add(fmt.Appendf(nil, "%s blob 9000000000000000000\n", id))
	f.Fuzz(func(t *testing.T, answer []byte) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		b := &batch{
			git: &runner{}, format: gitobj.SHA1, ctx: ctx, cancel: cancel, cmd: exec.Command("git"),
			stderr: &head{}, in: &unread{}, out: bufio.NewReader(bytes.NewReader(answer)),
		}
		o, err := b.get(id)
		if err != nil {
			return
		}
		if o.ID != id || o.Type != gitobj.TypeBlob || !bytes.Equal(o.Body, body) {
			t.Errorf("another object: %s %s %q", o.ID, o.Type, o.Body)
		}
	})
}

// FuzzNames: names that git lists are read as they are, and a name that is cut
// off is none.
func FuzzNames(f *testing.F) {
	f.Add([]byte("a.yaml\x00dir/b.yaml\x00"))
	f.Add([]byte("a\nb\x00\x00c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := bufio.NewScanner(bytes.NewReader(data))
		s.Split(untilNUL)
		var all []byte
		for s.Scan() {
			all = append(append(all, s.Bytes()...), 0)
		}
		if s.Err() == nil && !bytes.Equal(all, data[:bytes.LastIndexByte(data, 0)+1]) {
			t.Errorf("%q is read as %q", data, all)
		}
	})
}
