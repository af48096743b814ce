package sigstore

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// Options say which services add proof to a signature.
type Options struct {
	// Config names the services; required.
	Config *Config
	// NoLog sends nothing to a transparency log, whatever Config names.
	NoLog bool
	// Check is handed each finished bundle; its error is that of the signature.
	// Required: verify the bundle there as whoever gets it will, with package
	// verify/sigstore.
	Check func(bundle []byte) error
	// Now is the clock; required. Services are chosen by it.
	Now func() time.Time
	// Timeout is for each service and all attempts at it; zero is 30 seconds.
	Timeout time.Duration
	// Transport is what requests go through; nil is http.DefaultTransport, which
	// obeys HTTPS_PROXY.
	Transport http.RoundTripper
}

func (o *Options) validate() error {
	switch {
	case o.Config == nil:
		return errors.New("a signing configuration is required: it names the services")
	case o.Check == nil:
		return errors.New("a check of finished bundles is required")
	case o.Now == nil:
		return errors.New("a clock is required")
	}
	return nil
}

// proofs are the services that add proof to each signature.
type proofs struct {
	o      Options
	stamps []string
	logs   []string
}

// newProofs chooses the services. At least one has to prove the time.
func newProofs(o Options) (*proofs, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	p := &proofs{o: o}
	var err error
	if p.stamps, err = o.Config.stamps.choose("timestamp authority", tsaVersions, o.Now()); err != nil {
		return nil, err
	}
	if len(p.stamps) == 0 {
		return nil, errors.New("the signing configuration names no timestamp authority (tsaUrls), and nothing else proves when a signature was made: Rekor v2 does not")
	}
	if o.NoLog {
		return p, nil
	}
	if p.logs, err = o.Config.logs.choose("Rekor v2 log", rekorVersions, o.Now()); err != nil {
		return nil, fmt.Errorf("%w; only Rekor v2 is spoken here: to sign without a public log say so (Options.NoLog)", err)
	}
	if len(p.logs) == 0 {
		return nil, errors.New("the signing configuration names no transparency log (rekorTlogUrls): to sign without a public log say so (Options.NoLog)")
	}
	return p, nil
}

// add adds timestamps and log entries to a signature over message. The timestamp
// comes first, so that it proves as early a time as can be.
func (p *proofs) add(ctx context.Context, s *attest.Signed, message []byte, v verifier) error {
	for _, url := range p.stamps {
		token, err := p.o.newClient("timestamp authority").stamp(ctx, url, s.Signature)
		if err != nil {
			return err
		}
		s.Timestamps = append(s.Timestamps, token)
	}
	for _, base := range p.logs {
		c := p.o.newClient("transparency log")
		c.once = true // a second request for one entry is refused
		entry, err := c.log(ctx, base, message, s.Signature, v)
		if err != nil {
			return err
		}
		s.LogEntries = append(s.LogEntries, entry)
	}
	return nil
}

// Check implements [attest.Checker].
func (p *proofs) Check(bundle []byte) error {
	if err := p.o.Check(bundle); err != nil {
		return fmt.Errorf("the services answered, and what they answered does not verify: %w", err)
	}
	return nil
}

// ProvedSigner adds timestamps and log entries to the signatures of a key.
type ProvedSigner struct {
	*proofs
	signer   KeyHolder
	verifier verifier
}

// KeyHolder is a signer with a known key, as [attest.KeySigner] is.
type KeyHolder interface {
	attest.Signer
	Public() attest.PublicKey
}

// Proved returns a signer that adds proof to what s signs.
func Proved(s KeyHolder, o Options) (*ProvedSigner, error) {
	p, err := newProofs(o)
	if err != nil {
		return nil, err
	}
	signer := &ProvedSigner{proofs: p, signer: s}
	if len(p.logs) == 0 {
		return signer, nil
	}
	block, _ := pem.Decode(s.Public().PEM())
	if signer.verifier, err = verifierOf(s.Public().Algorithm(), block.Bytes); err != nil {
		return nil, err
	}
	signer.verifier.PublicKey = &rawBytes{block.Bytes}
	return signer, nil
}

// Public is the key that signs.
func (s *ProvedSigner) Public() attest.PublicKey { return s.signer.Public() }

// Sign implements [attest.Signer].
func (s *ProvedSigner) Sign(ctx context.Context, message []byte) (attest.Signed, error) {
	signed, err := s.signer.Sign(ctx, message)
	if err != nil {
		return attest.Signed{}, err
	}
	return signed, s.add(ctx, &signed, message, s.verifier)
}

