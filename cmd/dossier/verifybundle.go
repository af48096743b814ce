package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// bundleFlags are the flags of verify-bundle.
type bundleFlags struct {
	bundle, key, at                                     string
	anchors                                             anchorFlags
	witnesses                                           []string
	identity, identityRegexp, issuer, issuerRegexp      string
	repository, ref, commit, workflow, builder, trigger string
	runner                                              string
	cosignatures                                        int
	withoutLog, withoutTime, withRoot, asJSON           bool
}

func (c *Cmd) verifyBundleCommand() *cobra.Command {
	var f bundleFlags
	cmd := &cobra.Command{
		Use:   "verify-bundle --bundle BUNDLE FILE|DIGEST",
		Short: "Verify a Sigstore bundle of any tool, offline",
		Long: `verify-bundle verifies a Sigstore bundle (version 0.1, 0.2 or 0.3) over a file or
its digest, as the Sigstore client conformance protocol asks: signature,
certificate, transparency log, timestamps. No socket is opened: the trusted root
is a file, JSON or one document a line. DIGEST is sha256:HEX, sha384:HEX or
sha512:HEX; a file of that very name is ./sha256:HEX.

A bundle of a certificate needs --certificate-identity, --certificate-oidc-issuer
and --trusted-root, one of a certificate of your company's own authority
--certificate-identity and --cert-chain, one of a key --key. docs/sigstore.md has
the reason codes. The exit status is 0 only if everything is verified. A file named
.jsonl holds one bundle a line, as "gh attestation download" writes it: one must
verify.`,
		Example: `  dossier verify-bundle --bundle hello.sigstore.json --trusted-root trusted_root.json \
    --certificate-identity https://github.com/acme/hello/.github/workflows/release.yml@refs/tags/v1.4.0 \
    --certificate-oidc-issuer https://token.actions.githubusercontent.com hello
  dossier verify-bundle --bundle hello.sigstore.json --key key.pub --without-time hello`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return c.verifyBundle(args[0], &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.bundle, "bundle", "", "the Sigstore bundle (`FILE`)")
	f.anchors.register(cmd)
	flags.StringVar(&f.key, "key", "", "public key, PEM or OpenSSH, for bundles that are signed with a key (`FILE`)")
	flags.StringVar(&f.identity, "certificate-identity", "", "whom the certificate must be for: an e-mail address or URI (`ID`)")
	flags.StringVar(&f.identityRegexp, "certificate-identity-regexp", "", "as a regular expression that matches the whole (`RE`)")
	flags.StringVar(&f.issuer, "certificate-oidc-issuer", "", "who must have vouched for the identity (`URL`)")
	flags.StringVar(&f.issuerRegexp, "certificate-oidc-issuer-regexp", "", "as a regular expression that matches the whole (`RE`)")
	flags.StringVar(&f.repository, "source-repository", "", "source repository in the certificate (`URI`)")
	flags.StringVar(&f.ref, "source-ref", "", "source ref in the certificate, such as refs/tags/v1.4.0 (`REF`)")
	flags.StringVar(&f.commit, "source-commit", "", "commit in the certificate (`ID`)")
	flags.StringVar(&f.workflow, "workflow", "", "workflow that the run started from, in the certificate (`URI`)")
	flags.StringVar(&f.builder, "builder", "", "workflow that signed, perhaps a reusable one, in the certificate (`URI`)")
	flags.StringVar(&f.runner, "runner", "", "runner environment in the certificate, such as github-hosted (`NAME`)")
	flags.StringVar(&f.trigger, "trigger", "", "event that started the run, in the certificate (`NAME`)")
	flags.StringArrayVar(&f.witnesses, "witness", nil, "key of a witness that may cosign checkpoints (`NAME+HASH+KEY`; repeatable)")
	flags.IntVar(&f.cosignatures, "cosignatures", 0, "how many of the witnesses must have cosigned (`N`)")
	flags.BoolVar(&f.withoutLog, "without-log", false, "accept a bundle without a log entry though the trusted root names logs")
	flags.BoolVar(&f.withoutTime, "without-time", false, "accept a signature by --key, or by a company's certificate that is still good, of which nothing proves when")
	flags.BoolVar(&f.withRoot, "with-root", false, "accept a chain that ends with its root certificate, as npm wrote it in 2023")
	flags.StringVar(&f.at, "as-of", "", "the moment of judgement, RFC 3339 (`TIME`; default now)")
	flags.BoolVar(&f.asJSON, "json", false, "print every check as JSON")
	return cmd
}

// bundleAnswer is the JSON of verify-bundle.
type bundleAnswer struct {
	*sigstore.Result
	Meaning string `json:"meaning,omitempty"`
	Fix     string `json:"fix,omitempty"`
}

func (c *Cmd) verifyBundle(target string, f *bundleFlags) error {
	if f.bundle == "" {
		return usagef("--bundle: name the file of the Sigstore bundle")
	}
	at, err := f.moment(c.Now())
	if err != nil {
		return err
	}
	signers, err := f.signers()
	if err != nil {
		return err
	}
	v, err := f.verifier(c)
	if err != nil {
		return err
	}
	artifact, err := artifactOf(target)
	if err != nil {
		return err
	}
	if filepath.Ext(f.bundle) == ".jsonl" {
		return c.verifyLines(f, func(raw []byte) *sigstore.Result { return v.Verify(raw, artifact, signers, at) })
	}
	raw, err := readBundle(f.bundle)
	if err != nil {
		return err
	}
	return c.bundleResult(f, f.bundle, v.Verify(raw, artifact, signers, at))
}

// bundleResult prints what came of a bundle.
func (c *Cmd) bundleResult(f *bundleFlags, name string, r *sigstore.Result) (err error) {
	reason := sigstore.Explain(r.Code)
	reason.Fix = remedy(r.Code, reason.Fix)
	if f.asJSON {
		err = c.printJSON(bundleAnswer{r, reason.Meaning, reason.Fix})
	} else {
		err = c.printBundle(name, r, reason)
	}
	if err != nil {
		return err
	}
	switch {
	case r.Verdict == sigstore.Verified:
		return nil
	case r.Code == sigstore.BundleMalformed, r.Code == sigstore.BundleVersion:
		return exitStatus(4)
	}
	return exitStatus(1)
}

func (c *Cmd) printBundle(name string, r *sigstore.Result, reason sigstore.Reason) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", strings.ToUpper(string(r.Verdict)), report.Safe(name))
	if s := r.Signer; s != nil && s.Certificate != nil {
		fmt.Fprintf(&b, "  signer  %s\n          by %s\n", report.Safe(s.Certificate.SubjectAlternativeName), report.Safe(s.Certificate.Issuer))
	} else if s != nil && s.Name != "" {
		fmt.Fprintf(&b, "  signer  %s\n          by the authority %s\n", report.Safe(s.Name), firstOf(s.Anchor, "that is not known"))
	} else if s != nil {
		fmt.Fprintf(&b, "  signer  key:sha256:%s\n", s.Key)
	}
	if r.Statement != nil {
		fmt.Fprintf(&b, "  states  %s\n", report.Safe(r.Statement.PredicateType))
	}
	for _, t := range r.Times {
		fmt.Fprintf(&b, "  time    no later than %s, %s %s\n", t.At.Format(time.RFC3339), t.Source, report.Safe(t.Authority))
	}
	for _, k := range r.Checks {
		if k.Outcome == sigstore.Fail || k.Outcome == sigstore.Unknown {
			fmt.Fprintf(&b, "  %-7s %s (%s): %s\n", k.Outcome, k.Code, k.ID, report.Safe(k.Found))
		}
	}
	if r.Code != "" {
		fmt.Fprintf(&b, "\n%s: %s\n%s\n", r.Code, reason.Meaning, reason.Fix)
	}
	_, err := io.WriteString(c.Stdout, b.String())
	return err
}

