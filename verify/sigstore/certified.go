package sigstore

import (
	"crypto/x509"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// Certified says for whom a certificate of Fulcio (DER) is, what else it says, and
// since when it is valid: what trust will be asked about the signatures that are to
// be made with it. It verifies nothing.
func Certified(der []byte) (evidence.Identity, *provenance.Certificate, time.Time, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return "", nil, time.Time{}, err
	}
	summary, err := summarize(c)
	if err != nil {
		return "", nil, time.Time{}, err
	}
	r := Result{Signer: &Signer{Certificate: summary, NotBefore: c.NotBefore.UTC()}}
	id, err := r.identity()
	build := BuildOf(summary)
	return id, &build, r.Signer.NotBefore, err
}

// CertifiedBy says for whom a certificate of a company (DER) is under the
// authorities among the anchors, and why it would not count at a moment: the error
// is a [*verify.ProofError].
func CertifiedBy(anchors trust.Anchors, der []byte, at time.Time) (evidence.Identity, error) {
	s, err := ForAnchors(anchors, Config{LogOptional: true, TimeOptional: true})
	if err != nil {
		return "", err
	}
	a, err := s.VerifyCertificate(verify.CertificateSignature{Certificate: der}, at)
	return a.Identity, err
}
