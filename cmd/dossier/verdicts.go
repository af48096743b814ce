package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// verdictFlags say which signed summaries of the verdict are written.
type verdictFlags struct {
	vsa, svr, key, passphraseFile, resource string
}

func (f *verdictFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.vsa, "vsa", "", "write the verdict as a signed SLSA verification summary (`FILE`; needs --key)")
	flags.StringVar(&f.svr, "svr", "", "write what holds as a signed simple verification result (`FILE`; needs --key)")
	flags.StringVar(&f.key, "key", "", "your key, which signs --vsa and --svr (`FILE`)")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "its passphrase (`FILE`)")
	flags.StringVar(&f.resource, "resource-uri", "", "name of what was verified, in --vsa (`URI`; default git+REPOSITORY@VERSION)")
}

// verdicts writes the summaries of one verification.
type verdicts struct {
	*verdictFlags
	cmd    *Cmd
	signer attest.Signer
	files  []verdictFile
}

// verdictFile is one summary: what it is, and the file that it goes to.
type verdictFile struct {
	render func(*verify.Report, report.SummaryOptions) ([]byte, error)
	file   *replacement
}

// open prepares the files and the key, so that what cannot be written is known
// before anything is verified.
func (f *verdictFlags) open(ctx context.Context, c *Cmd, v *verifyFlags, targets []string) (*verdicts, error) {
	w := &verdicts{verdictFlags: f, cmd: c}
	switch {
	case f.vsa+f.svr == "" && f.key+f.passphraseFile+f.resource != "":
		return nil, usagef("--key, --passphrase-file and --resource-uri are for --vsa and --svr")
	case f.vsa+f.svr == "":
		return w, nil
	case v.anyRelease || v.release == "" && len(v.artifacts) == 0:
		return nil, usageError{report.ErrNothingExpected}
	case len(targets) != 1:
		return nil, usagef("--vsa and --svr are of one dossier: verify each by itself")
	case f.key == "":
		return nil, usagef("--vsa and --svr need --key: who says so?")
	}
	var err error
	if w.signer, err = c.loadSigner(ctx, f.key, f.passphraseFile); err != nil {
		return nil, err
	}
	for _, out := range []struct {
		path   string
		render func(*verify.Report, report.SummaryOptions) ([]byte, error)
	}{{f.vsa, report.VSA}, {f.svr, report.SVR}} {
		if out.path == "" {
			continue
		}
		if _, err := os.Lstat(out.path); err == nil { // an old verdict must not pass for this one
			w.discard()
			return nil, usagef("%s exists already: it is not overwritten", out.path)
		}
		file, err := c.replaceFile(out.path)
		if err != nil {
			w.discard()
			return nil, err
		}
		file.new = true
		w.files = append(w.files, verdictFile{out.render, file})
	}
	return w, nil
}

// write signs and writes the summaries. Where nothing was verified there is
// nothing to say, and standard error says that.
func (w *verdicts) write(ctx context.Context, r *verify.Report) error {
	o := report.SummaryOptions{VerifiedAt: evidence.At(w.cmd.Now()), Tool: programVersion(), ResourceURI: w.resource}
	for _, f := range w.files {
		payload, err := f.render(r, o)
		if err != nil {
			_, err = fmt.Fprintf(w.cmd.Stderr, "dossier: %s is not written: %v\n", report.Safe(f.file.path), err)
			return err
		}
		bundle, err := attest.Sign(ctx, w.signer, payload)
		if err != nil {
			return err
		}
		if _, err := f.file.Write(bundle); err != nil {
			return err
		}
	}
	for _, f := range w.files {
		if err := f.file.commit(); err != nil {
			return err
		}
	}
	return nil
}

// discard removes what was not written to its end.
func (w *verdicts) discard() {
	for _, f := range w.files {
		f.file.discard()
	}
}
