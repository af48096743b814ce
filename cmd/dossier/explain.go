package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/layout"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/sigstore"
)

func (c *Cmd) explainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "Explain a control, a check or a reason code, and what mends it",
		Long: `explain tells of whatever a report names: a control of the policy
(tag/annotated), a check that every verification makes (order/seal), or a
reason code (not-sealed).`,
		Args: usageArgs(cobra.ExactArgs(1)),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return explained(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			about, text, err := explanation(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return c.printJSON(about)
			}
			_, err = io.WriteString(c.Stdout, text)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// explanation explains what a report calls id, for a machine and for people.
func explanation(id string) (about any, text string, err error) {
	if x, err := policy.Explain(id); err == nil {
		k, _ := policy.Lookup(x.ID)
		return explanationJSON{controlOf(k), x.Judged, x.Asked, x.Failing, x.Fix, x.Examples}, controlText(x), nil
	}
	if k, ok := verify.LookupCheckKind(id); ok {
		x := checkOf(k)
		return x, x.text(), nil
	}
	if x := codeOf(id); len(x.Reasons)+len(x.Controls) > 0 {
		return x, x.text(), nil
	}
	// Of a kind that is not known here, a report has the name that the statement has.
	if kind, ok := strings.CutPrefix(id, "signatures/"); ok && kind != "" && !strings.Contains(kind, "/") {
		return explanation("signatures/unknown")
	}
	if near := strictyaml.Suggest(id, explained()); near != "" {
		return nil, "", usagef("no control, check or reason code is called %q: did you mean %s? \"dossier controls\" lists the controls", id, near)
	}
	return nil, "", usagef("no control, check or reason code is called %q: \"dossier controls\" lists the controls", id)
}

// explained are all ids and codes that explain knows.
func explained() []string {
	ids := controlIDs()
	for _, k := range verify.CheckKinds() {
		ids = append(ids, k.ID)
	}
	for _, m := range verify.Codes() {
		ids = append(ids, m.Code)
	}
	for _, r := range sigstore.Reasons() {
		ids = append(ids, string(r.Code))
	}
	for _, r := range layout.Reasons() {
		ids = append(ids, string(r.Code))
	}
	for _, r := range provenance.Reasons() {
		ids = append(ids, string(r.Code))
	}
	for _, code := range policy.Codes() {
		if !strings.HasSuffix(code, "-") { // what was recorded completes it
			ids = append(ids, code)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// reasonJSON is one meaning of a reason code.
type reasonJSON struct {
	// Of says what has the code with this meaning.
	Of      string `json:"of"`
	Meaning string `json:"meaning"`
	Fix     string `json:"fix"`
}

// codeJSON is a reason code as a machine reads it: what it means, and the controls
// that have it, which say the rest.
type codeJSON struct {
	Code     string       `json:"code"`
	Reasons  []reasonJSON `json:"reasons,omitempty"`
	Controls []string     `json:"controls,omitempty"`
}

// codeOf finds a code in the tables of all who verify.
func codeOf(code string) codeJSON {
	x := codeJSON{Code: code, Controls: policy.WithCode(code)}
	add := func(of, meaning, fix string) {
		if meaning != "" {
			x.Reasons = append(x.Reasons, reasonJSON{of, meaning, fix})
		}
	}
	m, _ := verify.LookupCode(code)
	add("a dossier", m.Meaning, m.Fix)
	s := sigstore.Explain(sigstore.Code(code))
	add("a signature with a certificate or a proof of time", s.Meaning, s.Fix)
	l := layout.Explain(layout.Code(code))
	add("an in-toto layout", l.Meaning, l.Fix)
	p := provenance.Explain(provenance.Code(code))
	add("provenance, as verify-provenance checks it", p.Meaning, p.Fix)
	return x
}

func (x codeJSON) text() string {
	w := &strings.Builder{}
	fmt.Fprintf(w, "%s   reason code\n", x.Code)
	for _, r := range x.Reasons {
		w.WriteString("\n")
		labelled(w, "of", r.Of)
		labelled(w, "means", r.Meaning)
		labelled(w, "fix", r.Fix)
	}
	if len(x.Controls) == 0 {
		return w.String()
	}
	if len(x.Controls) == 1 {
		k, err := policy.Explain(x.Controls[0])
		if err == nil {
			fmt.Fprintf(w, "\nof the control %s", controlText(k))
		}
		return w.String()
	}
	w.WriteString("\nof these controls, each of which \"dossier explain\" explains\n")
	for _, id := range x.Controls {
		if k, ok := policy.Lookup(id); ok {
			fmt.Fprintf(w, "\n  %s\n    %s\n", k.ID, wrap(k.Failing, 4, 90))
		}
	}
	return w.String()
}

// checkJSON is a check that every verification makes as a machine reads it.
type checkJSON struct {
	ID      string     `json:"id"`
	Layer   string     `json:"layer"`
	Asks    string     `json:"asks"`
	Failing string     `json:"failing"`
	Codes   []codeJSON `json:"codes"`
}

func checkOf(k verify.CheckKind) checkJSON {
	x := checkJSON{ID: k.ID, Layer: string(k.Layer), Asks: k.Asks, Failing: failing(k.Layer)}
	for _, code := range k.Codes {
		m, _ := verify.LookupCode(code)
		x.Codes = append(x.Codes, codeJSON{Code: code, Reasons: []reasonJSON{{"a dossier", m.Meaning, m.Fix}}})
	}
	return x
}

// failing says what follows from a check of a layer that does not pass.
func failing(l verify.Layer) string {
	switch l {
	case verify.Integrity, verify.Order:
		return "the file contradicts itself, or what was expected of it: NOT GENUINE (exit status 3); a warning keeps nothing from being accepted"
	case verify.Signatures:
		return "what was signed is set aside; without a release statement that counts it is NOT ACCEPTED (exit status 1), and NOT GENUINE (3) if a key that is known refutes a signature"
	}
	return "NOT ACCEPTED (exit status 1), also if it cannot be judged; a warning keeps nothing from being accepted"
}

func (x checkJSON) text() string {
	w := &strings.Builder{}
	fmt.Fprintf(w, "%s   a check of every verification, layer %s\n\n", x.ID, x.Layer)
	labelled(w, "wants", x.Asks)
	labelled(w, "if not", x.Failing)
	for _, c := range x.Codes {
		fmt.Fprintf(w, "\n  %s\n", c.Code)
		labelled(w, "means", c.Reasons[0].Meaning)
		labelled(w, "fix", c.Reasons[0].Fix)
	}
	if x.Layer == string(verify.Signatures) {
		w.WriteString("\n  Certificates and proofs of time have more reasons: dossier explain CODE\n")
	}
	return w.String()
}

// labelled writes one labelled text of an explanation, unless it is empty.
func labelled(w io.Writer, label, text string) {
	if text != "" {
		fmt.Fprintf(w, "  %-10s %s\n", label, wrap(text, 13, 90))
	}
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

// controlText tells what a control wants, for people.
func controlText(x policy.Explanation) string {
	w := &strings.Builder{}
	fmt.Fprintf(w, "%s   %s, %s\n\n", x.ID, x.Level, x.Theme)
	for _, l := range [][2]string{
		{"wants", x.Wants}, {"judged", x.Judged}, {"evidence", strings.Join(x.Evidence, ", ")}, {"applies", x.Applies},
		{"asked", x.Asked}, {"waived by", x.Waive}, {"sections", x.Sections}, {"if not", x.Failing},
		{"before", x.Fix.Before}, {"now", x.Fix.Now},
	} {
		labelled(w, l[0], l[1])
	}
	for _, e := range x.Examples {
		w.WriteString("\n")
		labelled(w, string(e.Outcome), e.Why)
		if e.Outcome != verify.Pass {
			fmt.Fprintf(w, "  %-10s %s\n  %-10s %s\n", "expected", wrap(report.Safe(e.Expected), 13, 90), "found", wrap(report.Safe(e.Found), 13, 90))
		}
	}
	return w.String()
}
