package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/report"
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

func (c *Cmd) explainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain CONTROL",
		Short: "Explain what one control wants, on what evidence, and what mends it",
		Args:  usageArgs(cobra.ExactArgs(1)),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return controlIDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			k, ok := policy.Lookup(args[0])
			if !ok {
				return unknownControl(args[0])
			}
			x, err := policy.Explain(k.ID)
			if err != nil {
				return usageError{err}
			}
			if asJSON {
				return c.printJSON(explanationJSON{controlOf(k), x.Judged, x.Asked, x.Failing, x.Fix, x.Examples})
			}
			return c.explain(x)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// explanationJSON is an explanation as a machine reads it: the control as in the
// list, and what people are told of it.
type explanationJSON struct {
	controlJSON
	Judged   string           `json:"judged"`
	Asked    string           `json:"asked"`
	Failing  string           `json:"failing"`
	Fix      verify.Fix       `json:"fix"`
	Examples []policy.Example `json:"examples,omitempty"`
}

// explain prints what a control wants, for people.
func (c *Cmd) explain(x policy.Explanation) error {
	w := &strings.Builder{}
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
	for _, e := range x.Examples {
		fmt.Fprintf(w, "\n  %-10s %s\n", e.Outcome, wrap(e.Why, 13, 90))
		if e.Outcome != verify.Pass {
			fmt.Fprintf(w, "  %-10s %s\n  %-10s %s\n", "expected", wrap(report.Safe(e.Expected), 13, 90), "found", wrap(report.Safe(e.Found), 13, 90))
		}
	}
	_, err := io.WriteString(c.Stdout, w.String())
	return err
}

// unknownControl says which control may be meant. Reports also have checks of
// the file itself, which look alike.
func unknownControl(id string) error {
	layer, _, _ := strings.Cut(id, "/")
	if slices.Contains(verify.Layers, verify.Layer(layer)) {
		return usagef("%q is a check of the file or of the policy as a whole, which every verification makes, and no control; docs/format.md, section 15, explains its reason codes", id)
	}
	if near := strictyaml.Suggest(id, controlIDs()); near != "" {
		return usagef("no control is called %q: did you mean %s? \"dossier controls\" lists all", id, near)
	}
	return usagef("no control is called %q: \"dossier controls\" lists all", id)
}

func controlIDs() []string {
	var ids []string
	for _, k := range policy.Controls() {
		ids = append(ids, k.ID)
	}
	return ids
}
