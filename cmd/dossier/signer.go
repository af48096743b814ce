package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/attest/kms"
	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/trust"
)

// signer is who signs in a run: the holder of a key, or of certificates.
type signer struct {
	attest.Signer
	// identity is who that is in evidence, name for people: a key's fingerprint, or
	// whom the certificates are for.
	identity evidence.Identity
	name     string
	// key is zero for certificates, whose keys nobody sees again.
	key attest.PublicKey
	// build and notBefore are what trust is asked about the certificate in use.
	build     *provenance.Certificate
	notBefore *time.Time
	// proof is what a verifier will see: "signed", "timestamped" or "logged".
	proof string
}

// Check implements attest.Checker: what a signer of proofs refuses is not written.
func (s *signer) Check(bundle []byte) error {
	if c, ok := s.Signer.(attest.Checker); ok {
		return c.Check(bundle)
	}
	return nil
}

// pin is what --signer of a verifier takes.
func (s *signer) pin() string {
	if s.key.Algorithm() == "" {
		return string(s.identity)
	}
	return s.name
}

// ofKey is the signer that a key is.
func ofKey(k attestsigstore.KeyHolder, proof string) *signer {
	public := k.Public()
	return &signer{Signer: k, identity: public.Identity(), name: public.Fingerprint(), key: public, proof: proof}
}

// signFlags say who signs, and with which proof.
type signFlags struct {
	key, passphraseFile     string
	keyAt                   *located // where the configuration names the key; nil if a flag does
	builder                 bool     // it is the builder's, whose passphrase no flag gives
	certificate             string
	keyless, device         bool
	token, clientID, config string
	timestamp               stamping
	log, noLog              bool
	timeout                 time.Duration
	// flags are those of the command line: which of them were given.
	flags *pflag.FlagSet
	// byFile says that a configuration decides on certificates and proofs, too.
	byFile bool
}

func (f *signFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.flags = flags
	flags.StringVar(&f.key, "key", "", "your private key; the public one, in a file or as key::LINE, if an SSH agent holds it; or NAME://KEY of the plugin sigstore-kms-NAME (`FILE|REFERENCE`)")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "passphrase of the key (`FILE`)")
	flags.StringVar(&f.certificate, "certificate", "", "your certificate for the key of --key, PEM, as your company's authority issued it (`FILE`)")
	flags.BoolVar(&f.keyless, "keyless", false, "sign with a certificate for who you are signed in as, or for this CI job")
	flags.StringVar(&f.token, "identity-token", "", "identity token for --keyless, in a file or a variable (`FILE|env:NAME`; default that of the CI job, else you sign in)")
	flags.BoolVar(&f.device, "device", false, "sign in with a browser on another machine, by a code")
	flags.StringVar(&f.clientID, "oidc-client-id", "", "client that the issuer knows, for signing in (`ID`; default sigstore)")
	flags.StringVar(&f.config, "signing-config", "", "which services issue certificates, timestamps and log entries: signing_config.json (`FILE`)")
	flags.Var(&f.timestamp, "timestamp", "add a timestamp to a key's signature, by the authority at that `URL` or, if none is given, of --signing-config; certificates always have one")
	flags.Lookup("timestamp").NoOptDefVal = "true"
	flags.BoolVar(&f.log, "log", false, "enter a key's signature in a public log, with a timestamp; that of a certificate is, without --no-log")
	flags.BoolVar(&f.noLog, "no-log", false, "enter nothing in a public log, which would tell the world who signed, and when")
	flags.DurationVar(&f.timeout, "service-timeout", 0, "how long a service, plugin or token may take (`DURATION`; default 30s)")
}

// said reports whether a flag was given, be it to unset something.
func (f *signFlags) said(name string) bool { return f.flags != nil && f.flags.Changed(name) }

// isKeyless reports whether certificates sign.
func (f *signFlags) isKeyless() bool { return f.keyless || f.token != "" || f.device }

// asksServices reports whether more than a key signs.
func (f *signFlags) asksServices() bool { return f.isKeyless() || f.timestamp.wanted || f.log }

// contradict refuses flags that contradict each other.
func (f *signFlags) contradict(verb string) error {
	switch {
	case f.key != "" && f.isKeyless():
		return usagef("%s: --key and --keyless exclude each other", verb)
	case f.certificate != "" && f.isKeyless():
		return usagef("%s: --certificate is for a key of your own; --keyless gets one", verb)
	case f.noLog && f.log:
		return usagef("%s: --log and --no-log exclude each other", verb)
	case f.token != "" && f.device:
		return usagef("%s: --identity-token and --device exclude each other", verb)
	case !f.asksServices() && !f.byFile && (f.config != "" || f.noLog):
		return usagef("%s: --signing-config and --no-log are for --keyless, --timestamp and --log", verb)
	}
	return nil
}

