package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/verify"
)

// addFlags are the flags of a command that states a record of one kind.
type addFlags struct {
	addition
	recordFlags
	record   string
	attach   []string
	decision string // what the verb decides; "" for one that decides nothing
}

func (c *Cmd) addCommand() *cobra.Command {
	return c.kindGroup(&cobra.Command{
		Use:   "add KIND",
		Short: "State something about a release in a dossier: any kind of record",
		Long: `add verifies the dossier (layers 1 to 3, under the trust you give), prints what
is being signed, signs the record with your key and adds it to the file. The
record comes from a file (--record; "dossier new KIND" makes one) or from flags,
one for each of its fields.`,
		Example: `  dossier add incident hello-1.4.0.dossier --record incident.yaml --key id_ed25519 \
    --trust trust.yaml`,
	}, stated(), func(k evidence.KindInfo) *cobra.Command {
		return c.stateCommand(k, k.Name+" FILE|DIR|REF", "Add: "+k.Title, "")
	})
}

// spokenVerb is a verb that people say for a record of some kind.
type spokenVerb struct{ use, kind, decision, short string }

var spoken = []spokenVerb{
	{"reject FILE|DIR|REF", "approval", "rejected", "Add a person's rejection to a dossier"},
	{"withdraw FILE|DIR|REF", "approval", "rejected", "Take an approval of yours back (--supersedes ID)"},
	{"go FILE|DIR|REF", "go-no-go", "go", "Add the decision to release"},
	{"no-go FILE|DIR|REF", "go-no-go", "no-go", "Add the decision not to release"},
}

func (c *Cmd) spokenCommand(s spokenVerb) *cobra.Command {
	info, _ := evidence.LookupKind(s.kind)
	return c.stateCommand(info, s.use, s.short, s.decision)
}

// stateCommand is the command that adds a record of a kind to a dossier.
func (c *Cmd) stateCommand(k evidence.KindInfo, use, short, decision string) *cobra.Command {
	f := &addFlags{recordFlags: recordFlags{kind: k.Name}, decision: decision}
	cmd := &cobra.Command{
		Use: use, Short: short,
		Long: short + `.

The record comes from --record FILE, or from flags. A list of objects takes its
first item from flags; more of them need a file.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return c.state(cmd.Context(), cmd.Name(), args[0], f) },
	}
	f.registerAll(c, cmd)
	f.registerRecord(cmd)
	cmd.Flags().StringArrayVar(&f.attach, "attach", nil, "a document that the record brings along (`FILE`; repeatable)")
	f.recordFlags.register(cmd, c.Args)
	return cmd
}

func (f *addFlags) registerRecord(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.record, "record", "", "the record in YAML (`FILE`)")
}

func (c *Cmd) state(ctx context.Context, verb, path string, f *addFlags) error {
	p, err := f.fromFile(verb) // before anything else is read
	if err != nil {
		return err
	}
	b, err := c.appendable(ctx, verb, path, &f.addition)
	if err != nil {
		return err
	}
	defer b.Close()
	if p == nil {
		st, _ := b.d.Statement(b.report.Release.Statement)
		release, err := evidence.DecodeRecord(st.Statement.Predicate)
		if err != nil {
			return err
		}
		if p, err = c.fromFlags(f, b.signer.identity, func(v records.Values) { f.fillRelease(v, release) }); err != nil {
			return usagef("%s: %w", verb, err)
		}
	}
	if err := f.agrees(verb, p); err != nil {
		return err
	}
	o, err := attachments(ctx, f.attach)
	if err != nil {
		return err
	}
	return c.add(ctx, b, p, o)
}

// fromFile reads the record, if a file holds it.
func (f *addFlags) fromFile(verb string) (evidence.Predicate, error) {
	if f.record == "" {
		return nil, nil
	}
	for i, list := range f.given {
		if len(*list) > 0 {
			return nil, usagef("%s: --record and --%s exclude each other: the file states the whole record", verb, f.flags[i].Name)
		}
	}
	data, err := readFile(f.record)
	if err != nil {
		return nil, err
	}
	p, err := records.ParseYAML(f.record, data, f.kind)
	if err != nil {
		return nil, usageError{err}
	}
	return p, nil
}

// agrees refuses a record that decides otherwise than the verb says.
func (f *addFlags) agrees(verb string, p evidence.Predicate) error {
	decided := ""
	switch x := p.(type) {
	case *evidence.Approval:
		decided = string(x.Decision)
	case *evidence.GoNoGo:
		decided = x.Decision
	}
	switch {
	case f.decision != "" && decided != f.decision:
		return usagef("%s: the record says %q: want %q", verb, decided, f.decision)
	case verb == "withdraw" && p.Head().Supersedes == "":
		return usagef("withdraw: say which approval: --supersedes ID, as \"dossier inspect\" shows it")
	}
	return nil
}

// fromFlags builds a record from flags, from what the verb says, and from what
// is known: who signs, and when.
func (c *Cmd) fromFlags(f *addFlags, signer evidence.Identity, known func(records.Values)) (evidence.Predicate, error) {
	v := f.values()
	f.fill(v, "/decision", f.decision)
	known(v)
	id, err := newID(f.kind)
	if err != nil {
		return nil, err
	}
	f.fill(v, "/id", id)
	now := evidence.At(c.Now()).Format("2006-01-02T15:04:05Z07:00")
	f.fill(v, "/at", now)
	if who := decidedBy[f.kind]; who != "" {
		f.fill(v, who, string(signer))
		if signoff, ok := strings.CutSuffix(who, "/who"); ok {
			f.fill(v, signoff+"/at", now)
		}
	}
	return records.Build(f.kind, v)
}

// decidedBy names the field that says who decided: whoever signs, if nobody else
// is named. What a recorder signs of others is not among these kinds.
var decidedBy = map[string]string{
	"approval": "/approver", "go-no-go": "/approver", "redaction": "/redactor", "review": "/reviewer", "import": "/by",
	"freeze": "/approval/who", "window": "/approval/who",
}

// attachments are documents that go along as materials.
func attachments(ctx context.Context, paths []string) (verify.AppendOptions, error) {
	var o verify.AppendOptions
	for _, path := range paths {
		blob, err := bundle.FileBlob(ctx, path)
		if err != nil {
			return o, usagef("--attach %s: %w", path, reason(err))
		}
		o.Blobs = append(o.Blobs, verify.NamedBlob{
			Name: evidence.SafeMaterialName("attached/" + blob.Digest.Short() + "/" + filepath.Base(path)), OriginalName: filepath.Base(path),
			MediaType: evidence.MediaTypeOctets, Blob: blob,
		})
	}
	return o, nil
}
