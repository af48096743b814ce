package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/internal/strictyaml"
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
	w := tabwriter.NewWriter(c.Stdout, 0, 8, 2, ' ', 0)
	for _, k := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.ID, k.Level, k.Profile, k.Title)
	}
	return w.Flush()
}

func (c *Cmd) printJSON(v any) error {
	enc := json.NewEncoder(c.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (c *Cmd) explainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain CONTROL",
		Short: "Explain what one control wants, on what evidence, and what mends it",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			k, ok := policy.Lookup(args[0])
			if !ok {
				return usagef("no control is called %q%s \"dossier controls\" lists all", args[0], suggestions(args[0]))
			}
			if asJSON {
				return c.printJSON(controlOf(k))
			}
			return c.explain(args[0])
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// explain prints what a control wants, for people.
func (c *Cmd) explain(id string) error {
	x, err := policy.Explain(id)
	if err != nil {
		return usageError{err}
	}
	w := c.Stdout
	fmt.Fprintf(w, "%s   %s, %s\n\n", x.ID, x.Level, x.Theme)
	for _, l := range [][2]string{
		{"wants", x.Wants}, {"judged", x.Judged}, {"evidence", strings.Join(x.Evidence, ", ")}, {"applies", x.Applies},
		{"asked", x.Asked}, {"waived by", x.Waive}, {"sections", x.Sections}, {"if not", x.Failing},
		{"before", x.Fix.Before}, {"now", x.Fix.Now},
	} {
		if l[1] != "" {
			fmt.Fprintf(w, "  %-10s %s\n", l[0], wrap(l[1], 13, 90))
		}
	}
	return nil
}

// suggestions returns the IDs of the controls nearest to a mistyped one.
func suggestions(id string) string {
	var ids []string
	for _, k := range policy.Controls() {
		ids = append(ids, k.ID)
	}
	if near := strictyaml.Suggest(id, ids); near != "" {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	return ""
}