func (f *bundleFlags) moment(now time.Time) (time.Time, error) {
	if f.at == "" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, f.at)
	if err != nil {
		return at, usagef("--as-of: %w", err)
	}
	return at, nil
}

// verifier has the trusted roots and witnesses of the flags.
func (f *bundleFlags) verifier(c *Cmd) (*sigstore.Verifier, error) {
	config := sigstore.Config{LogOptional: f.withoutLog, TimeOptional: f.withoutTime, RootSent: f.withRoot, Cosignatures: f.cosignatures}
	anchors, err := f.anchors.read(c)
	if err != nil {
		return nil, err
	}
	for _, key := range f.witnesses {
		w, err := sigstore.ParseWitness(key)
		if err != nil {
			return nil, usagef("--witness: %w", err)
		}
		config.Witnesses = append(config.Witnesses, w)
	}
	if len(f.witnesses) > 0 && f.cosignatures == 0 {
		return nil, usagef("--witness: nothing is asked of witnesses: say with --cosignatures how many must have cosigned")
	}
	s, err := sigstore.ForAnchors(anchors, config)
	if err != nil {
		return nil, f.anchors.blame(anchors, err)
	}
	return s.Verifier, nil
}

// trustedRoots reads the trusted roots; nil if none is given.
func (f *bundleFlags) trustedRoots() (*sigstore.Roots, error) {
	var roots []*sigstore.Roots
	for _, path := range f.anchors.roots {
		data, err := readFile(path)
		if err != nil {
			return nil, fmt.Errorf("--trusted-root: %w", err)
		}
		r, err := sigstore.ParseRoots(data)
		if err != nil {
			return nil, usagef("--trusted-root: %s: %w", path, err)
		}
		roots = append(roots, r)
	}
	if len(roots) == 0 {
		return nil, nil
	}
	return sigstore.Merge(roots...), nil
}

