package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

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
				return usagef("no control is called %q; did you mean %s? \"dossier controls\" lists all", args[0], nearest(args[0]))
			}
			if asJSON {
				return c.printJSON(controlOf(k))
			}
			return c.explain(k)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func (c *Cmd) explain(k policy.Control) error {
	return k.Explain(c.Stdout)
}

// nearest returns the control IDs that share the most with id, for a mistyped
// one.
func nearest(id string) string {
	_, want, _ := strings.Cut(id, "/")
	list := policy.Controls()
	score := func(k policy.Control) int {
		n := 0
		for word := range strings.FieldsFuncSeq(strings.ReplaceAll(want, "/", "-"), func(r rune) bool { return r == '-' }) {
			if strings.Contains(k.ID, word) {
				n++
			}
		}
		if prefix, _, _ := strings.Cut(id, "/"); strings.HasPrefix(k.ID, prefix+"/") {
			n++
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b policy.Control) int { return cmp.Compare(score(b), score(a)) })
	return list[0].ID + " or " + list[1].ID
}
