package provenance

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

const (
	generators = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"
	// runnerBuilder is the builder that npm's client names: no workflow of
	// anybody in particular, only GitHub's runner.
	runnerBuilder = "https://github.com/actions/runner"
	hosted        = "github-hosted"
	// GoogleBuilder is the builder of Google Cloud Build. With "@v0.2" or "@v0.3"
	// it is one version of it; provenance v1 names none.
	GoogleBuilder = "https://cloudbuild.googleapis.com/GoogleHostedWorker"
)

// Generator is a reusable workflow whose provenance the calling project cannot
// influence.
type Generator struct {
	// Workflow is its address without reference.
	Workflow string
	// Delegator signs for other reusable workflows, the builders that provenance
	// then names ("bring your own builder"). These may commit before they build,
	// and name a later commit than the run's.
	Delegator bool
}

// Known are the generators that count as builders if nobody says which one is
// expected: those of slsa-github-generator. A delegator then counts only for
// builders of that repository.
func Known() []Generator { return slices.Clone(knownGenerators) }

var knownGenerators = []Generator{
	{generators + "generator_generic_slsa3.yml", false},
	{generators + "generator_container_slsa3.yml", false},
	{generators + "builder_go_slsa3.yml", false},
	{generators + "builder_container-based_slsa3.yml", false},
	{generators + "builder_docker-based_slsa3.yml", false},
	{generators + "delegator_generic_slsa3.yml", true},
	{generators + "delegator_lowperms-generic_slsa3.yml", true},
}

// Builder is the builder that is expected. The zero Builder is one of Known at
// a release.
type Builder struct {
	// ID is the address of a workflow, [GoogleBuilder], or
	// "https://github.com/actions/runner/github-hosted" (or self-hosted) for a
	// workflow of the source repository itself on that runner. "@v1.2.3" or
	// "@refs/..." after it asks for that reference.
	ID string
	// Issuer is the OpenID Connect issuer that must have vouched for the workflow;
	// "" for [GitHubIssuer].
	Issuer string
	// Unreleased accepts a builder at a branch or a pre-release. Without it a
	// builder stands at a tag vMAJOR.MINOR.PATCH, at the reference that ID names,
	// or, if it is a workflow of the source repository, at the source's own.
	Unreleased bool
}

// Proven is a builder that the certificate proves.
type Proven struct {
	// ID is the builder, with its reference.
	ID string
	// Delegated: a delegator signed for it.
	Delegated bool
	// Own: it is a workflow of the source repository, so that whoever writes the
	// source writes the provenance.
	Own bool
}

// Proves finds out which builder the certificate proves, and whether it is the
// one expected. The certificate decides, never the statement alone: it may name
// whom it likes. What the statement says must agree.
func (b Builder) Proves(s *Summary, c Certificate) (Proven, []Mismatch) {
	issuer := b.Issuer
	if issuer == "" {
		issuer = GitHubIssuer
	}
	if c.Issuer != issuer {
		return Proven{}, one(BuilderUntrusted, "%.200q vouches for the signer, expected %.200q", c.Issuer, issuer)
	}
	name, ref, ok := strings.Cut(c.Subject, "@")
	if !ok {
		return Proven{}, one(BuilderUntrusted, "the signer %.200q is no workflow with a reference", c.Subject)
	}
	p := Proven{ID: c.Subject, Own: c.Repository != "" && strings.HasPrefix(name, c.Repository+"/")}
	want, wantRef, pinned := strings.Cut(b.ID, "@")
	known, generator := generatorOf(name)
	switch {
	case pinned && wantRef == "": // an empty variable must not mean any reference
		return Proven{}, one(BuilderUnknown, "%.200q: nothing stands after the @", b.ID)
	case want == runnerBuilder || strings.HasPrefix(want, runnerBuilder+"/") && isRunner(want):
		return b.runner(s, c, want)
	case want != "" && !isWorkflow(want):
		return Proven{}, one(BuilderUnknown, "%.200q", b.ID)
	case generator && known.Delegator && want != name:
		return b.delegated(s, ref)
	case want == "" && !generator, want != "" && name != want:
		return Proven{}, one(BuilderUntrusted, "the signer is %.300q, expected %s", c.Subject, b)
	}
	var list []Mismatch
	if wantRef != "" && ref != wantRef && ref != tagPrefix+wantRef {
		list = one(BuilderUntrusted, "the builder is at %.200q, expected %.200q", ref, wantRef)
	} else if m := b.released(ref, wantRef != "" || p.Own && ref == c.Ref); m != nil {
		list = append(list, *m)
	}
	if s.BuilderID != "" && s.BuilderID != c.Subject && !isRunnerID(s.BuilderID) {
		list = append(list, Mismatch{BuilderMismatch, fmt.Sprintf("the statement names the builder %.300q, the signer is %.300q", s.BuilderID, c.Subject)})
	}
	return p, list
}

