package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect/secrets"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/trust"
)

// addition has the flags of every verb that signs a statement.
type addition struct {
	judge  judgeFlags
	sign   signFlags
	output string
	anyway bool
	allow  []string
}

func (a *addition) register(cmd *cobra.Command, output string) {
	a.judge.registerTrust(cmd)
	a.sign.register(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&a.anyway, "anyway", false, "sign even if whoever verifies by the given trust sets it aside")
	flags.StringArrayVar(&a.allow, "allow-credential", nil, "what looks like a credential and is none (`RULE:FINGERPRINT:REASON`; repeatable)")
	flags.StringVarP(&a.output, "output", "o", "", output)
}

// registerAll is register with what every verb has that adds to a dossier.
func (a *addition) registerAll(c *Cmd, cmd *cobra.Command) {
	a.register(cmd, outputInPlace)
	c.registerRemote(cmd)
	c.registerResult(cmd)
}

const outputInPlace = "write to `FILE` instead of adding to the dossier in place"

// base is a dossier that has been verified and may be built upon (rules of
// format, R14), and who is about to.
type base struct {
	*addition
	verb    string
	path    string
	d       *bundle.Dossier
	signer  *signer
	options verify.Options
	report  *verify.Report
	signed  []result.Statement // what was added
	// imported is the number of signatures of others that were.
	imported int
}

func (b *base) Close() { b.d.Close() }

// base opens and verifies the dossier at path, before anything is signed.
func (c *Cmd) base(ctx context.Context, verb, path string, a *addition) (*base, error) {
	signer, err := c.signerOf(ctx, verb, a)
	if err != nil {
		return nil, err
	}
	b, err := c.unsigned(ctx, verb, path, a)
	if err != nil {
		return nil, err
	}
	b.signer = signer
	return b, nil
}

