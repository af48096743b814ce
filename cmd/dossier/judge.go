package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/layout"
	"github.com/release-dossier/dossier/verify/oidc"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/policy/pack"
	"github.com/release-dossier/dossier/verify/tagsig"
	"github.com/release-dossier/dossier/verify/trust"
)

// judgeFlags are the flags that say by whose word, by which rules and when.
type judgeFlags struct {
	trust, policy, profile, signer, from, gate, asOf, anchor string
	anchors                                                  anchorFlags
	force                                                    bool
	combined                                                 bool   // the policy file holds a trust document too
	note                                                     string // what a reader should know of a packed policy
}

// registerTrust adds the flags that say whose word counts.
func (f *judgeFlags) registerTrust(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.trust, "trust", "", "trust document: who may state what; may be a directory of versions (`FILE`)")
	flags.StringVar(&f.policy, "policy", "", "policy: what must hold; may hold the trust document too, may be packed, may be a directory of versions (`FILE`)")
	flags.StringVar(&f.anchor, "anchor", "", "the key of those who own a packed policy, by its `FINGERPRINT`")
	flags.StringVar(&f.signer, "signer", "", "trust this one key, or this one holder of certificates, for everything the profile solo asks (`FINGERPRINT|IDENTITY`)")
	flags.StringVar(&f.from, "from", "", "trust the workflows of this repository on GitHub, started by a tag or on main, for everything the profile solo asks (`github.com/OWNER/REPO`)")
	f.anchors.register(cmd)
}

// registerTime adds the flag that says when.
func (f *judgeFlags) registerTime(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.asOf, "as-of", "", "the moment of judgement, RFC 3339 (`TIME`; default now)")
}

// registerRules adds the flags that say what is asked.
func (f *judgeFlags) registerRules(cmd *cobra.Command) {
	profiles, gates := policy.Profiles(), []string{}
	for _, g := range verify.Gates() {
		gates = append(gates, string(g))
	}
	flags := cmd.Flags()
	flags.StringVar(&f.profile, "profile", "", "judge by a built-in profile instead of a policy (`NAME`: "+strings.Join(profiles, ", ")+")")
	flags.StringVar(&f.gate, "gate", string(verify.GateFinal), "the decision being taken (`GATE`: "+strings.Join(gates, ", ")+")")
	flags.BoolVar(&f.force, "force-policy", false, "judge by the policy given even if it was not in force; never accepts")
	complete(cmd, "profile", profiles)
	complete(cmd, "gate", gates)
}

// options turns the flags into verification options.
func (f *judgeFlags) options(c *Cmd, now time.Time) (verify.Options, error) {
	o := verify.Options{
		AsOf: now, SBOMs: sbom.Reader{}, Tags: []verify.TagVerifier{tagsig.OpenPGP{}}, Layouts: layout.Verifier{}, Tokens: oidc.Tokens{},
	}
	var err error
	if o.Gate, err = verify.ParseGate(firstOf(f.gate, string(verify.GateFinal))); err != nil {
		return o, usageError{err}
	}
	if f.asOf != "" {
		t, err := evidence.ParseTime(f.asOf)
		if err != nil {
			return o, usagef("--as-of: %w", err)
		}
		o.AsOf, o.AsOfGiven = t.Time, true
	}
	if err := f.documents(c, &o); err != nil {
		return o, err
	}
	return o, f.certificates(c, &o)
}

func (f *judgeFlags) documents(c *Cmd, o *verify.Options) error {
	switch {
	case f.signer != "" && f.trust != "":
		return usagef("--signer and --trust exclude each other: name the key in the trust document")
	case f.from != "" && f.trust+f.signer != "":
		return usagef("--from excludes --trust and --signer: name the workflows in a trust document")
	}
	if f.policy != "" && f.profile != "" {
		return usagef("--policy and --profile exclude each other: a policy extends a profile")
	}
	var combined *trust.Trust
	if f.policy != "" {
		var err error
		if combined, err = f.policyDocument(c, o); err != nil {
			return err
		}
	} else if f.anchor != "" {
		return usagef("--anchor names the owner of a packed policy: give that with --policy")
	}
	t, err := f.trustDocument(c, combined)
	if err != nil {
		return err
	}
	o.Trust = t
	if o.Policy == nil && (t != nil || f.profile != "") {
		p, err := policy.Profile(firstOf(f.profile, policy.Solo))
		if err != nil {
			return usageError{err}
		}
		return f.judgeBy(o, p)
	}
	return nil
}

// policyDocument reads the policy that was given, and returns the trust document
// that came with it, if one did.
func (f *judgeFlags) policyDocument(c *Cmd, o *verify.Options) (*trust.Trust, error) {
	if info, err := os.Stat(f.policy); err == nil && info.IsDir() {
		return nil, f.policyVersions(c, o)
	}
	data, err := c.readFile(f.policy)
	if err != nil {
		return nil, err
	}
	var p *policy.Policy
	var t *trust.Trust
	switch {
	case pack.Is(data):
		p, t, err = f.packedPolicy(data)
	case f.anchor != "":
		return nil, usagef("%s is not a packed policy, and nobody signed it: leave out --anchor", f.policy)
	default:
		p, t, err = c.policyReader().ParseFile(filepath.ToSlash(f.policy), data)
	}
	switch {
	case err != nil:
		return nil, usageError{err}
	case p == nil:
		return nil, usagef("%s: holds no policy", f.policy)
	}
	f.combined = t != nil
	return t, f.judgeBy(o, p)
}

