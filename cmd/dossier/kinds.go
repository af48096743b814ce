package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// recordFlags are the facts of a record as flags state them. Each kind's flags are
// made from the fields of its type.
type recordFlags struct {
	kind  string
	flags []records.Flag
	given []*texts
}

// texts is the value of a flag that may be given more than once.
type texts []string

func (t *texts) String() string     { return strings.Join(*t, ", ") }
func (t *texts) Set(s string) error { *t = append(*t, s); return nil }
func (t *texts) Type() string       { return textsType }

// textsType is the type of [texts].
const textsType = "TEXT"

// register adds a flag for each field that no flag of the command is named
// like. Only the kind on the command line needs any: there are 31 kinds.
func (f *recordFlags) register(cmd *cobra.Command, args []string) {
	if !slices.Contains(args, cmd.Name()) && !slices.Contains(args, f.kind) {
		return
	}
	list, err := records.Flags(f.kind)
	if err != nil {
		panic(err) // the kind comes from the list of kinds
	}
	flags := cmd.Flags()
	for _, field := range list {
		if flags.Lookup(field.Name) != nil {
			continue
		}
		note := field.Note
		if field.List {
			note += " (repeatable)"
		}
		given := new(texts)
		flags.Var(given, field.Name, note)
		f.flags, f.given = append(f.flags, field), append(f.given, given)
		if field.Values != nil {
			complete(cmd, field.Name, field.Values)
		}
	}
}

// values returns what was given.
func (f *recordFlags) values() records.Values {
	v := records.Values{}
	for i, list := range f.given {
		if len(*list) > 0 {
			v[f.flags[i].Pointer] = *list
		}
	}
	return v
}

// has reports whether the kind has the field.
func (f *recordFlags) has(pointer string) bool {
	return slices.ContainsFunc(f.flags, func(flag records.Flag) bool { return flag.Pointer == pointer })
}

// fill adds a value that was not given, if the kind has the field and there is
// a value.
func (f *recordFlags) fill(v records.Values, pointer string, values ...string) {
	values = slices.DeleteFunc(values, func(s string) bool { return s == "" })
	if len(v[pointer]) == 0 && len(values) > 0 && f.has(pointer) {
		v[pointer] = values
	}
}

// fillRelease adds what a release says of itself.
func (f *recordFlags) fillRelease(v records.Values, r *evidence.Record) {
	f.fill(v, "/tag", r.Tag.Name)
	f.fill(v, "/version", r.Version)
	f.fill(v, "/commit", r.Commit)
	f.fill(v, "/subject/tag", r.Tag.Name)
	f.fill(v, "/subject/commit", r.Commit)
	f.fillScope(v, r.Repository.URI)
	var names, digests []string
	for _, a := range r.Artifacts {
		names, digests = append(names, a.Name+"@"+a.Digest.String()), append(digests, a.Digest.String())
	}
	f.fill(v, "/subject/digests", digests...)
	address := func(a evidence.Artifact) bool { return strings.Contains(a.Name, ":") } // it would be read as one
	if !slices.ContainsFunc(r.Artifacts, address) {
		f.fill(v, "/artifacts", names...)
	}
}

// fillScope adds the repository of a kind that always has a scope.
func (f *recordFlags) fillScope(v records.Values, repository string) {
	if info, _ := evidence.LookupKind(f.kind); info.Scoped && f.kind != "approval" {
		f.fill(v, "/scope/repository", repository)
	}
}

// stated are the kinds that people state: all but the seal, which "dossier seal"
// computes.
func stated() []evidence.KindInfo {
	return slices.DeleteFunc(evidence.Kinds(), func(k evidence.KindInfo) bool { return k.Name == "seal" })
}

// newID returns an id that no other record has.
func newID(kind string) (string, error) {
	random := make([]byte, 8)
	_, err := rand.Read(random)
	return kind + "-" + hex.EncodeToString(random), err
}

// kindGroup is a verb whose commands are the kinds of records that it takes.
// Those are made only if the verb is on the command line: there are many.
func (c *Cmd) kindGroup(cmd *cobra.Command, kinds []evidence.KindInfo, command func(evidence.KindInfo) *cobra.Command) *cobra.Command {
	if slices.Contains(c.Args, cmd.Name()) {
		for _, k := range kinds {
			cmd.AddCommand(command(k))
		}
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		var names []string
		for _, sub := range cmd.Commands() {
			names = append(names, sub.Name())
		}
		hint := ""
		if near := strictyaml.Suggest(args[0], names); near != "" {
			hint = fmt.Sprintf("did you mean %q? ", near)
		}
		return usagef("%s: %q is no kind of record: %ssee %s --help", cmd.Name(), args[0], hint, cmd.CommandPath())
	}
	cmd.Args = cobra.ArbitraryArgs
	cmd.FParseErrWhitelist.UnknownFlags = true // the kind is what is wrong then
	return cmd
}
