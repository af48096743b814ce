package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect/deploy"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// promoteFlags are the flags of promote.
type promoteFlags struct {
	addition
	id, supersedes, environment, action, deploymentID string
	digests, changes, targets, published              []string
	requestedBy, executedBy, window, emergency        string
	configVersion, mechanism, track                   string
	started, finished, result                         string
	exitCode                                          int64
	keepOutput, hideCommand                           bool
}

func (c *Cmd) promoteCommand() *cobra.Command {
	var f promoteFlags
	cmd := &cobra.Command{
		Use:   "promote FILE|DIR|REF --env NAME [-- COMMAND...]",
		Short: "Record a deployment, by running its command or from flags",
		Long: `promote verifies the dossier (layers 1 to 3, under the trust you give), runs the
command that deploys, and adds a signed record of when it began and ended, its
result, and the digests it was about. A deployment that fails is recorded too,
and its exit status is that of dossier. Before the command runs, everything that
could keep its record from being signed is checked.

The command's output is shown and, unless --record-output is given, not
recorded. What is recorded, the command itself included, is searched for
credentials; output with one in it is left out. With --json all of it goes to
standard error.

Without a command the flags say what happened, for the hooks of a deploy system.
Whether the release may be deployed is asked before: "dossier verify --gate".`,
		Example: `  dossier promote hello-1.4.0.dossier --env staging --key ci --trust trust.yaml \
    -- kubectl apply -f deploy.yaml
  dossier promote hello-1.4.0.dossier --env production --result success \
    --started 2026-11-19T14:05:00Z --finished 2026-11-19T14:09:00Z \
    --change-request CHG-4411 --window weekday --key ci --trust trust.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			n := len(args)
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				n = dash
			}
			if n != 1 {
				return usagef("promote: want one dossier, then -- and the command if there is one; see dossier promote --help")
			}
			return usageArgs(cobra.ArbitraryArgs)(cmd, args[:n])
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.promote(cmd.Context(), args[0], args[1:], &f) },
	}
	f.registerAll(c, cmd)
	f.register(cmd)
	return cmd
}

func (f *promoteFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	for _, s := range []struct {
		into       *string
		name, note string
	}{
		{&f.environment, "env", "where to: staging, production ... (`NAME`)"},
		{&f.action, "action", "what is done there (`NAME`: deploy, promote, rollback, publish, submit, flag, config; default deploy)"},
		{&f.id, "id", "the record's own id (`ID`; default a new one)"},
		{&f.supersedes, "supersedes", "`ID` of an earlier promotion that this record corrects"},
		{&f.deploymentID, "deployment-id", "the deploy system's own id of it (`ID`)"},
		{&f.requestedBy, "requested-by", "who asked for it: account:HOST:NUMBER, mailto:ADDRESS ... (`IDENTITY`)"},
		{&f.executedBy, "executed-by", "the service that carried it out (`IDENTITY`)"},
		{&f.window, "window", "the change window it uses (`ID`)"},
		{&f.emergency, "emergency", "the emergency record it relies on (`ID`)"},
		{&f.configVersion, "config-version", "version of the configuration in force (`TEXT`)"},
		{&f.mechanism, "rollback-mechanism", "how it rolls back, if it is a rollback (`NAME`: flag, config, redeploy, hotfix-forward)"},
		{&f.track, "track", "store track or channel of an app (`NAME`)"},
		{&f.started, "started", "when it began, without a command (`TIME`, RFC 3339; default now)"},
		{&f.finished, "finished", "when it ended, without a command (`TIME`, RFC 3339; default now)"},
		{&f.result, "result", "how it ended, without a command (`NAME`: success, failure, cancelled, in-progress)"},
	} {
		flags.StringVar(s.into, s.name, "", s.note)
	}
	flags.Int64Var(&f.exitCode, "exit-code", -1, "the command's exit code, if another program ran it (`NUMBER`)")
	flags.StringArrayVar(&f.digests, "digest", nil, "an artifact of the release that it is about (`sha256:HEX` or name; repeatable; default all)")
	flags.StringArrayVar(&f.changes, "change-request", nil, "the ticket that allows it (`ID` or URI; repeatable)")
	flags.StringArrayVar(&f.published, "published", nil, "where the action publish puts an artifact, an SBOM or provenance (`NAME=ADDRESS`; repeatable)")
	flags.StringArrayVar(&f.targets, "target", nil, "account, region or stack of infrastructure (`NAME`; repeatable)")
	flags.BoolVar(&f.keepOutput, "record-output", false, "record the command's output, its beginning and end")
	flags.BoolVar(&f.hideCommand, "hide-command", false, "do not record the command, only that there was one")
	complete(cmd, "action", []string{"deploy", "promote", "rollback", "publish", "submit", "flag", "config"})
	complete(cmd, "result", []string{deploy.Success, deploy.Failure, deploy.Cancelled, "in-progress"})
}

func (c *Cmd) promote(ctx context.Context, path string, command []string, f *promoteFlags) error {
	p, err := c.promotion(f, command)
	if err != nil {
		return err
	}
	b, err := c.appendable(ctx, "promote", path, &f.addition)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.unstated(p); err != nil {
		return err
	}
	if err := f.about(b, p); err != nil {
		return err
	}
	if len(command) == 0 {
		return c.add(ctx, b, p, verify.AppendOptions{})
	}
	return c.deploy(ctx, b, p, command, f)
}

// promotion is what the flags say of it.
func (c *Cmd) promotion(f *promoteFlags, command []string) (*evidence.Promotion, error) {
	if f.environment == "" {
		return nil, usagef("promote: --env is required: where is it deployed to?")
	}
	if err := oneLine(f.environment); err != nil {
		return nil, usagef("promote: --env %q: %w", f.environment, err)
	}
	p := &evidence.Promotion{
		Environment: f.environment, Action: firstOf(f.action, "deploy"), DeploymentID: f.deploymentID,
		RequestedBy: actor(f.requestedBy, evidence.Human), ExecutedBy: actor(f.executedBy, evidence.Service),
		Emergency: f.emergency, ConfigVersion: f.configVersion, RollbackMechanism: f.mechanism,
		Track: f.track, Targets: f.targets,
	}
	p.ID, p.Supersedes = f.id, f.supersedes
	if f.window != "" {
		p.Window = &evidence.WindowUse{Window: f.window}
	}
	for _, change := range f.changes {
		if strings.Contains(change, "://") {
			p.ChangeRequests = append(p.ChangeRequests, evidence.ResourceDescriptor{URI: change})
		} else {
			p.ChangeRequests = append(p.ChangeRequests, evidence.ResourceDescriptor{Name: change})
		}
	}
	if p.ID == "" {
		var err error
		if p.ID, err = newID("promotion"); err != nil {
			return nil, err
		}
	}
	if len(command) > 0 {
		return p, f.onlyWithout(command)
	}
	return p, c.stated(f, p)
}

func actor(id string, kind evidence.ActorKind) *evidence.Actor {
	if id == "" {
		return nil
	}
	return &evidence.Actor{ID: evidence.Identity(id), Kind: kind}
}

// onlyWithout refuses flags that state what running the command shows.
func (f *promoteFlags) onlyWithout(command []string) error {
	for _, flag := range [][2]string{{"started", f.started}, {"finished", f.finished}, {"result", f.result}} {
		if flag[1] != "" {
			return usagef("promote: --%s and a command exclude each other: running %s shows it", flag[0], command[0])
		}
	}
	if f.exitCode >= 0 {
		return usagef("promote: --exit-code and a command exclude each other: running %s shows it", command[0])
	}
	return nil
}

// stated fills in how a deployment went that something else carried out.
func (c *Cmd) stated(f *promoteFlags, p *evidence.Promotion) error {
	if f.keepOutput || f.hideCommand {
		return usagef("promote: --record-output and --hide-command need a command, after --")
	}
	if f.result == "" {
		return usagef("promote: give the command that deploys, after --, or say how it went: --result success, failure, cancelled or in-progress")
	}
	p.Result = f.result
	if f.exitCode >= 0 {
		p.ExitCode = &f.exitCode
	}
	started, finished := evidence.At(c.Now()), evidence.At(c.Now())
	for _, t := range []struct {
		name, text string
		into       *evidence.Time
	}{{"started", f.started, &started}, {"finished", f.finished, &finished}} {
		if t.text == "" {
			continue
		}
		var err error
		if *t.into, err = evidence.ParseTime(t.text); err != nil {
			return usagef("--%s: %w", t.name, err)
		}
	}
	p.At = evidence.Moment(started)
	if p.Result != "in-progress" || f.finished != "" {
		p.FinishedAt = &finished
	}
	return nil
}

// about fills in which release and which of its artifacts it is about.
func (f *promoteFlags) about(b *base, p *evidence.Promotion) error {
	st, _ := b.d.Statement(b.report.Release.Statement)
	r, err := evidence.DecodeRecord(st.Statement.Predicate)
	if err != nil {
		return err
	}
	p.Tag, p.Version, p.Commit = r.Tag.Name, r.Version, evidence.ObjectID(r.Commit)
	artifacts := r.Artifacts
	if len(f.digests) > 0 {
		artifacts = nil
	}
	for _, digest := range f.digests {
		i := slices.IndexFunc(r.Artifacts, func(a evidence.Artifact) bool {
			return a.Name == digest || a.Digest.String() == strings.ToLower(digest)
		})
		if i < 0 {
			return usagef("promote: --digest %s is no artifact of %s %s: \"dossier inspect\" lists them", digest, b.report.Release.Name, r.Version)
		}
		if !slices.Contains(artifacts, r.Artifacts[i]) {
			artifacts = append(artifacts, r.Artifacts[i])
		}
	}
	for _, a := range artifacts {
		p.Artifacts = append(p.Artifacts, a.Subject())
	}
	brings(r, artifacts, p)
	return f.placePublished(p)
}

// brings fills in what comes along with artifacts of the release, as its record has
// it: the changes, and the documents about them. To take a release back, or to
// switch a flag, brings nothing along.
func brings(r *evidence.Record, artifacts []evidence.Artifact, p *evidence.Promotion) {
	if !slices.Contains([]string{"deploy", "promote", "publish", "submit"}, p.Action) {
		return
	}
	for _, ch := range r.Changes {
		p.PullRequests = append(p.PullRequests, evidence.ResourceDescriptor{Name: ch.ID, URI: ch.URI})
	}
	regards := func(at evidence.Attachment) bool {
		return len(at.About) == 0 || slices.ContainsFunc(artifacts, func(a evidence.Artifact) bool {
			return slices.ContainsFunc(a.Digests(), func(d evidence.Digest) bool { return slices.Contains(at.About, d) })
		})
	}
	of := func(list []evidence.Attachment) (named []evidence.ResourceDescriptor) {
		for _, at := range list {
			if !regards(at) {
				continue
			}
			d := evidence.ResourceDescriptor{Digest: at.Material.Set()}
			if i := slices.IndexFunc(r.Materials, func(m evidence.Material) bool { return m.Digest == at.Material }); i >= 0 {
				d.Name = r.Materials[i].Name
			}
			named = append(named, d)
		}
		return named
	}
	p.SBOMs, p.Provenance = of(r.SBOMs), of(r.Provenance)
}

// placePublished says where the artifacts and their documents are put.
func (f *promoteFlags) placePublished(p *evidence.Promotion) error {
	if len(f.published) > 0 && p.Action != "publish" {
		return usagef("promote: --published says where things are put by --action publish")
	}
	for _, text := range f.published {
		name, address, ok := strings.Cut(text, "=")
		if !ok || name == "" || address == "" {
			return usagef("promote: --published %s: want NAME=ADDRESS", text)
		}
		found := false
		for _, list := range [][]evidence.ResourceDescriptor{p.Artifacts, p.SBOMs, p.Provenance} {
			for i := range list {
				if list[i].Name == name && list[i].URI == "" {
					list[i].URI, found = address, true
				}
			}
		}
		if !found {
			return usagef("promote: --published %s: it names no artifact, SBOM or provenance of the promotion, or one twice: \"dossier inspect\" lists them", name)
		}
	}
	return nil
}

// deploy runs the command and records how it went, whatever that is.
func (c *Cmd) deploy(ctx context.Context, b *base, p *evidence.Promotion, command []string, f *promoteFlags) error {
	if !f.hideCommand {
		p.Command = command
	}
	if err := c.beforeDeploying(ctx, b, p); err != nil {
		return err
	}
	stdout := c.Stdout
	if c.asJSON {
		stdout = c.Stderr
	}
	run := deploy.Command{
		Args: command, Env: c.Env, Stdin: c.Stdin, Stdout: stdout, Stderr: c.Stderr,
		KeepOutput: f.keepOutput, SharesTerminal: isTerminal(c.Stdin), Now: c.Now,
	}
	done, err := run.Run(ctx)
	if err != nil {
		return usagef("promote: nothing was deployed, and nothing is recorded: %w", err)
	}
	recording := context.WithoutCancel(ctx) // what happened is recorded even if it was interrupted
	o, err := c.ended(recording, b, p, done)
	if err == nil {
		err = c.add(recording, b, p, o)
	}
	if err != nil {
		c.notRecorded(p, done, err)
	}
	if done.ExitCode != 0 {
		return exitStatus(done.ExitCode)
	}
	if err != nil {
		return exitStatus(2)
	}
	return nil
}

// beforeDeploying checks everything that could keep the record from being
// signed once it is too late.
func (c *Cmd) beforeDeploying(ctx context.Context, b *base, p *evidence.Promotion) error {
	would := *p
	now := evidence.At(c.Now())
	would.At, would.FinishedAt, would.Result = evidence.Moment(now), &now, deploy.Success
	err := evidence.ValidateFacts(&would)
	if err == nil {
		err = evidence.CheckWritten(&would)
	}
	if err != nil {
		return usagef("promote: %w", err)
	}
	a := intent{&would, b.about(), b.report.Release.Repository}
	if err := c.mayState(a, b.signer, b.options, b.anyway); err != nil {
		return err
	}
	facts, err := a.facts()
	if err != nil {
		return err
	}
	return c.searchCredentials(ctx, b.allow, facts, nil, nil)
}

// ended writes into p how the command ended. Output that holds what looks like
// a credential is left out: the deployment has happened and is recorded.
func (c *Cmd) ended(ctx context.Context, b *base, p *evidence.Promotion, done deploy.Outcome) (verify.AppendOptions, error) {
	finished, code := evidence.At(done.Finished), int64(done.ExitCode)
	p.At, p.FinishedAt, p.Result, p.ExitCode = evidence.Moment(evidence.At(done.Started)), &finished, done.Result, &code
	if len(done.Output) == 0 {
		return verify.AppendOptions{}, nil
	}
	if err := c.searchCredentials(ctx, b.allow, done.Output, nil, nil); err != nil {
		var usage usageError
		if !errors.As(err, &usage) {
			return verify.AppendOptions{}, err
		}
		fmt.Fprintln(c.Stderr, "dossier: the command's output is left out of the record: it may hold a credential")
		return verify.AppendOptions{}, nil
	}
	log := bundle.BytesBlob(done.Output)
	name := "deploy/" + log.Digest.Short() + ".log"
	p.Output = &evidence.ResourceDescriptor{Name: name, Digest: log.Digest.Set()}
	return verify.AppendOptions{Blobs: []verify.NamedBlob{{Name: name, MediaType: "text/plain", Blob: log}}}, nil
}

// notRecorded says how to record a deployment whose record failed.
func (c *Cmd) notRecorded(p *evidence.Promotion, done deploy.Outcome, err error) {
	var status exitStatus
	if !errors.As(err, &status) {
		fmt.Fprintf(c.Stderr, "dossier: %s\n", report.Safe(err.Error()))
	}
	fmt.Fprintf(c.Stderr, "dossier: the command ran and is NOT recorded: give the same flags without the command, and\n  %s\n",
		shell([]string{"--id", p.ID, "--result", done.Result, "--exit-code", fmt.Sprint(done.ExitCode),
			"--started", evidence.At(done.Started).Format("2006-01-02T15:04:05Z07:00"),
			"--finished", evidence.At(done.Finished).Format("2006-01-02T15:04:05Z07:00")}, 2))
}