// signers are the key, or the identity and its issuer, of the flags.
func (f *bundleFlags) signers() (sigstore.Signers, error) {
	identity := f.identity + f.identityRegexp
	issuer := f.issuer + f.issuerRegexp
	extensions := f.repository + f.ref + f.commit + f.workflow + f.builder + f.runner + f.trigger
	switch {
	case f.key != "" && identity+issuer+extensions != "":
		return sigstore.Signers{}, usagef("--key is for a bundle of a key, the flags of a certificate for one of a certificate: give one of the two")
	case f.key != "":
		key, err := publicKeyOf("--key", f.key)
		if err != nil {
			return sigstore.Signers{}, err
		}
		return sigstore.ByKey(key), nil
	case identity != "" && issuer == "" && len(f.anchors.chains) > 0:
		if extensions != "" {
			return sigstore.Signers{}, usagef("the certificate of a company says nothing of a job's source: leave these flags out, or give --certificate-oidc-issuer")
		}
		name, err := matchOf("--certificate-identity", f.identity, f.identityRegexp)
		return sigstore.ByName(name), err
	case identity == "" || issuer == "":
		return sigstore.Signers{}, usagef("who must have signed? Give --certificate-identity and --certificate-oidc-issuer, or --key; for a company's certificate --certificate-identity and --cert-chain")
	case len(f.anchors.roots) == 0:
		return sigstore.Signers{}, usagef("--trusted-root: a bundle of a certificate needs the trusted root of its Sigstore instance: trusted_root.json, from a place that you trust")
	}
	i := sigstore.Identity{
		Repository: exactly(f.repository), Ref: exactly(f.ref), Commit: exactly(f.commit), Workflow: exactly(f.workflow),
		Builder: exactly(f.builder), Runner: exactly(f.runner), Trigger: exactly(f.trigger),
	}
	var err, err2 error
	i.Subject, err = matchOf("--certificate-identity", f.identity, f.identityRegexp)
	i.Issuer, err2 = matchOf("--certificate-oidc-issuer", f.issuer, f.issuerRegexp)
	return sigstore.ByIdentity(i), errors.Join(err, err2)
}

func exactly(text string) sigstore.Match {
	if text == "" {
		return sigstore.Match{}
	}
	return sigstore.Exactly(text)
}

func matchOf(flag, exact, pattern string) (sigstore.Match, error) {
	switch {
	case exact != "" && pattern != "":
		return sigstore.Match{}, usagef("%s and %s-regexp: give one of the two", flag, flag)
	case exact != "":
		return sigstore.Exactly(exact), nil
	}
	m, err := sigstore.Pattern(pattern)
	if err != nil {
		return m, usagef("%s-regexp: %w", flag, err)
	}
	return m, nil
}

// artifactOf is the artifact with a digest, or in a file.
func artifactOf(target string) (sigstore.Artifact, error) {
	digest, err := isDigest(target)
	if err != nil {
		return sigstore.Artifact{}, err
	}
	if digest {
		a, err := sigstore.ParseDigest(target)
		if err != nil {
			return a, usagef("%s: %w", target, err)
		}
		return a, nil
	}
	file, err := openNow(target)
	if err != nil {
		return sigstore.Artifact{}, usagef("%s: %w", target, reason(err))
	}
	defer file.Close()
	a, err := sigstore.ReadArtifact(file)
	if err != nil {
		return a, usagef("%s: %w", target, reason(err))
	}
	return a, nil
}

// readBundle reads no more of a file than a bundle may have, and a byte.
func readBundle(path string) ([]byte, error) {
	file, err := openNow(path)
	if err != nil {
		return nil, &targetError{path, reason(err)}
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, sigstore.MaxBundle+1))
	if err != nil {
		return nil, &targetError{path, reason(err)}
	}
	return raw, nil
}
