package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// given is the value of a flag, which refuses what drops a demand in silence: an
// empty value, as by a variable that is not set, and a second one where only the
// last would count. A switch may be set twice to the same.
type given struct {
	pflag.Value
	list, toggle, once bool
}

// misgiven is a value that a flag does not take whatever it means.
type misgiven string

func (m misgiven) Error() string { return string(m) }

// Set implements pflag.Value.
func (g *given) Set(value string) error {
	switch {
	case value == "":
		return misgiven("is empty: leave it out to ask for nothing")
	case g.once && !g.list && !g.toggle:
		return misgiven("is given twice: give it once")
	}
	before, again := g.String(), g.once
	g.once = true
	if err := g.Value.Set(value); err != nil {
		return err
	}
	if g.toggle && again && g.String() != before {
		return misgiven("is both set and unset: give it once")
	}
	return nil
}

// guardFlags makes every flag of cmd one of that kind.
func guardFlags(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		kind := f.Value.Type()
		f.Value = &given{Value: f.Value, list: slices.Contains([]string{"stringArray", textsType}, kind), toggle: kind == "bool"}
		if f.DefValue == "[]" || f.DefValue == "0s" { // which help leaves out of its own types only
			f.DefValue = ""
		}
	})
}

// withoutValue says how a flag with an optional value is written, if one has none:
// what follows it is taken for an argument.
func withoutValue(cmd *cobra.Command) (text string) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() != "bool" && f.NoOptDefVal != "" && f.Value.String() == f.NoOptDefVal {
			text += "; a value of --" + f.Name + " is written --" + f.Name + "=VALUE"
		}
	})
	return text
}

// optional is how package pflag writes a flag with an optional value.
var optional = lazyregexp.New(`(--[a-z-]+) ([A-Z|]+)\[=[^]]*\]`)

// flagUsages describes flags, those with an optional value as they are typed.
func flagUsages(flags *pflag.FlagSet) string {
	return optional.ReplaceAllStringFunc(flags.FlagUsagesWrapped(columns), func(s string) string {
		text := optional.ReplaceAllString(s, "$1[=$2]")
		return text + strings.Repeat(" ", len(s)-len(text))
	})
}

// flagError says of which flag an error of the command line is, and how.
func flagError(cmd *cobra.Command, err error) error {
	var bad *pflag.InvalidValueError
	var how misgiven
	switch {
	case errors.As(err, &how) && errors.As(err, &bad):
		return usagef("--%s %w", bad.GetFlag().Name, how)
	case errors.As(err, &bad):
		return usagef("--%s: %w; see %s --help", bad.GetFlag().Name, bad.Unwrap(), cmd.CommandPath())
	}
	return usagef("%w; see %s --help", err, cmd.CommandPath())
}
