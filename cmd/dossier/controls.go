package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/verify/policy"
)

func (c *Cmd) controlsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "controls",
		Short: "List the controls a policy can ask for",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return c.controls(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// controlJSON is a control as a machine reads it.
type controlJSON struct {
	ID       string   `json:"id"`
	Level    string   `json:"level"`
	Sections string   `json:"sections"`
	Theme    string   `json:"theme"`
	Title    string   `json:"title"`
	Applies  string   `json:"applies"`
	Waive    string   `json:"waive"`
	Question int      `json:"question"`
	Gate     string   `json:"gate"`
	Profile  string   `json:"profile"`
	Evidence []string `json:"evidence"`
}

func controlOf(k policy.Control) controlJSON {
	return controlJSON{
		k.ID, k.Level, k.Sections, k.Theme, k.Title, k.Applies, k.Waive, k.Question, string(k.Gate), k.Profile, k.Evidence,
	}
}

func (c *Cmd) controls(asJSON bool) error {
	list := policy.Controls()
	if asJSON {
		out := make([]controlJSON, len(list))
		for i, k := range list {
			out[i] = controlOf(k)
		}
		return c.printJSON(out)
	}
	id, level, profile := 0, 0, 0
	for _, k := range list {
		id, level, profile = max(id, len(k.ID)), max(level, len(k.Level)), max(profile, len(k.Profile))
	}
	for _, k := range list {
		title := wrap(k.Title, id+level+profile+6, columns)
		if _, err := fmt.Fprintf(c.Stdout, "%-*s  %-*s  %-*s  %s\n", id, k.ID, level, k.Level, profile, k.Profile, title); err != nil {
			return err
		}
	}
	return nil
}

func controlIDs() []string {
	var ids []string
	for _, k := range policy.Controls() {
		ids = append(ids, k.ID)
	}
	return ids
}
