package sigstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// Statements verifies the statements of a dossier that were signed with
// certificates, as [verify.Options] asks for in its Signatures. Who may state
// what, trust says; here it is only found out who did, and when.
type Statements struct {
	Verifier *Verifier
	// AsOf is the moment of judgement.
	AsOf time.Time
}

var _ verify.SignatureVerifier = Statements{}

// VerifySignature implements [verify.SignatureVerifier]. A bundle that is not
// verified has an error that begins with the reason code.
func (s Statements) VerifySignature(_ context.Context, b *attest.Bundle, _ *trust.Trust) (verify.Authenticated, error) {
	p, err := reassemble(b)
	r := s.Verifier.verify(p, err, AnyArtifactUnsafe(), ByAnyoneUnsafe(), s.AsOf)
	if r.Verdict != Verified {
		return verify.Authenticated{}, fmt.Errorf("%s: %s", r.Code, r.found())
	}
	id, err := evidence.ParseIdentity("oidc:" + r.Signer.Certificate.Issuer + "|" + r.Signer.Certificate.SubjectAlternativeName)
	if err != nil {
		return verify.Authenticated{}, fmt.Errorf("%s: %w", WrongIdentity, err)
	}
	begin, end := evidence.At(r.Signer.NotBefore), evidence.At(r.Times[0].At)
	a := verify.Authenticated{Identity: id, NotBefore: &begin, NotAfter: &end, Proof: "timestamped"}
	build := BuildOf(r.Signer.Certificate)
	a.Build = &build
	if slices.ContainsFunc(r.Checks, func(c Check) bool { return c.ID == "log" && c.Outcome == Pass }) {
		a.Proof = "logged"
	}
	return a, nil
}

// found says what the check saw that the result's code is of.
func (r *Result) found() string {
	for _, c := range r.Checks {
		if c.Code == r.Code && c.Outcome != NotApplicable {
			return c.Found
		}
	}
	return ""
}

// reassemble takes a bundle that package attest has read, with all its proofs.
func reassemble(b *attest.Bundle) (*parsed, error) {
	j := bundleJSON{MediaType: b.MediaType, Material: &materialJSON{}, DSSE: &envelopeJSON{Payload: b.Payload, PayloadType: b.PayloadType}}
	j.DSSE.Signatures = append(j.DSSE.Signatures, envelopeSignatureJSON{Sig: b.Signature})
	switch {
	case len(b.Chain) == 0:
		j.Material.PublicKey = &publicKeyJSON{Hint: b.Hint}
	case len(b.Chain) == 1:
		j.Material.Certificate = &rawJSON{RawBytes: b.Chain[0]}
	default:
		j.Material.Chain = &chainJSON{}
		for _, c := range b.Chain {
			j.Material.Chain.Certificates = append(j.Material.Chain.Certificates, rawJSON{RawBytes: c})
		}
	}
	for i, raw := range b.LogEntries {
		var e entryJSON
		if err := strictjson.Unmarshal(raw, &e, strictjson.RejectUnknown(), strictjson.Depth(16)); err != nil {
			return nil, problemf(BundleMalformed, "log entry %d: %v", i, err)
		}
		j.Material.LogEntries = append(j.Material.LogEntries, e)
	}
	if len(b.Timestamps) > 0 {
		j.Material.Timestamps = &timestampsJSON{}
		for _, t := range b.Timestamps {
			j.Material.Timestamps.RFC3161 = append(j.Material.Timestamps.RFC3161, timestampJSON{SignedTimestamp: t})
		}
	}
	return assemble(&j)
}