// check refuses flags that contradict each other, or lack something.
func (f *signFlags) check(verb string) error {
	if f.isKeyless() && f.said("log") && !f.log {
		f.noLog = true // --log=false
	}
	if err := f.contradict(verb); err != nil {
		return err
	}
	if f.key == "" && !f.isKeyless() {
		return usagef("%s: say who signs: --key with your own key, with which you sign your commits or tags, or --keyless", verb)
	}
	if f.asksServices() && f.config == "" && (f.isKeyless() || f.log || f.timestamp.authority == "") {
		why := ""
		if f.byFile {
			why = ", since \"sign\" in the configuration asks for a certificate, a timestamp or a log entry"
		}
		return usagef("%s: --signing-config FILE is needed%s: it names the services to use; \"dossier trust fetch\" gets that of an instance", verb, why)
	}
	return nil
}

// signerFor returns the signer that the flags name. What services add is verified
// under the trusted roots among the anchors before it counts.
func (c *Cmd) signerFor(ctx context.Context, verb string, f *signFlags, anchors trust.Anchors) (*signer, error) {
	if err := f.check(verb); err != nil {
		return nil, err
	}
	if f.isKeyless() {
		return c.keylessSigner(ctx, verb, f, anchors)
	}
	key, err := c.loadKey(ctx, f)
	if err != nil {
		return nil, err
	}
	if f.certificate != "" {
		return c.certifiedSigner(verb, key, f, anchors)
	}
	if !f.timestamp.wanted && !f.log {
		return ofKey(key, "signed"), nil
	}
	o, err := c.proofOptions(verb, f, anchors)
	if err != nil {
		return nil, err
	}
	o.NoLog = !f.log
	o.Check = verifies(o.NoLog, anchors, key.Public(), c.Now)
	proved, err := attestsigstore.Proved(key, o)
	if err != nil {
		return nil, usagef("%s: %w", verb, err)
	}
	return ofKey(proved, proofOf(o.NoLog)), nil
}

// loadKey loads the key. What is wrong with one that the configuration names has
// its line.
func (c *Cmd) loadKey(ctx context.Context, f *signFlags) (key *attest.KeySigner, err error) {
	if kms.IsReference(f.key) {
		if key, err = kms.Open(ctx, f.key, kms.Options{Timeout: f.timeout, Env: c.Env}); err != nil {
			err = usagef("key %s: %w", f.key, err)
		}
	} else {
		key, err = c.loadSigner(ctx, f.key, f.passphraseFile)
	}
	if locked := (*lockedError)(nil); f.builder && errors.As(err, &locked) {
		err = usagef("%s: %s", locked.is(), inAgent)
	}
	if err != nil && f.keyAt != nil {
		err = usageError{f.keyAt.Errorf("%w", err)}
	}
	return key, err
}

func proofOf(noLog bool) string {
	if noLog {
		return "timestamped"
	}
	return "logged"
}

// proofOptions reads the signing configuration.
func (c *Cmd) proofOptions(verb string, f *signFlags, anchors trust.Anchors) (o attestsigstore.Options, err error) {
	if len(anchors.Roots) == 0 {
		return o, usagef("%s: --trusted-root FILE is needed: what the services answer is verified before anything is written", verb)
	}
	config, err := f.services()
	if err != nil {
		return o, err
	}
	return attestsigstore.Options{Config: config, Now: c.Now, Timeout: f.timeout, NoLog: f.noLog, Transport: http.DefaultTransport}, nil
}

// services reads the signing configuration, if there is one, and the authority of
// --timestamp into it.
func (f *signFlags) services() (config *attestsigstore.Config, err error) {
	config = new(attestsigstore.Config)
	if f.config != "" {
		data, err := readFile(f.config)
		if err != nil {
			return nil, err
		}
		if config, err = attestsigstore.ParseConfig(data); err != nil {
			return nil, usagef("--signing-config: %s: %w", f.config, err)
		}
	}
	if f.timestamp.authority != "" {
		if config, err = config.WithTimestampAuthority(f.timestamp.authority); err != nil {
			return nil, usagef("--timestamp: %w", err)
		}
	}
	return config, nil
}

