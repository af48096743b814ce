package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// Bounds of what a policy may set.
const (
	maxPattern = 256
	maxList    = 1000
	maxWord    = 2000
	maxPeople  = 100
)

// parameters are [Params] as they are written; what is not given keeps its
// default.
type parameters struct {
	Builders     *words                        `yaml:"builders"`
	TagPattern   text                          `yaml:"tag-pattern"`
	Signers      *strictyaml.Located[int]      `yaml:"signers"`
	Approvers    *strictyaml.Located[int]      `yaml:"approvers"`
	Production   *words                        `yaml:"production-environments"`
	ClockSkew    *strictyaml.Located[duration] `yaml:"clock-skew"`
	PatchRefused *words                        `yaml:"patch-refused"`
	PatchWarned  *words                        `yaml:"patch-warned"`
	Licensed     *strictyaml.Located[int]      `yaml:"licensed-percent"`
	Shared       *words                        `yaml:"shared-accounts"`
	Stock        *words                        `yaml:"stock-rationales"`
}

// words is a list of texts, none of them empty.
type words []string

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (w *words) UnmarshalStrict(n *strictyaml.Node) error {
	var list strictyaml.OneOrMany[text]
	if err := n.Decode(&list); err != nil {
		return err
	}
	if len(list) > maxList {
		return fmt.Errorf("%d entries, at most %d are read", len(list), maxList)
	}
	*w = make(words, 0, len(list))
	for _, t := range list {
		if s := t.Value; strings.TrimSpace(s) == "" || len(s) > maxWord {
			return t.Errorf("want a text that is not empty and has at most %d bytes", maxWord)
		}
		*w = append(*w, t.Value)
	}
	return nil
}

// duration is written as Go does: 5m, 1h30m, 90s.
type duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *duration) UnmarshalText(b []byte) error {
	got, err := time.ParseDuration(string(b))
	if err != nil || got < 0 || got > 24*time.Hour || got%time.Second != 0 {
		return errors.New("want whole seconds from 0s to 24h, such as 5m")
	}
	*d = duration(got)
	return nil
}

// params applies what is given to the defaults.
func (d *parameters) params() (Params, error) {
	p := DefaultParams()
	for _, l := range []struct {
		given *words
		to    *[]string
	}{
		{d.Builders, &p.Builders}, {d.Production, &p.ProductionEnvironments},
		{d.PatchRefused, &p.PatchRefused}, {d.PatchWarned, &p.PatchWarned},
		{d.Shared, &p.SharedAccounts}, {d.Stock, &p.StockRationales},
	} {
		if l.given != nil {
			*l.to = slices.Clone(*l.given)
		}
	}
	for _, n := range []struct {
		given     *strictyaml.Located[int]
		to        *int
		low, high int
	}{
		{d.Signers, &p.Signers, 1, maxPeople}, {d.Approvers, &p.Approvers, 1, maxPeople},
		{d.Licensed, &p.LicensedPercent, 0, 100},
	} {
		if n.given == nil {
			continue
		}
		if *n.to = n.given.Value; *n.to < n.low || *n.to > n.high {
			return p, n.given.Errorf("want a number from %d to %d", n.low, n.high)
		}
	}
	if d.ClockSkew != nil {
		p.ClockSkew = time.Duration(d.ClockSkew.Value)
	}
	p.TagPattern = d.TagPattern.Value
	if _, err := regexp.Compile(p.TagPattern); err != nil || len(p.TagPattern) > maxPattern {
		return p, d.TagPattern.Errorf("want a regular expression (RE2) of at most %d bytes", maxPattern)
	}
	return p, nil
}
