package checks

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// vexStatement is one statement of an OpenVEX document.
type vexStatement struct {
	Vulnerability struct {
		ID   string `json:"@id"`
		Name string `json:"name"`
	} `json:"vulnerability"`
	Timestamp string            `json:"timestamp"`
	Updated   string            `json:"last_updated"`
	Status    string            `json:"status"`
	Products  items[vexProduct] `json:"products"`
	// Justification or ImpactStatement says why a product is not affected; one of
	// them is required (OpenVEX 0.2.0, "Status Justifications").
	Justification   string `json:"justification"`
	ImpactStatement string `json:"impact_statement"`
}

// vexProduct is what a statement is about: a product or parts of it.
type vexProduct struct {
	ID            string `json:"@id"`
	Subcomponents items[struct {
		ID string `json:"@id"`
	}] `json:"subcomponents"`
}

// vexState is the last word on one vulnerability in one product.
type vexState struct {
	vulnerability string
	open          bool
	at            evidence.Time
}

// vex reads an OpenVEX document. Of several statements about the same thing
// the latest counts. OpenVEX knows no severity: what is affected, still under
// investigation, or not affected without a reason is open and of unknown severity.
type vex struct {
	*builder
	j      *jsonReader
	states map[caseKey]vexState
	// undated are statements without a time of their own; they have that of
	// the document, which may stand behind them.
	undated []vexEntry
	issued  string
}

// vexEntry is what one statement says about one product.
type vexEntry struct {
	key   caseKey
	state vexState
}

func readOpenVEX(b *builder, in *input) error {
	v := &vex{builder: b, j: newJSONReader(in), states: map[caseKey]vexState{}}
	context := ""
	err := v.j.object(func(name string) error {
		switch name {
		case "@context":
			return v.j.decode(&context)
		case "timestamp":
			return v.j.decode(&v.issued)
		case "tooling":
			var tool string
			err := v.j.decode(&tool)
			b.tool(evidence.CheckTool{Name: tool})
			return err
		case "statements":
			return v.j.array(v.statement)
		}
		return v.j.skip()
	})
	if err == nil {
		err = v.j.end()
	}
	if err != nil {
		return err
	}
	if context != "https://openvex.dev/ns" && !strings.HasPrefix(context, "https://openvex.dev/ns/") {
		return errors.New("@context is not https://openvex.dev/ns/v0.2.0")
	}
	return v.close()
}

// statement takes one statement for each of its products.
func (v *vex) statement() error {
	var s vexStatement
	if err := v.j.decode(&s); err != nil {
		return err
	}
	open := false
	switch s.Status {
	case "affected", "under_investigation":
		open = true
	case "not_affected":
		open = strings.TrimSpace(s.Justification+s.ImpactStatement) == ""
	case "fixed":
	default:
		return v.j.fail(fmt.Errorf("status is %q, want affected, not_affected, fixed or under_investigation", clean(s.Status)))
	}
	at, _ := v.moment(nameless(s.Updated, s.Timestamp))
	name := nameless(s.Vulnerability.Name, s.Vulnerability.ID)
	if len(s.Products) == 0 {
		s.Products = items[vexProduct]{{}}
	}
	for _, p := range s.Products {
		e := vexEntry{p.key(name), vexState{clean(nameless(name, "(no name)")), open, at}}
		if err := v.take(e); err != nil {
			return err
		}
	}
	return nil
}

// take keeps a statement until the time of the document is known, or sets it.
func (v *vex) take(e vexEntry) error {
	if len(v.states)+len(v.undated) >= v.opts.Limits.Cases/8 {
		return fmt.Errorf("more than %d pairs of vulnerability and product, the most that are read", v.opts.Limits.Cases/8)
	}
	if e.state.at.IsZero() {
		v.undated = append(v.undated, e)
		return nil
	}
	v.set(e)
	return nil
}

// key tells apart what statements are about. A statement on a product as a
// whole does not replace one on a part of it.
func (p vexProduct) key(vulnerability string) caseKey {
	parts := []string{vulnerability, p.ID}
	for _, s := range p.Subcomponents {
		parts = append(parts, s.ID)
	}
	slices.Sort(parts[2:])
	return keyOf(parts...)
}

// set takes a later statement. Where the order of two is not known, the open
// one stays.
func (v *vex) set(e vexEntry) {
	old, have := v.states[e.key]
	ordered := !old.at.IsZero() && !e.state.at.IsZero() && !old.at.Equal(e.state.at.Time)
	switch {
	case have && !ordered && old.open:
	case have && ordered && e.state.at.Before(old.at.Time):
	default:
		v.states[e.key] = e.state
	}
}

// close counts every vulnerability once: it is open if it is in some product.
func (v *vex) close() error {
	v.finished(v.issued)
	for _, e := range v.undated {
		e.state.at = v.FinishedAt
		v.set(e)
	}
	open := map[string]bool{}
	for _, s := range v.states {
		open[s.vulnerability] = open[s.vulnerability] || s.open
	}
	if len(open) == 0 {
		v.nothing = "the document has no statements"
	}
	for name, is := range open {
		if !is {
			v.Findings.Suppressed++
		} else if err := v.open(name, Unknown, 1); err != nil {
			return err
		}
	}
	return nil
}
