package main

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/slsa"
)

// provenanceFlags are the flags of verify-provenance.
type provenanceFlags struct {
	bundleFlags // of the signature: bundle, key, roots, issuer, at, asJSON

	source, tag, versionedTag, branch, commit, workflow string
	builder, packageName, packageVersion                string
	googleKeys, npmKeys                                 string
	inputs                                              []string
	unreleased                                          bool
}

func (c *Cmd) verifyProvenanceCommand() *cobra.Command {
	var f provenanceFlags
	cmd := &cobra.Command{
		Use:   "verify-provenance --bundle FILE --source REPOSITORY FILE|DIGEST",
		Short: "Verify the SLSA provenance of one artifact, offline",
		Long: `verify-provenance verifies that a builder built the artifact, a file or its
digest, from the repository that you expect, and from the tag, branch or commit
if you name one. It reads what slsa-github-generator, GitHub's attestations, npm
and Google Cloud Build publish, and opens no socket.

The certificate of the signature decides who the builder is. Without --builder
it must be one of the generators of slsa-framework/slsa-github-generator at a
release; else name the workflow that signs, such as that of your project. What
the provenance says must be what the certificate says, and what you ask and it
does not say fails. docs/provenance.md has the reason codes. A file whose name is
a digest is ./sha256:HEX. The exit status is 0 only if everything is verified.`,
		Example: `  dossier verify-provenance --bundle hello.intoto.jsonl --trusted-root trusted_root.json \
    --source github.com/acme/hello --versioned-tag v1 hello
  dossier verify-provenance --bundle sha256:abc.jsonl --trusted-root trusted_root.json \
    --source github.com/acme/hello --tag v1.4.0 \
    --builder https://github.com/acme/hello/.github/workflows/release.yml hello
  dossier verify-provenance --bundle image.json --google-keys gcb-keys \
    --source github.com/acme/hello sha256:1a03...`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return c.verifyProvenance(args[0], &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.bundle, "bundle", "", "the provenance: a Sigstore bundle, a DSSE envelope, lines of these, npm's or Google's document (`FILE`)")
	flags.StringVar(&f.source, "source", "", "repository that it must be built from (`REPOSITORY`)")
	flags.StringVar(&f.tag, "tag", "", "tag that it must be built from (`TAG`)")
	flags.StringVar(&f.versionedTag, "versioned-tag", "", "version that the tag must begin with: v1 takes v1.2.3, not v10 (`VERSION`)")
	flags.StringVar(&f.branch, "branch", "", "branch that it must be built from (`BRANCH`)")
	flags.StringVar(&f.commit, "commit", "", "commit that it must be built from, the full id (`ID`)")
	flags.StringVar(&f.workflow, "workflow", "", "workflow that must have started the build, its path in the repository (`PATH`)")
	flags.StringArrayVar(&f.inputs, "workflow-input", nil, "input of a build dispatched by hand (`NAME=VALUE`; repeatable)")
	flags.StringVar(&f.builder, "builder", "", "who must have built it: a workflow's address, at @REF if you name one (`ID[@REF]`)")
	flags.BoolVar(&f.unreleased, "unreleased-builder", false, "accept a builder at a branch or a pre-release, to test builders")
	flags.StringVar(&f.issuer, "certificate-oidc-issuer", "", "who must have vouched for the builder (`URL`; default GitHub Actions)")
	flags.StringArrayVar(&f.anchors.roots, "trusted-root", nil, "Sigstore trusted root, JSON or JSONL (`FILE`; repeatable)")
	flags.StringVar(&f.key, "key", "", "the builder's own public key, PEM or OpenSSH, instead of a certificate (`FILE`)")
	flags.StringVar(&f.googleKeys, "google-keys", "", "keys of Google Cloud Build, *.key in PEM, named as slsa-verifier names them (`DIR`)")
	flags.StringVar(&f.npmKeys, "npm-keys", "", "keys of npm's registry, its keys.json (`FILE`)")
	flags.StringVar(&f.packageName, "package-name", "", "name of the npm package (`NAME`)")
	flags.StringVar(&f.packageVersion, "package-version", "", "version of the npm package (`VERSION`)")
	flags.StringVar(&f.at, "as-of", "", "the moment of judgement, RFC 3339 (`TIME`; default now)")
	flags.BoolVar(&f.asJSON, "json", false, "print every check, and what the provenance says, as JSON")
	return cmd
}

// provenanceAnswer is the JSON of verify-provenance.
type provenanceAnswer struct {
	*slsa.Result
	Meaning string `json:"meaning,omitempty"`
	Fix     string `json:"fix,omitempty"`
}

func (c *Cmd) verifyProvenance(target string, f *provenanceFlags) error {
	if f.bundle == "" {
		return usagef("--bundle: name the file of the provenance")
	}
	at, err := f.moment(c.Now())
	if err != nil {
		return err
	}
	expect, err := f.expect()
	if err != nil {
		return err
	}
	v, err := f.slsaVerifier()
	if err != nil {
		return err
	}
	artifact, err := artifactOf(target)
	if err != nil {
		return err
	}
	raw, err := readBundle(f.bundle)
	if err != nil {
		return err
	}
	r := v.Verify(raw, artifact, expect, at)
	meaning, fix := slsa.Explain(r.Code)
	fix = remedy(r.Code, fix)
	if f.asJSON {
		err = c.printJSON(provenanceAnswer{r, meaning, fix})
	} else {
		err = c.printProvenance(f.bundle, r, meaning, fix)
	}
	if err != nil {
		return err
	}
	switch {
	case r.Verdict == sigstore.Verified:
		return nil
	case slices.Contains([]string{string(provenance.Malformed), string(sigstore.BundleMalformed), string(sigstore.BundleVersion)}, r.Code):
		return exitStatus(4)
	}
	return exitStatus(1)
}

func (c *Cmd) printProvenance(name string, r *slsa.Result, meaning, fix string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", strings.ToUpper(string(r.Verdict)), report.Safe(name))
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-8s %s\n", what, report.Safe(text))
		}
	}
	line("builder", r.Builder)
	if d := r.Build; d != nil {
		line("source", d.Source.Repository)
		line("commit", strings.Join(d.Source.Commits, ", "))
		line("tag", d.Source.Tag)
		line("branch", d.Source.Branch)
		line("workflow", d.Workflow)
		line("trigger", d.Trigger)
		for _, name := range slices.Sorted(maps.Keys(d.Inputs)) {
			line("input", name+"="+d.Inputs[name])
		}
		line("run", d.Invocation)
	}
	for _, t := range r.Times {
		line("time", fmt.Sprintf("no later than %s, %s %s", t.At.Format(time.RFC3339), t.Source, t.Authority))
	}
	for _, k := range r.Checks {
		if k.Outcome == sigstore.Fail || k.Outcome == sigstore.Unknown {
			line(string(k.Outcome), fmt.Sprintf("%s (%s): %s", k.Code, k.ID, k.Found))
		}
	}
	if r.Code != "" {
		fmt.Fprintf(&b, "\n%s: %s\n%s\n", r.Code, meaning, fix)
	}
	_, err := io.WriteString(c.Stdout, b.String())
	return err
}