// packedPolicy opens a packed policy by its owner's key.
func (f *judgeFlags) packedPolicy(data []byte) (*policy.Policy, *trust.Trust, error) {
	packed, err := pack.Open(data, f.anchor, ownRules())
	var wrong *pack.AnchorError
	switch {
	case errors.As(err, &wrong) && wrong.Anchor == "":
		return nil, nil, fmt.Errorf("%s: %w: --anchor %s", f.policy, err, wrong.Signer)
	case err != nil:
		return nil, nil, fmt.Errorf("%s: %w", f.policy, err)
	case packed.Differs:
		f.note = fmt.Sprintf("%s was packed by another version of this program, by which it came to something else: compare the effective policy", f.policy)
	}
	return packed.Policy, packed.Trust, nil
}

// policyVersions reads the versions of a policy in a directory.
func (f *judgeFlags) policyVersions(c *Cmd, o *verify.Options) error {
	names, err := filepath.Glob(filepath.Join(globEscape(f.policy), "*.yaml"))
	if err != nil || len(names) == 0 {
		return usagef("%s: holds no policy (*.yaml)", f.policy)
	}
	c.reads(f.policy)
	var list []*policy.Policy
	for _, name := range names {
		p, err := c.policyAt(name)
		if err != nil {
			return err
		}
		list = append(list, p)
	}
	return f.judgeBy(o, list...)
}

// judgeBy sets the policy, in one or several versions.
func (f *judgeFlags) judgeBy(o *verify.Options, list ...*policy.Policy) error {
	set, err := policy.NewSet(list...)
	if err != nil {
		return usagef("%s: %w", f.policy, err)
	}
	if f.force {
		set = set.Forced()
	}
	o.Policy = set
	return nil
}

// trustDocument reads the one source of trust that was given; nil if none was.
func (f *judgeFlags) trustDocument(c *Cmd, combined *trust.Trust) (*trust.Trust, error) {
	switch {
	case f.signer+f.from != "" && combined != nil:
		return nil, usagef("--signer and --from exclude a policy file with a trust section")
	case f.signer != "":
		t, err := trust.ForSigner(f.signer)
		if err != nil {
			return nil, usagef("--signer: %w", err)
		}
		return t, f.anchors.needed("--signer", f.signer)
	case f.from != "":
		t, err := trust.ForRepository(f.from)
		if err != nil {
			return nil, usagef("--from: %w", err)
		}
		return t, f.anchors.needed("--from", "oidc:")
	case f.trust == "":
		return combined, nil
	case combined != nil:
		return nil, usagef("%s holds a trust document already: leave out --trust, or split the file", f.policy)
	}
	if info, err := os.Stat(f.trust); err == nil && info.IsDir() {
		return f.trustVersions(c)
	}
	return c.trustAt(f.trust)
}

// trustVersions reads the versions of a trust document in a directory.
func (f *judgeFlags) trustVersions(c *Cmd) (*trust.Trust, error) {
	names, err := filepath.Glob(filepath.Join(globEscape(f.trust), "*.yaml"))
	if err != nil || len(names) == 0 {
		return nil, usagef("%s: holds no trust document (*.yaml)", f.trust)
	}
	c.reads(f.trust)
	var list []*trust.Trust
	for _, name := range names {
		t, err := c.trustAt(name)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	t, err := trust.Join(list...)
	if err != nil {
		return nil, usagef("%s: %w", f.trust, err)
	}
	return t, nil
}

// trustAt reads the trust document in a file.
func (c *Cmd) trustAt(name string) (*trust.Trust, error) {
	data, err := c.readFile(name)
	if err != nil {
		return nil, err
	}
	t, err := c.readTrust(name, data)
	if err != nil {
		return nil, usageError{err}
	}
	return t, nil
}

// readTrust reads a trust document, alone or as the section trust of a file
// that holds both documents.
func (c *Cmd) readTrust(name string, data []byte) (*trust.Trust, error) {
	n, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, err
	}
	reader, path := trust.Reader{Open: c.openAnchor}, filepath.ToSlash(name)
	if section := n.Lookup("trust"); section != nil {
		return reader.FromNode(path, section)
	}
	return reader.FromNode(path, n)
}

// given lists the flags of trust and rules that were given, as arguments.
func (f *judgeFlags) given() []string {
	var args []string
	for _, kv := range [][2]string{
		{"--trust", f.trust}, {"--policy", f.policy}, {"--anchor", f.anchor}, {"--profile", f.profile}, {"--signer", f.signer}, {"--from", f.from},
	} {
		if kv[1] != "" {
			args = append(args, kv[0], kv[1])
		}
	}
	return append(args, f.anchors.given()...)
}

// repeat is the part of the repeating command that these flags make.
func (f *judgeFlags) repeat(r *verify.Report) []string {
	args := f.given()
	if f.force {
		args = append(args, "--force-policy")
	}
	if f.gate != string(verify.GateFinal) {
		args = append(args, "--gate", f.gate)
	}
	return append(args, "--as-of", r.AsOf.Format(time.RFC3339))
}

// trusts reports whether a trust document was given.
func (f *judgeFlags) trusts() bool { return f.trust+f.signer+f.from != "" || f.combined }

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