// verifies returns a check of bundles that asks what a verifier of dossiers asks.
// key is zero for certificates.
func verifies(noLog bool, anchors trust.Anchors, key attest.PublicKey, now func() time.Time) func([]byte) error {
	return func(bundle []byte) error {
		s, err := sigstore.ForAnchors(anchors, sigstore.Config{LogOptional: noLog})
		if err != nil {
			return err
		}
		b, err := attest.ParseBundle(bundle)
		if err != nil {
			return err
		}
		var a verify.Authenticated
		if key.Algorithm() == "" {
			a, err = s.VerifySignature(context.Background(), &b, now())
		} else if err = key.Verify(b.SignedBytes(), b.Signature); err == nil {
			a, err = s.VerifyTime(context.Background(), &b, key, now())
		}
		if err == nil && a.Proof != proofOf(noLog) {
			err = fmt.Errorf("it is %s, and should be %s", a.Proof, proofOf(noLog))
		}
		return err
	}
}

// keylessSigner gets a certificate.
func (c *Cmd) keylessSigner(ctx context.Context, verb string, f *signFlags, anchors trust.Anchors) (*signer, error) {
	o, err := c.proofOptions(verb, f, anchors)
	if err != nil {
		return nil, err
	}
	tokens, err := c.tokenSource(f, o.Config)
	if err != nil {
		return nil, err
	}
	o.Check = verifies(o.NoLog, anchors, attest.PublicKey{}, c.Now)
	k, err := attestsigstore.Keyless(ctx, tokens, o)
	if err != nil {
		return nil, usagef("%s: %w", verb, err)
	}
	id, build, notBefore, err := sigstore.Certified(k.Certificate())
	if err != nil {
		return nil, fmt.Errorf("%s: the certificate: %w", verb, err)
	}
	if id != k.Identity() {
		return nil, fmt.Errorf("%s: the certificate names %s to the one, %s to the other", verb, id, k.Identity())
	}
	_, subject, _ := strings.Cut(string(id), "|")
	return &signer{Signer: k, identity: id, name: report.Safe(subject), build: build, notBefore: &notBefore, proof: proofOf(o.NoLog)}, nil
}

// tokenSource is where the identity token comes from: what the user gave, else
// what the CI system gives its jobs, else the user signs in.
func (c *Cmd) tokenSource(f *signFlags, config *attestsigstore.Config) (attestsigstore.TokenSource, error) {
	name, variable := strings.CutPrefix(f.token, "env:")
	if strings.HasPrefix(name, "eyJ") { // JSON in base64url, as every token begins
		return nil, usagef("--identity-token: a token itself is given, which others can see there: name a file or, with env:NAME, a variable")
	}
	if variable {
		if c.getenv(name) == "" {
			return nil, usagef("--identity-token: the variable %s is not set", name)
		}
		return attestsigstore.Static(c.getenv(name)), nil
	}
	if f.token != "" {
		data, err := readFile(f.token)
		return attestsigstore.Static(data), err
	}
	if !f.device {
		if url := c.getenv("ACTIONS_ID_TOKEN_REQUEST_URL"); url != "" {
			return attestsigstore.GitHubActions{URL: url, Secret: c.getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN")}, nil
		}
		// What GitLab's documentation calls the token for Sigstore in id_tokens.
		if token := c.getenv("SIGSTORE_ID_TOKEN"); token != "" {
			return attestsigstore.Static(token), nil
		}
		if c.getenv("CI") != "" {
			return nil, usagef("--keyless: this job has no identity token: in GitHub Actions it needs \"permissions: id-token: write\", in GitLab \"id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore\"; elsewhere give --identity-token")
		}
	}
	issuer, err := config.Issuer(c.Now())
	if err != nil {
		return nil, usagef("--keyless: %w", err)
	}
	in := attestsigstore.SignIn{Issuer: issuer, ClientID: f.clientID}
	if f.device {
		return attestsigstore.Device{SignIn: in, Show: func(url, code string) error {
			_, err := fmt.Fprintf(c.Stderr, "sign in at %s with the code %s\n", report.Safe(url), report.Safe(code))
			return err
		}}, nil
	}
	return attestsigstore.Browser{SignIn: in, Open: func(url string) error {
		_, err := fmt.Fprintf(c.Stderr, "sign in with a browser on this machine (or use --device):\n  %s\n", report.Safe(url))
		return err
	}}, nil
}
