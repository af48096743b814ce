package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// maxShown is the most bytes of an exhibit that are printed.
const maxShown = 1 << 20

func (c *Cmd) showCommand() *cobra.Command {
	var output string
	var f judgeFlags
	cmd := &cobra.Command{
		Use:   "show FILE|DIR|REF EXHIBIT",
		Short: "Print one exhibit (E1, E2, ...) safely, or save its bytes",
		Long: `show prints one exhibit with everything a terminal could act upon made visible.
The number is the one of the report or of inspect under the same trust flags.
With --output the exhibit's bytes are saved unchanged.`,
		Example: "  dossier show hello-1.4.0.dossier E3\n  dossier show hello-1.4.0.dossier E3 -o sbom.json",
		Args:    usageArgs(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := f.options(c, c.Now())
			if err != nil {
				return err
			}
			d, err := c.open(cmd.Context(), args[0], o)
			if err != nil {
				return c.cannotRead(err)
			}
			defer d.Close()
			o.Target = args[0]
			r, err := verify.Bundle(cmd.Context(), d, verify.Expect{}, o)
			if err != nil {
				return err
			}
			e, err := exhibit(r, args[1])
			if err != nil {
				return err
			}
			return c.show(d, e, output, saysWhat(r, e))
		},
	}
	f.registerTrust(cmd)
	f.registerTime(cmd)
	c.registerRemote(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "save the bytes to `FILE` instead of printing")
	orStdout(cmd)
	return cmd
}

func exhibit(r *verify.Report, number string) (verify.Exhibit, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(number), "E"))
	if err != nil || n < 1 || n > len(r.Exhibits) {
		return verify.Exhibit{}, usagef("exhibit %q: this dossier has E1 to E%d; \"dossier inspect\" lists them", number, len(r.Exhibits))
	}
	return r.Exhibits[n-1], nil
}

func (c *Cmd) show(d *bundle.Dossier, e verify.Exhibit, output string, says []string) error {
	b, ok := d.Blob(e.Digest)
	if st, isStatement := d.Statement(e.Digest); isStatement {
		b, ok = bundle.BytesBlob(st.Payload), true
	}
	if !ok {
		return usagef("exhibit E%d (%s) is listed and not in the file", e.Number, e.Name)
	}
	if output != "" {
		return saveBlob(b, output)
	}
	fmt.Fprintf(c.Stdout, "E%d  %s  %s  %s\n%s\n", e.Number, report.Safe(e.Name), report.Safe(e.MediaType), counted(e.Size, "byte", "bytes"), e.Digest)
	for _, line := range says {
		fmt.Fprintln(c.Stdout, line)
	}
	fmt.Fprintln(c.Stdout)
	return c.printSafely(b)
}

// printSafely prints a text line by line through report.Safe; what is not text
// is only described.
func (c *Cmd) printSafely(b bundle.Blob) error {
	r, err := b.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxShown))
	if err != nil {
		return err
	}
	if len(data) == maxShown {
		data = wholeRunes(data)
	}
	if !utf8.Valid(data) || bytes.ContainsRune(data, 0) {
		_, err := fmt.Fprintln(c.Stdout, "not text: save it with --output")
		return err
	}
	for line := range strings.Lines(string(data)) {
		if _, err := fmt.Fprintln(c.Stdout, report.SafeLine(strings.TrimRight(line, "\r\n"))); err != nil {
			return err
		}
	}
	if b.Size > maxShown {
		fmt.Fprintf(c.Stderr, "dossier: only the first %d of %d bytes are shown: save it with --output\n", maxShown, b.Size)
	}
	return nil
}

// wholeRunes leaves out the beginning of a character at the end of data.
func wholeRunes(data []byte) []byte {
	for i := len(data) - 1; i >= max(0, len(data)-utf8.UTFMax); i-- {
		if utf8.RuneStart(data[i]) {
			if !utf8.FullRune(data[i:]) {
				return data[:i]
			}
			break
		}
	}
	return data
}

func saveBlob(b bundle.Blob, path string) error {
	r, err := b.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return writeNew(path, 0o644, func(w io.Writer) error { _, err := io.Copy(w, r); return err })
}