// delegated judges provenance that a delegator signed for another workflow,
// which the statement names.
func (b Builder) delegated(s *Summary, delegatorRef string) (Proven, []Mismatch) {
	p := Proven{ID: s.BuilderID, Delegated: true}
	var list []Mismatch
	if m := b.released(delegatorRef, false); m != nil {
		m.Text = "the delegator: " + m.Text
		list = append(list, *m)
	}
	name, ref, _ := strings.Cut(s.BuilderID, "@")
	want, wantRef, _ := strings.Cut(b.ID, "@")
	switch {
	case want == "" && !strings.HasPrefix(name, generators), want != "" && name != want:
		return p, append(one(BuilderUntrusted, "the builder is %.300q, expected %s", s.BuilderID, b), list...)
	case wantRef != "" && ref != wantRef && ref != tagPrefix+wantRef:
		return p, append(one(BuilderUntrusted, "the builder is at %.200q, expected %.200q", ref, wantRef), list...)
	}
	if m := b.released(ref, wantRef != ""); m != nil {
		list = append(list, *m)
	}
	return p, list
}

// runner judges provenance by a workflow of the source, of which only the
// runner is asked. Older provenance names it without "/github-hosted".
func (b Builder) runner(s *Summary, c Certificate, want string) (Proven, []Mismatch) {
	kind := func(id string) string {
		id, _, _ = strings.Cut(id, "@")
		if id == runnerBuilder {
			return hosted
		}
		return strings.TrimPrefix(id, runnerBuilder+"/")
	}
	p := Proven{ID: s.BuilderID, Own: true}
	switch {
	case !isRunnerID(s.BuilderID):
		return p, one(BuilderMismatch, "the statement names the builder %.300q, expected %s", s.BuilderID, b)
	case kind(s.BuilderID) != kind(want):
		return p, one(RunnerMismatch, "the statement names the runner %.200q, expected %s", s.BuilderID, b)
	case c.Runner == "":
		return p, one(RunnerMismatch, "the certificate does not say on which runner the build ran")
	case c.Runner != kind(want):
		return p, one(RunnerMismatch, "the certificate says that the runner was %.100q, expected %s", c.Runner, b)
	}
	return p, nil
}

// released checks that a builder stands at a release, or where it was expected.
func (b Builder) released(ref string, asked bool) *Mismatch {
	if asked || b.Unreleased {
		return nil
	}
	tag, ok := strings.CutPrefix(ref, tagPrefix)
	if !ok || !semver.IsValid(tag) || semver.Canonical(tag) != tag || semver.Prerelease(tag) != "" {
		return &Mismatch{BuilderRef, fmt.Sprintf("%.200q is no release vMAJOR.MINOR.PATCH", ref)}
	}
	return nil
}

// Named compares the builder that the statement names with the one expected.
// It is for provenance that is signed with the builder's own key, which proves
// what it signs.
func (b Builder) Named(s *Summary) []Mismatch {
	want, wantVersion, pinned := strings.Cut(b.ID, "@")
	name, version, _ := strings.Cut(s.BuilderID, "@")
	switch {
	case pinned && wantVersion == "":
		return one(BuilderUnknown, "%.200q: nothing stands after the @", b.ID)
	case want == "":
		return nil
	case name != want:
		return one(BuilderMismatch, "the builder is %.300q, expected %s", s.BuilderID, b)
	case wantVersion != "" && version != wantVersion && version != tagPrefix+wantVersion:
		return one(BuilderMismatch, "the builder's version is %.200q, expected %.200q", version, wantVersion)
	}
	return nil
}

// OnRunner reports whether only the runner is asked, so that whoever writes the
// source writes the provenance.
func (b Builder) OnRunner() bool { return isRunnerID(b.ID) }

func (b Builder) String() string {
	if b.ID == "" {
		return "one of the known generators"
	}
	return fmt.Sprintf("%.300q", b.ID)
}

func one(c Code, format string, args ...any) []Mismatch {
	return []Mismatch{{c, fmt.Sprintf(format, args...)}}
}

// Delegates reports whether the workflow that signed, with its reference, is a
// known delegator.
func Delegates(subject string) bool {
	name, _, _ := strings.Cut(subject, "@")
	g, ok := generatorOf(name)
	return ok && g.Delegator
}

func generatorOf(workflow string) (Generator, bool) {
	i := slices.IndexFunc(knownGenerators, func(g Generator) bool { return g.Workflow == workflow })
	if i < 0 {
		return Generator{}, false
	}
	return knownGenerators[i], true
}

func isRunner(id string) bool {
	return id == runnerBuilder || id == runnerBuilder+"/"+hosted || id == runnerBuilder+"/self-hosted"
}

func isRunnerID(id string) bool {
	name, _, _ := strings.Cut(id, "@")
	return isRunner(name)
}

// isWorkflow reports whether id has the form of a workflow's address: a file in
// a repository on a host, as certificates name it.
func isWorkflow(id string) bool {
	rest, ok := strings.CutPrefix(id, "https://")
	return ok && strings.Count(rest, "/") >= 3 && (strings.HasSuffix(rest, ".yml") || strings.HasSuffix(rest, ".yaml"))
}