// verifierOf names a key's algorithm as Rekor v2 does.
func verifierOf(algorithm string, spki []byte) (verifier, error) {
	switch algorithm {
	case "ecdsa-p256-sha256":
		return verifier{Details: "PKIX_ECDSA_P256_SHA_256", hash: crypto.SHA256}, nil
	case "ecdsa-p384-sha384":
		return verifier{Details: "PKIX_ECDSA_P384_SHA_384", hash: crypto.SHA384}, nil
	case "rsa-pkcs1v15-sha256":
		key, err := x509.ParsePKIXPublicKey(spki)
		if err != nil {
			return verifier{}, err
		}
		if bits := key.(interface{ Size() int }).Size() * 8; bits == 3072 || bits == 4096 {
			return verifier{Details: fmt.Sprintf("PKIX_RSA_PKCS1V15_%d_SHA256", bits), hash: crypto.SHA256}, nil
		}
		return verifier{}, errors.New("a Rekor v2 log takes RSA keys of 3072 and 4096 bits only: sign without a public log")
	case "ed25519":
		// The log hashes what was signed; a pure Ed25519 signature is over the
		// message itself, and one key must not sign both ways (rules of format, R20).
		return verifier{}, errors.New("a Rekor v2 log takes no pure Ed25519 signatures: sign without a public log, or with an ECDSA P-256 key")
	}
	return verifier{}, fmt.Errorf("a Rekor v2 log takes no %s signatures", algorithm)
}

// KeylessSigner signs with keys that live as long as the certificates for them. It
// may be used by several goroutines at once; [Keyless] makes one.
type KeylessSigner struct {
	*proofs
	base     string // of Fulcio
	tokens   TokenSource
	identity evidence.Identity

	mu      sync.Mutex // held while current is read or replaced
	current *signingKey
}

// Keyless gets a certificate for the identity of a token, and returns a signer
// that signs with it.
func Keyless(ctx context.Context, tokens TokenSource, o Options) (*KeylessSigner, error) {
	p, err := newProofs(o)
	if err != nil {
		return nil, err
	}
	base, err := o.Config.authority(o.Now())
	if err != nil {
		return nil, err
	}
	s := &KeylessSigner{proofs: p, base: base, tokens: tokens}
	if s.current, s.identity, err = s.newKey(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// newKey gets a key and a certificate, and says for whom it is.
func (s *KeylessSigner) newKey(ctx context.Context) (*signingKey, evidence.Identity, error) {
	token, err := tokenOf(ctx, s.tokens, &s.o)
	if err != nil {
		return nil, "", fmt.Errorf("identity token: %w", err)
	}
	if !s.o.Now().Before(token.Expires) {
		return nil, "", fmt.Errorf("the identity token by %s has expired at %s: get a new one", token.Issuer, token.Expires.Format(time.RFC3339))
	}
	key, err := s.o.newClient("Fulcio").issue(ctx, s.base, token)
	if err != nil {
		return nil, "", err
	}
	id, err := identityOf(key.certificate)
	return key, id, err
}

// key returns the key to sign with. If its certificate is about to end it gets
// another one, which must be for the same identity.
func (s *KeylessSigner) key(ctx context.Context) (*signingKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.o.Now().Add(lifeLeft).After(s.current.certificate.NotAfter) {
		return s.current, nil
	}
	key, id, err := s.newKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("the certificate has ended and there is no new one: %w", err)
	}
	if id != s.identity {
		return nil, fmt.Errorf("the new certificate is for %s, the one before was for %s", id, s.identity)
	}
	s.current = key
	return key, nil
}

// Identity is who signs: oidc:<issuer>|<subject>, as the certificate has it.
func (s *KeylessSigner) Identity() evidence.Identity { return s.identity }

// Certificate is the certificate in use (DER).
func (s *KeylessSigner) Certificate() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.current.certificate.Raw)
}

// lifeLeft is what a certificate must have left for a signature: a timestamp that
// comes later than its end proves nothing.
const lifeLeft = time.Minute

// Sign implements [attest.Signer]. If the certificate is about to end it gets
// another one, which must be for the same identity.
func (s *KeylessSigner) Sign(ctx context.Context, message []byte) (attest.Signed, error) {
	current, err := s.key(ctx)
	if err != nil {
		return attest.Signed{}, err
	}
	key, err := attest.NewKeySigner(current.key)
	if err != nil {
		return attest.Signed{}, err
	}
	signed, err := key.Sign(ctx, message)
	if err != nil {
		return attest.Signed{}, err
	}
	signed.Hint, signed.Certificate = "", current.certificate.Raw
	v := verifier{Certificate: &rawBytes{signed.Certificate}, Details: "PKIX_ECDSA_P256_SHA_256", hash: crypto.SHA256}
	return signed, s.add(ctx, &signed, message, v)
}

// identityOf is who a certificate is for.
func identityOf(c *x509.Certificate) (evidence.Identity, error) {
	issuer, subject, err := names(c)
	if err != nil {
		return "", fmt.Errorf("the certificate by Fulcio: %w", err)
	}
	return evidence.ParseIdentity("oidc:" + issuer + "|" + subject)
}
