package verify

import (
	"errors"
	"fmt"
	"io"

	"github.com/release-dossier/dossier/evidence/bundle"
)

// read returns the bytes of b if there are at most limit of them. That they cannot
// be read any more, or are others than those that were opened, is no finding about
// the release: it ends the verification.
func (r *run) read(b bundle.Blob, limit int64) ([]byte, error) {
	data, err := b.Read(limit)
	if err != nil && b.Size <= limit {
		r.lose(b, err)
	}
	return data, err
}

// stream is read for a parser that reads b piece by piece. What was not parsed is
// read too, since only the end shows whether the bytes are those of b.
func (r *run) stream(b bundle.Blob, parse func(io.Reader) error) error {
	in, err := b.Open()
	if err != nil {
		r.lose(b, err)
		return err
	}
	defer in.Close()
	err = parse(in)
	if _, rest := io.Copy(io.Discard, in); rest != nil {
		r.lose(b, rest)
		return errors.Join(err, rest)
	}
	return err
}

// lose notes the first blob that cannot be read.
func (r *run) lose(b bundle.Blob, err error) {
	if r.lost == nil {
		r.lost = &bundle.ReadError{
			Entry: bundle.BlobName(b.Digest), Err: err,
			Remedy: "the file was there when it was opened, and was changed, cut short or closed since: verify it again",
		}
	}
}

// notRead is the error of a verification that lost a blob. It names the target.
func (r *run) notRead() error {
	if r.o.Target == "" {
		return fmt.Errorf("verify: %w", r.lost)
	}
	return fmt.Errorf("%s: %w", r.o.Target, r.lost)
}
