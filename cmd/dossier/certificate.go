package main

import (
	"strings"

	"github.com/release-dossier/dossier/attest"
	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/trust"
)

// certifiedSigner is the holder of a key for which a company's authority vouches.
// A certificate that does not count now is refused before anything is signed.
func (c *Cmd) certifiedSigner(verb string, key *attest.KeySigner, f *signFlags, anchors trust.Anchors) (*signer, error) {
	switch {
	case f.log:
		return nil, usagef("%s: --certificate and --log exclude each other: a timestamp, --timestamp, shows when it signed", verb)
	case len(anchors.Authorities) == 0:
		return nil, usagef("%s: --certificate needs --cert-chain FILE, the certificates of the authority that issued it: they are part of who you are", verb)
	}
	data, err := readFile(f.certificate)
	if err != nil {
		return nil, err
	}
	s, err := attest.WithCertificate(key, data)
	if err != nil {
		return nil, usagef("--certificate: %s: %w", f.certificate, err)
	}
	id, err := sigstore.CertifiedBy(anchors, s.Certificate(), c.Now())
	if err != nil {
		return nil, usagef("--certificate: %s: nothing that it signs now would count: %w", f.certificate, err)
	}
	_, name, _ := strings.Cut(string(id), "|")
	made := &signer{Signer: s, identity: id, name: name, proof: "signed"}
	if !f.timestamp.wanted {
		return made, nil
	}
	return made, c.stamped(verb, made, s, f, anchors)
}

// stamped adds a timestamp to what the signer signs.
func (c *Cmd) stamped(verb string, s *signer, by attestsigstore.KeyHolder, f *signFlags, anchors trust.Anchors) error {
	o, err := c.proofOptions(verb, f, anchors)
	if err != nil {
		return err
	}
	o.NoLog = true
	o.Check = verifies(o.NoLog, anchors, s.key, c.Now)
	proved, err := attestsigstore.Proved(by, o)
	if err != nil {
		return usagef("%s: %w", verb, err)
	}
	s.Signer, s.proof = proved, proofOf(o.NoLog)
	return nil
}
