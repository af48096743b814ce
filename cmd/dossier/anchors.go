package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/tagsig"
	"github.com/release-dossier/dossier/verify/trust"
)

// anchorFlags are the flags that name files on which certificates and times rest,
// beside those that the trust document names.
type anchorFlags struct {
	roots, chains, crls []string
}

func (f *anchorFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.roots, "trusted-root", nil, "Sigstore trusted root, JSON or one a line, for keyless signatures and proofs of time (`FILE`; repeatable)")
	flags.StringArrayVar(&f.chains, "cert-chain", nil, "certificates of your company's authorities, PEM (`FILE`; repeatable)")
	flags.StringArrayVar(&f.crls, "crl", nil, "certificate revocation list of those authorities, PEM or DER (`FILE`; repeatable)")
}

// each is the three lists, by flag.
func (f *anchorFlags) each(a *trust.Anchors) []anchorList {
	return []anchorList{
		{"--trusted-root", f.roots, &a.Roots}, {"--cert-chain", f.chains, &a.Authorities}, {"--crl", f.crls, &a.CRLs},
	}
}

type anchorList struct {
	flag  string
	paths []string
	into  *[][]byte
}

// read reads the files.
func (f *anchorFlags) read(c *Cmd) (trust.Anchors, error) {
	var a trust.Anchors
	for _, l := range f.each(&a) {
		for _, path := range l.paths {
			data, err := c.readAnchor(path)
			if err != nil {
				return a, fmt.Errorf("%s: %w", l.flag, err)
			}
			*l.into = append(*l.into, data)
		}
	}
	return a, nil
}

// blame names the flag and file of which err, by all files, tells.
func (f *anchorFlags) blame(a trust.Anchors, err error) error {
	for i, data := range a.Roots[:min(len(f.roots), len(a.Roots))] {
		if _, err := sigstore.ParseRoots(data); err != nil {
			return usagef("--trusted-root: %s: %w", f.roots[i], err)
		}
	}
	for i, data := range a.Authorities[:min(len(f.chains), len(a.Authorities))] {
		if _, err := sigstore.ParseAuthorities(data); err != nil {
			return usagef("--cert-chain: %s: %w", f.chains[i], err)
		}
	}
	for i, data := range a.CRLs[:min(len(f.crls), len(a.CRLs))] {
		if err := new(sigstore.Authorities).AddCRLs(data); err != nil {
			return usagef("--crl: %s: %w", f.crls[i], err)
		}
	}
	return usageError{err}
}

// given lists the flags that were given, as arguments.
func (f *anchorFlags) given() (args []string) {
	for _, l := range f.each(&trust.Anchors{}) {
		for _, path := range l.paths {
			args = append(args, l.flag, path)
		}
	}
	return args
}

// needed reports that the one identity that a flag trusts is that of a
// certificate which nothing that was given could vouch for.
func (f *anchorFlags) needed(flag, identity string) error {
	switch {
	case strings.HasPrefix(identity, "oidc:") && len(f.roots) == 0:
		return usagef("%s needs --trusted-root FILE: the trusted root of the Sigstore instance that vouches for certificates, from a place that you trust", flag)
	case strings.HasPrefix(identity, "x509:") && len(f.chains) == 0:
		return usagef("%s needs --cert-chain FILE: the certificates of the authority that vouches for it", flag)
	}
	return nil
}

// openAnchor opens a file that a trust document names.
func (c *Cmd) openAnchor(name string) ([]byte, error) {
	return c.readAnchor(filepath.FromSlash(name))
}

// certificates makes the anchors of the flags those of trust too, and lets them
// be asked about certificates and times. Without trust they tell a reader who
// signed. Whether a log entry is needed, the grants of a trust document say; the
// trust of one flag needs one if the trusted root names logs.
func (f *judgeFlags) certificates(c *Cmd, o *verify.Options) error {
	a, err := f.anchors.read(c)
	if err != nil {
		return err
	}
	all := a
	if o.Trust != nil {
		if o.Trust, err = o.Trust.WithAnchors(a); err != nil {
			return usageError{err}
		}
		all = o.Trust.Anchors()
	}
	s, err := sigstore.ForAnchors(all, sigstore.Config{LogOptional: f.signer+f.from == "", TimeOptional: true})
	if err != nil {
		return f.anchors.blame(a, err)
	}
	o.Signatures = s
	o.Tags = append(o.Tags, tagsig.X509{Certificates: s})
	return nil
}

// allAnchors are those of the flags and of the trust document, if one is given.
func (f *judgeFlags) allAnchors(c *Cmd, now time.Time) (trust.Anchors, error) {
	o, err := f.options(c, now)
	if err == nil && o.Trust != nil {
		return o.Trust.Anchors(), nil
	}
	if err != nil {
		return trust.Anchors{}, err
	}
	return f.anchors.read(c)
}