// unsigned is base without anybody who signs.
func (c *Cmd) unsigned(ctx context.Context, verb, path string, a *addition) (*base, error) {
	b := &base{addition: a, verb: verb, path: path}
	var err error
	if a.output != "" {
		if err := mustBeNew(a.output); err != nil {
			return nil, err
		}
	}
	if b.options, err = a.judge.options(c, c.Now()); err != nil {
		return nil, err
	}
	if b.options.Trust == nil {
		return nil, usagef("%s: say whose release statement you trust: --trust FILE or --signer FINGERPRINT; \"dossier verify %s\" lists the signers", verb, path)
	}
	b.options.Target = path
	if b.d, err = c.open(ctx, path, b.options); err != nil {
		return nil, c.cannotRead(err)
	}
	if err := b.verify(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// verify looks at the dossier, again after something was added to it.
func (b *base) verify(ctx context.Context) (err error) {
	b.report, err = verify.Bundle(ctx, b.d, verify.ExpectAnyUnsafe(), b.options)
	return err
}

// appendable is base for a new statement, which needs all others to count.
func (c *Cmd) appendable(ctx context.Context, verb, path string, a *addition) (*base, error) {
	b, err := c.base(ctx, verb, path, a)
	if err != nil {
		return nil, err
	}
	if err := b.report.Appendable(); err != nil {
		b.Close()
		return nil, c.nothingAdded(b, err)
	}
	return b, nil
}

// nothingAdded says why the dossier cannot be built upon.
func (c *Cmd) nothingAdded(b *base, err error) error {
	fmt.Fprintf(c.Stderr, "dossier: %s: nothing is added: %s\n", report.Safe(b.path), report.Safe(err.Error()))
	return exitStatus(max(b.report.Verdict.ExitCode(), 1))
}

func (c *Cmd) signerOf(ctx context.Context, verb string, a *addition) (*signer, error) {
	anchors, err := a.judge.allAnchors(c, c.Now())
	if err != nil {
		return nil, err
	}
	return c.signerFor(ctx, verb, &a.sign, anchors)
}

// about names the release of b for people.
func (b *base) about() string {
	r := b.report.Release
	return fmt.Sprintf("%s %s of %s, state %s", r.Name, r.Version, r.Repository, b.report.State.Short())
}

// unstated refuses a record that the same signer has stated already, as a hook
// does that is run again: an id is never used twice (rules of format, R18), unless
// to add what only time brings.
func (b *base) unstated(p evidence.Predicate) error {
	kind, _ := evidence.KindOf(p)
	for _, s := range b.report.Signers {
		if s.Identity != b.signer.identity {
			continue
		}
		if earlier := b.stated(s.Statement, kind, p.Head().ID); earlier != nil && !completes(earlier, p) {
			return usagef("%s: you have stated the %s %s already: a correction has an id of its own and names this one with --supersedes", b.verb, kind.Name, p.Head().ID)
		}
	}
	return nil
}

// completes reports whether a record says all that an earlier statement of it
// says, and something that the earlier one left open: the review of an emergency.
// What a promotion was is known when it ends.
func completes(earlier, later evidence.Predicate) bool {
	if _, ok := later.(*evidence.Promotion); ok || !slices.Equal(evidence.GateFields(earlier), evidence.GateFields(later)) {
		return false
	}
	was, is := members(earlier), members(later)
	for name, value := range was {
		if !bytes.Equal(value, is[name]) && !continues(name) {
			return false
		}
	}
	return slices.ContainsFunc(slices.Collect(maps.Keys(is)), func(name string) bool { return was[name] == nil })
}

// continues reports whether a member tells of work that goes on after the fact, or
// is a list whose items are compared as gates see them.
func continues(name string) bool {
	return slices.Contains([]string{"followUps", "links", "waivedChecks"}, name)
}

// members are what a record states, by name, without what the tool adds.
func members(p evidence.Predicate) (fields map[string]json.RawMessage) {
	text, err := strictjson.Marshal(p)
	if err != nil || json.Unmarshal(text, &fields) != nil {
		return nil
	}
	maps.DeleteFunc(fields, func(name string, _ json.RawMessage) bool {
		return name == "parents" || name == "release" || name == "materials"
	})
	return fields
}

// stated returns the record of that kind and id that a statement is; nil if it is
// another.
func (b *base) stated(statement evidence.Digest, kind evidence.KindInfo, id string) evidence.Predicate {
	st, ok := b.d.Statement(statement)
	if !ok || st.Statement.PredicateType != kind.Type {
		return nil
	}
	p, err := evidence.DecodeKind(kind.Type, st.Statement.Predicate)
	if err != nil || p.Head().ID != id {
		return nil
	}
	return p
}

// noteSuperseded says so if what a record corrects is not in the dossier: it may
// be misspelled.
func (c *Cmd) noteSuperseded(b *base, p evidence.Predicate) {
	kind, _ := evidence.KindOf(p)
	id := p.Head().Supersedes
	known := func(st *bundle.Statement) bool { return b.stated(st.ID, kind, id) != nil }
	if id != "" && !slices.ContainsFunc(b.d.Statements(), known) {
		fmt.Fprintf(c.Stderr, "dossier: note: no statement here is the %s %s that this one supersedes\n", kind.Name, report.Safe(id))
	}
}

// add signs p and adds it to the dossier.
func (c *Cmd) add(ctx context.Context, b *base, p evidence.Predicate, o verify.AppendOptions) error {
	if err := c.signOnto(ctx, b, p, o); err != nil {
		return err
	}
	if err := c.writeAddition(ctx, b.d, b.path, b.output); err != nil {
		return err
	}
	return c.doneOnto(b, "%s added by %s", report.Safe(p.Head().ID), b.signer.name)
}

// signOnto signs p and adds it to what is in memory.
func (c *Cmd) signOnto(ctx context.Context, b *base, p evidence.Predicate, o verify.AppendOptions) error {
	if err := b.unstated(p); err != nil {
		return err
	}
	payload, err := b.report.Append(b.d, p, b.signer.key, o)
	if err != nil {
		return usagef("%s: %w", b.verb, err)
	}
	if p, err = recordIn(payload); err != nil { // with what the dossier adds to it
		return err
	}
	var blobs []bundle.Blob
	var searched []evidence.Material
	for _, m := range p.Head().Materials {
		blob, ok := b.d.Blob(m.Digest)
		if !ok {
			return fmt.Errorf("material %s is not in the dossier", m.Name)
		}
		if m.MediaType != evidence.MediaTypeForgeToken { // it is for one statement, and opens nothing
			searched, blobs = append(searched, m), append(blobs, blob)
		}
	}
	// What is found is not printed either.
	if err := c.searchCredentials(ctx, b.allow, payload, searched, blobs); err != nil {
		return err
	}
	c.noteSuperseded(b, p)
	if err := c.beforeSigning(intent{p, b.about(), b.report.Release.Repository}, b.signer, b.options, b.anyway); err != nil {
		return err
	}
	raw, err := attest.Sign(ctx, b.signer, payload)
	if err != nil {
		return err
	}
	return b.take(raw, p.Head().ID)
}

// recordIn reads the record in the payload of a statement.
func recordIn(payload []byte) (evidence.Predicate, error) {
	st, err := attest.ParseStatement(payload)
	if err != nil {
		return nil, err
	}
	return evidence.DecodeKind(st.PredicateType, st.Predicate)
}

// alone signs a record that stands by its scope and writes it to a file of its
// own (rules of format, R9).
func (c *Cmd) alone(ctx context.Context, verb string, p evidence.Predicate, signer *signer, a *addition) error {
	err := p.Validate()
	if err == nil {
		err = evidence.CheckWritten(p)
	}
	if err != nil {
		return usagef("%s: %w", verb, err)
	}
	o, err := a.judge.options(c, c.Now())
	if err != nil {
		return err
	}
	scope := p.Head().Scope
	subjects, err := scope.Subjects()
	if err != nil {
		return err
	}
	kind, _ := evidence.KindOf(p)
	payload, err := attest.NewStatement(subjects, kind.Type, p)
	if err != nil {
		return err
	}
	if err := c.searchCredentials(ctx, a.allow, payload, nil, nil); err != nil {
		return err
	}
	if err := c.beforeSigning(intent{p, aboutScope(scope), scope.Repository}, signer, o, a.anyway); err != nil {
		return err
	}
	raw, err := attest.Sign(ctx, signer, payload)
	if err != nil {
		return err
	}
	if err := writeNew(a.output, 0o644, text(raw)); err != nil {
		return err
	}
	return c.done(result.Result{
		Files:      []result.File{{Path: a.output, Change: result.Written}},
		Statements: []result.Statement{{Digest: evidence.Sum(payload), Signature: evidence.Sum(raw), PredicateType: kind.Type, ID: p.Head().ID}},
		Signer:     signer.told(),
	}, "%s  %s by %s: add it with dossier create --attestation\n", report.Safe(a.output), report.Safe(p.Head().ID), signer.name)
}

func aboutScope(s *evidence.Scope) string {
	what := "all of"
	if len(s.Commits) > 0 {
		what = "commit " + strings.Join(s.Commits, ", ") + " of"
	}
	return what + " " + s.Repository
}

// intent is a record that is about to be signed.
type intent struct {
	record     evidence.Predicate
	what       string // what it is about, for people
	repository string
}

// facts returns the record's JSON as its author stated it, without what the
// tool adds.
func (a intent) facts() ([]byte, error) {
	h := *a.record.Head()
	defer evidence.Link(a.record, h.Release, h.Parents, h.Materials)
	evidence.Link(a.record, nil, nil, nil)
	return strictjson.Marshal(a.record)
}

// beforeSigning prints what is about to be signed, and refuses a statement that
// whoever verifies by the given trust would set aside, unless the signer wants
// it anyway. Without trust there is nothing to ask.
func (c *Cmd) beforeSigning(a intent, s *signer, o verify.Options, anyway bool) error {
	kind, _ := evidence.KindOf(a.record)
	name := kind.Name + " " + a.record.Head().ID + " about"
	if x, ok := a.record.(*evidence.Approval); ok {
		name = string(x.Decision)
	}
	facts, err := a.facts()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Stderr, "about to sign: %s %s, as %s\n%s", report.Safe(name), report.Safe(a.what), report.Safe(s.name), indented(facts))
	return c.mayState(a, s, o, anyway)
}

// mayState asks the given trust whether the signer may state the record.
func (c *Cmd) mayState(a intent, s *signer, o verify.Options, anyway bool) error {
	if o.Trust == nil {
		return nil
	}
	d, err := mayState(o.Trust, s, a.record, a.repository, c.Now())
	if err != nil {
		return err
	}
	kind, _ := evidence.KindOf(a.record)
	switch {
	case !d.Allowed:
		return c.setAside(kind.Name, d, anyway)
	case d.Threshold > 1:
		fmt.Fprintf(c.Stderr, "dossier: note: it counts once %d people have signed it: the others use \"dossier sign\"\n", d.Threshold)
	}
	return nil
}

// setAside refuses to sign what would not count, or warns of it.
func (c *Cmd) setAside(kind string, d trust.Decision, anyway bool) error {
	why := fmt.Sprintf("whoever verifies by the trust you gave sets this %s aside (%s): %s", kind, d.Code, report.Safe(d.Detail))
	if anyway {
		fmt.Fprintf(c.Stderr, "dossier: warning: %s\n", why)
		return nil
	}
	fmt.Fprintf(c.Stderr, "dossier: nothing is signed: %s; give a trust document that lets you state it, or --anyway to sign for those who verify by another one\n", why)
	return exitStatus(verify.NotAccepted.ExitCode())
}

// maxFacts is the most lines of a record that are printed before it is signed.
const maxFacts = 60

// indented lays out JSON so that nothing in it reaches the terminal raw.
func indented(raw []byte) string {
	var laidOut bytes.Buffer
	if json.Indent(&laidOut, raw, "  ", "  ") != nil {
		return "" // it was marshalled a moment ago
	}
	lines := strings.Split(laidOut.String(), "\n")
	var b strings.Builder
	for i, line := range lines {
		if i == maxFacts {
			fmt.Fprintf(&b, "  and %s\n", counted(len(lines)-i, "more line", "more lines"))
			break
		}
		if i == 0 {
			line = "  " + line
		}
		b.WriteString(report.SafeLine(line) + "\n")
	}
	return b.String()
}

// searchCredentials refuses to sign what looks like a credential and is not
// allowed by name.
func (c *Cmd) searchCredentials(ctx context.Context, allow []string, payload []byte, materials []evidence.Material, blobs []bundle.Blob) error {
	scanner, err := credentialScanner(allow)
	if err != nil {
		return err
	}
	found, err := scanner.Release(ctx, payload, materials, blobs)
	if err != nil {
		return err
	}
	denied := found.Denied()
	if len(denied) == 0 && len(found.Cut) == 0 {
		return nil
	}
	for _, hit := range denied {
		fmt.Fprintf(c.Stderr, "  %s\n", report.Safe(hit.String()))
	}
	return usagef("nothing is signed: it holds %s: take out and revoke what is one; what is none is allowed with --allow-credential RULE:FINGERPRINT:REASON", secrets.Count(len(denied)))
}

func credentialScanner(allow []string) (*secrets.Scanner, error) {
	var list []secrets.Allow
	for _, text := range allow {
		parts := strings.SplitN(text, ":", 3)
		if len(parts) != 3 {
			return nil, usagef("--allow-credential %s: want RULE:FINGERPRINT:REASON, as the finding names them", text)
		}
		list = append(list, secrets.Allow{Rule: parts[0], Fingerprint: parts[1], Reason: parts[2]})
	}
	scanner, err := secrets.New(list)
	if err != nil {
		return nil, usagef("--allow-credential: %w", err)
	}
	return scanner, nil
}
