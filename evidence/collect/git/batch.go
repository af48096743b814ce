package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os/exec"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// batch is a running "git cat-file --batch", which answers object ids with
// objects.
type batch struct {
	git    *runner
	format gitobj.Format
	ctx    context.Context // of the call that started it; it lives no longer
	cancel context.CancelFunc
	cmd    *exec.Cmd
	stderr *head
	in     io.WriteCloser
	out    *bufio.Reader
}

// batch starts the process. It ends with close, or when ctx does. With the flag
// "--buffer" answers come only in bulk, which all copes with and get does not.
func (g *runner) batch(ctx context.Context, f gitobj.Format, flags ...string) (*batch, error) {
	running, cancel := context.WithCancel(ctx)
	b := &batch{git: g, format: f, ctx: ctx, cancel: cancel, stderr: &head{}}
	b.cmd = g.command(running, b.stderr, append([]string{"cat-file", "--batch"}, flags...)...)
	var err error
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		cancel()
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err == nil {
		err = b.cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	b.out = bufio.NewReaderSize(out, 64<<10)
	return b, nil
}

// close ends the process, whatever it is doing.
func (b *batch) close() {
	_ = b.in.Close()
	b.cancel()
	_ = b.cmd.Wait() // it was killed: its exit status says nothing
}

// get returns one object and checks that its bytes hash to its id.
func (b *batch) get(id gitobj.ID) (gitobj.Object, error) {
	if _, err := io.WriteString(b.in, string(id)+"\n"); err != nil {
		return gitobj.Object{}, b.failed(id, err)
	}
	o, err := b.read(id)
	if err != nil {
		return gitobj.Object{}, err
	}
	got, err := gitobj.Hash(b.format, o.Type, o.Body)
	if err != nil {
		return gitobj.Object{}, fmt.Errorf("object %s: %w", id, err)
	}
	if got != id {
		return gitobj.Object{}, fmt.Errorf("object %s: its bytes hash to %s: the clone is damaged or forged", id, got)
	}
	return o, nil
}

// read reads the answer to id: a line "id type size", the object, LF.
func (b *batch) read(id gitobj.ID) (gitobj.Object, error) {
	line, err := b.out.ReadSlice('\n')
	if err != nil {
		return gitobj.Object{}, b.failed(id, err)
	}
	part := strings.Fields(string(line))
	if len(part) == 2 && part[1] == "missing" {
		return gitobj.Object{}, &ObjectError{string(id)}
	}
	if len(part) != 3 || part[0] != string(id) {
		return gitobj.Object{}, fmt.Errorf("object %s: unexpected answer %.100q from git cat-file", id, line)
	}
	o := gitobj.Object{ID: id, Type: gitobj.Type(part[1])}
	size, err := strconv.ParseInt(part[2], 10, 64)
	if most, ok := o.Type.MaxSize(); err != nil || !ok || size < 0 || size > most {
		return gitobj.Object{}, fmt.Errorf("object %s: a %.20s of %.20s bytes is larger than allowed", id, part[1], part[2])
	}
	o.Body = make([]byte, size)
	if _, err := io.ReadFull(b.out, o.Body); err != nil {
		return gitobj.Object{}, b.failed(id, err)
	}
	if _, err := b.out.Discard(1); err != nil {
		return gitobj.Object{}, b.failed(id, err)
	}
	return o, nil
}

// failed explains why git stopped answering. In a partial clone it stops when
// it may not fetch an object.
func (b *batch) failed(id gitobj.ID, err error) error {
	if b.ctx.Err() != nil {
		return b.ctx.Err()
	}
	b.close() // so that all of standard error is there
	if lacksObjects(b.stderr.String()) {
		return &ObjectError{string(id)}
	}
	return b.git.explain("cat-file", b.stderr, errors.Join(fmt.Errorf("object %s", id), err))
}

// all yields the objects of ids in their order. Ids are written ahead of the
// answers, so that git never waits.
func (b *batch) all(ids []gitobj.ID) iter.Seq2[gitobj.Object, error] {
	return func(yield func(gitobj.Object, error) bool) {
		go func() {
			w := bufio.NewWriter(b.in)
			for _, id := range ids {
				if _, err := w.WriteString(string(id) + "\n"); err != nil {
					return // git has ended; the reader says why
				}
			}
			_ = w.Flush() // git has ended if this fails; the reader says why
			_ = b.in.Close()
		}()
		for _, id := range ids {
			o, err := b.read(id)
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}
