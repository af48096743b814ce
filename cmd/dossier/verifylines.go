package main

import (
	"bufio"
	"bytes"
	"errors"
	"strconv"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// maxLines is the most bundles of one file.
const maxLines = 1000

// verifyLines verifies the bundles of a file, one a line. Attestations of several
// kinds and signers stand in such a file, so that one which verifies is enough;
// the exit status of a file without is that of its first.
func (c *Cmd) verifyLines(f *bundleFlags, verify func([]byte) *sigstore.Result) error {
	file, err := openNow(f.bundle)
	if err != nil {
		return &targetError{f.bundle, reason(err)}
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, sigstore.MaxBundle+1)
	var first error
	n, verified := 0, false
	for number := 1; lines.Scan(); number++ {
		raw := bytes.TrimSpace(lines.Bytes())
		if len(raw) == 0 {
			continue
		}
		if n++; n > maxLines {
			return usagef("%s: more than %d lines: split the file", f.bundle, maxLines)
		}
		err := c.bundleResult(f, f.bundle+":"+strconv.Itoa(number), verify(raw))
		var status exitStatus
		switch {
		case err == nil:
			verified = true
		case !errors.As(err, &status):
			return err
		case first == nil:
			first = err
		}
	}
	switch err := lines.Err(); {
	case err != nil:
		return &targetError{f.bundle, err}
	case n == 0:
		return &targetError{f.bundle, errors.New("there is no bundle in it")}
	case verified:
		return nil
	}
	return first
}