// expect is what the flags expect of the build.
func (f *provenanceFlags) expect() (slsa.Expect, error) {
	if f.source == "" {
		return slsa.Expect{}, usagef("--source: which repository must it be built from?")
	}
	repository, err := provenance.NormalSource(f.source)
	if err != nil {
		return slsa.Expect{}, usagef("--source: %w", err)
	}
	e := slsa.Expect{
		Expect: provenance.Expect{
			Repository: repository, Commit: f.commit, Branch: f.branch, Tag: f.tag, VersionedTag: f.versionedTag, Workflow: f.workflow,
		},
		Builder: provenance.Builder{ID: f.builder, Issuer: f.issuer, Unreleased: f.unreleased},
		Package: f.packageName, Version: f.packageVersion,
	}
	for _, in := range f.inputs {
		name, value, ok := strings.Cut(in, "=")
		if _, twice := e.Inputs[name]; !ok || name == "" || twice {
			return e, usagef("--workflow-input %s: want NAME=VALUE, each name once", in)
		}
		if e.Inputs == nil {
			e.Inputs = map[string]string{}
		}
		e.Inputs[name] = value
	}
	return e, nil
}

// slsaVerifier has the trusted roots and keys of the flags.
func (f *provenanceFlags) slsaVerifier() (*slsa.Verifier, error) {
	var config slsa.Config
	var err error
	if config.Roots, err = f.trustedRoots(); err != nil {
		return nil, err
	}
	if f.key != "" {
		key, err := publicKeyOf("--key", f.key)
		if err != nil {
			return nil, err
		}
		config.Keys = []crypto.PublicKey{key}
	}
	if f.googleKeys != "" {
		if config.Google, err = googleKeysOf(f.googleKeys); err != nil {
			return nil, err
		}
	}
	if f.npmKeys != "" {
		data, err := readFile(f.npmKeys)
		if err != nil {
			return nil, fmt.Errorf("--npm-keys: %w", err)
		}
		if config.NPM, err = slsa.ParseNPMKeys(data); err != nil {
			return nil, usagef("--npm-keys: %s: %w", f.npmKeys, err)
		}
	}
	v, err := slsa.New(config)
	if err != nil {
		return nil, usagef("%w: --trusted-root, --key or --google-keys", err)
	}
	return v, nil
}

func publicKeyOf(flag, path string) (crypto.PublicKey, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	key, err := sigstore.ParsePublicKey(data)
	if err != nil {
		return nil, usagef("%s: %s: %w", flag, path, err)
	}
	return key, nil
}

// googleKeysOf reads a directory of keys, each named by its place at Google:
// "us-west2.key", "global-pae-provenanceSigner_1.key".
func googleKeysOf(dir string) (slsa.GoogleKeys, error) {
	const most = 1000
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, usagef("--google-keys: %w", reason(err))
	}
	keys := slsa.GoogleKeys{}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".key")
		if !ok || e.IsDir() {
			continue
		}
		if len(keys) == most {
			return nil, usagef("--google-keys: more than %d keys", most)
		}
		key, err := publicKeyOf("--google-keys", filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		keys[name] = key
	}
	if len(keys) == 0 {
		return nil, usagef("--google-keys: %w", errors.New("no *.key in "+dir))
	}
	return keys, nil
}
