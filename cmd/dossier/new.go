package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/git"
	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/report"
)

// newFlags are the flags of a command that writes a template.
type newFlags struct {
	recordFlags
	title                              string
	dir, release, dossier, waive, file string
	component                          string
	tag                                string // --release as it was given
	top                                string // of the repository that dir is in; dir if that is it, "" without one
}

func (c *Cmd) newCommand() *cobra.Command {
	release := evidence.KindInfo{Name: records.ReleaseKind, Title: "Parts of the release statement"}
	return c.kindGroup(&cobra.Command{
		Use:   "new KIND",
		Short: "Write a template of a record for a person to fill in",
		Long: `new writes a record as YAML with every field explained and everything filled in
that is known: the repository, the release, the time. What a flag says is filled
in as well. The file goes to ` + records.Root + `/VERSION, where create finds it,
or to --output.`,
		Example: `  dossier new exception --for sod/approver-not-author --release 4.3.0
  dossier new incident --dossier payments-4.2.0.dossier -o incident.yaml`,
	}, append(stated(), release), c.templateCommand)
}

func (c *Cmd) templateCommand(k evidence.KindInfo) *cobra.Command {
	f := &newFlags{recordFlags: recordFlags{kind: k.Name}, title: k.Title}
	cmd := &cobra.Command{
		Use: k.Name, Short: "Template: " + k.Title,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.template(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.dir, "dir", "C", ".", "the repository (`DIR`)")
	flags.StringVar(&f.release, "release", "", "the release it is about, or its tag (`VERSION`)")
	flags.StringVar(&f.component, "component", "", "the component, in a repository of several (`NAME`)")
	flags.StringVar(&f.dossier, "dossier", "", "take what is known of the release from its dossier (`FILE`)")
	if k.Name == "exception" {
		flags.StringVar(&f.waive, "for", "", "the control that it waives (`CONTROL`)")
		complete(cmd, "for", controlIDs())
	}
	flags.StringVarP(&f.file, "output", "o", "", "`FILE` to write (default in "+records.Root+"/VERSION)")
	f.register(cmd, c.Args)
	c.registerRemote(cmd)
	c.registerResult(cmd)
	return cmd
}

// template writes the template of a record.
func (c *Cmd) template(ctx context.Context, f *newFlags) error {
	f.tag, f.release = f.release, versionOf(f.release)
	v := f.values()
	if err := f.fillControl(v); err != nil {
		return err
	}
	who, err := c.fillKnown(ctx, f, v)
	if err != nil {
		return err
	}
	id, err := newID(f.kind)
	if err != nil {
		return err
	}
	f.fill(v, "/id", id)
	f.fill(v, "/at", evidence.At(c.Now()).Format("2006-01-02T15:04:05Z07:00"))
	if v["/title"] == nil && f.kind == "exception" && v["/policyReference"] != nil && v["/scope/repository"] != nil {
		v["/title"] = []string{"Exception: " + v["/policyReference"][0] + " for " + v["/scope/repository"][0]}
	}
	data, err := records.Template(f.kind, v)
	if err != nil {
		return usagef("new %s: %w", f.kind, err)
	}
	out, err := f.output(firstOf(slices.Concat(v["/id"], []string{f.kind})...))
	if err != nil {
		return err
	}
	if err := writeNew(out, 0o644, text(append(comment(who), data...))); err != nil {
		return err
	}
	return c.done(result.Result{Files: []result.File{{Path: out, Change: result.Written}}}, "%s  %s\n", report.Safe(out), f.next(out))
}

// fillControl fills in what an exception from a control says.
func (f *newFlags) fillControl(v records.Values) error {
	if f.waive == "" {
		return nil
	}
	k, ok := policy.Lookup(f.waive)
	if !ok {
		hint := ""
		if near := strictyaml.Suggest(f.waive, controlIDs()); near != "" {
			hint = fmt.Sprintf("did you mean %q? ", near)
		}
		return usagef("--for: unknown control %q: %ssee dossier controls", f.waive, hint)
	}
	if k.Waive == "no" {
		return usagef("--for: no exception waives %s: mend what it found; see dossier explain %s", k.ID, k.ID)
	}
	f.fill(v, "/controls", k.ID)
	f.fill(v, "/policyReference", k.Sections+" "+k.Title)
	return nil
}

// fillKnown fills in what the dossier or the repository says, and returns who
// the person at the keyboard may be.
func (c *Cmd) fillKnown(ctx context.Context, f *newFlags, v records.Values) (who []string, err error) {
	normalScope(v)
	if f.dossier != "" {
		if err := c.fillFromDossier(ctx, f, v); err != nil {
			return nil, err
		}
	}
	info, err := git.Detect(ctx, f.dir, "", c.Env)
	if err != nil || info.TopLevel == "" {
		return nil, nil // a template can be written anywhere
	}
	if f.top = info.TopLevel; info.Prefix == "." {
		f.top = f.dir
	}
	cfg, err := readConfig(homeIn(f.dir, f.top), "")
	if err != nil {
		return nil, err
	}
	if uri, err := evidence.NormalRepository(firstOf(cfg.Repository, info.RemoteURL)); err == nil {
		f.fillScope(v, uri)
	}
	f.fill(v, "/version", f.release)
	if tag := tagOf(info.Releases, firstOf(f.tag, f.release)); tag != "" {
		f.fill(v, "/tag", tag)
		f.fill(v, "/subject/tag", tag)
		if commit, err := git.Commit(ctx, f.dir, tag, c.Env); err == nil {
			f.fill(v, "/commit", string(commit))
			f.fill(v, "/subject/commit", string(commit))
		}
	}
	return c.whoami(info), nil
}

func (c *Cmd) fillFromDossier(ctx context.Context, f *newFlags, v records.Values) error {
	d, err := c.open(ctx, f.dossier, verify.Options{})
	if err != nil {
		return c.cannotRead(err)
	}
	defer d.Close()
	for _, st := range d.Statements() {
		if !st.IsRelease() {
			continue
		}
		r, err := evidence.DecodeRecord(st.Statement.Predicate)
		if err != nil {
			return usagef("--dossier %s: %w", f.dossier, err)
		}
		if f.release != "" && f.release != r.Version {
			return usagef("--dossier %s: it is of version %s, --release says %s", f.dossier, r.Version, f.release)
		}
		f.release = r.Version
		f.fillRelease(v, r)
		return nil
	}
	return usagef("--dossier %s: there is no release statement in it", f.dossier)
}

// versionOf returns the version of a release that is given by tag or version, as
// create does. What cannot name a tag, such as a path, stays as it is.
func versionOf(release string) string {
	if !fs.ValidPath(release) {
		return release
	}
	return collect.TagVersion(release)
}

// tagOf returns the tag of a version among those of the repository.
func tagOf(tags []string, version string) string {
	for _, prefix := range []string{"", "v"} {
		if version != "" && slices.Contains(tags, prefix+version) {
			return prefix + version
		}
	}
	return ""
}

// whoami lists the identities that the person at the keyboard may state.
func (c *Cmd) whoami(info git.Info) []string {
	var who []string
	if info.UserEmail != "" {
		who = append(who, "mailto:"+info.UserEmail+"  (git config user.email)")
	}
	if info.SigningFormat != "ssh" || info.SigningKey == "" {
		return who
	}
	s := &surroundings{top: info.TopLevel}
	if err := c.useKey(s, gitKey(info)); err == nil {
		who = append(who, string(s.public.Identity())+"  (git config user.signingkey)")
	}
	return who
}

// comment tells who may stand where a person is asked for.
func comment(who []string) []byte {
	var b strings.Builder
	for i, w := range who {
		if i == 0 {
			b.WriteString("# You may be known as:\n")
		}
		b.WriteString("#   " + report.SafeLine(w) + "\n")
	}
	return []byte(b.String())
}

// output is the file to write; its directory is made if it is the one that
// create looks into.
func (f *newFlags) output(name string) (string, error) {
	if f.file != "" {
		return f.file, nil
	}
	if f.release == "" {
		return "", usagef("new %s: say where it goes: --release VERSION, for %s/VERSION, or --output FILE", f.kind, records.Root)
	}
	if f.top == "" {
		return "", usagef("new %s: %s is in no git repository, where create looks for %s: name one with --dir, or say where it goes with --output FILE", f.kind, f.dir, records.Root)
	}
	dir := homeIn(f.dir, f.top)
	cfg, err := readConfig(dir, "")
	if err != nil {
		return "", err
	}
	component, err := f.componentOf(&cfg)
	if err != nil {
		return "", err
	}
	in, err := records.Dir(component, f.release)
	if err == nil && cfg.Collect.Records.Value != "" {
		in = recordsDir(cfg.Collect.Records.Value, component, f.release)
	}
	if err != nil {
		return "", usagef("--release: %w", err)
	}
	dir = filepath.Join(dir, filepath.FromSlash(in))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", usagef("%s is not written: %w", dir, reason(err))
	}
	return filepath.Join(dir, filepath.Base(evidence.SafeMaterialName(name))+".yaml"), nil
}

// componentOf returns the component whose records create looks for.
func (f *newFlags) componentOf(cfg *config) (string, error) {
	if len(cfg.Components) > 0 && f.component == "" {
		return "", usagef("new %s: %s has several components: say which with --component NAME", f.kind, cfg.file)
	}
	list, err := cfg.products(f.release, f.component)
	if err != nil {
		return "", err
	}
	return list[0].Component, nil
}

// next says what to do with the filled template.
func (f *newFlags) next(out string) string {
	kind, _ := evidence.LookupKind(f.kind)
	words := shell([]string{"dossier", "add", f.kind, "FILE", "--record", out, "--key", "KEY"}, 4)
	switch {
	case f.kind == records.ReleaseKind:
		return "fill it in; \"dossier create\" reads it"
	case kind.Scoped && f.dossier == "" && f.waive == "":
		words = shell([]string{"dossier", "attest", f.kind, "--record", out, "--key", "KEY", "-o", f.kind + ".sigstore.json"}, 4)
	}
	return "fill it in, then:\n  " + words
}
