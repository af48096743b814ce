package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/verify/report"
)

func (c *Cmd) reportCommand() *cobra.Command {
	var f outputFlags
	cmd := &cobra.Command{
		Use:   "report REPORT.json...",
		Short: "Write a saved report in another form, without verifying again",
		Long: `report reads reports that dossier verify --json wrote and writes them in another
form. It verifies nothing: a report is not signed, so what it writes says that
it was made from a saved report and that nobody proves who made that. To be
sure, verify the dossier itself: the report ends with the command.

Exit status: 0 if it was written, whatever the verdict; 2 usage; 4 if a report
cannot be read.`,
		Example: `  dossier verify hello-1.4.0.dossier --any-release --trust trust.yaml --json >report.json
  dossier report report.json --format html --output report.html`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return c.report(args, &f) },
	}
	f.register(cmd)
	return cmd
}

func (c *Cmd) report(files []string, f *outputFlags) error {
	for _, file := range files {
		c.reads(file)
	}
	out, err := f.open(c, len(files))
	if err != nil {
		return err
	}
	defer out.discard()
	out.saved = true
	for _, file := range files {
		data, err := readReport(file)
		if err != nil {
			return &targetError{file, err}
		}
		r, err := report.Read(data)
		if err != nil {
			return &targetError{file, err}
		}
		if err := out.add(report.Result{Report: r}); err != nil {
			return err
		}
	}
	return out.close()
}

// readReport reads a file of at most [report.MaxSize] bytes.
func readReport(path string) ([]byte, error) {
	f, err := openNow(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, report.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("it is not read: %w", reason(err))
	}
	return data, nil
}
