// Package oidc verifies identity tokens with which a forge signs an approval: the
// token and the forge's keys at the time are one material of a dossier, and no
// connection is opened (docs/format.md, approvals that a forge signs).
//
// What is verified here is what bytes alone can say: that the token is one, and
// that a key of the set that came with it has signed it. Whether that key is the
// forge's, and whether the token is an approval, verify asks trust.
//
// A token is a JWS in compact form (RFC 7515) with RS256 or ES256 (RFC 7518) and a
// kid; the algorithm must be the one of that key. Nothing in its header is a key or
// the address of one: such members are not looked at. Base64 is strict, names stand
// once, and critical extensions are refused.
package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify"
)

const (
	// MaxDocument is the most bytes of a token with its keys.
	MaxDocument = 256 << 10

	maxToken = 32 << 10
	maxKeys  = 64
	minRSA   = 2048
	maxRSA   = 8192
)

// document is the material (media type
// application/vnd.release-dossier.forge-token.v1+json).
type document struct {
	// Statement is the approval that the token is given for.
	Statement evidence.Digest `json:"statement"`
	// Token is the token as the forge issued it.
	Token string `json:"token"`
	// Keys is the forge's key set (RFC 7517), as it was at KeysFrom at KeysAt.
	Keys     json.RawMessage `json:"keys"`
	KeysFrom string          `json:"keysFrom"`
	KeysAt   evidence.Time   `json:"keysAt"`
}

// Pack makes the material of a token: for which statement it is, and the key set of
// its issuer, fetched from an address at a time. It verifies the token as
// [Tokens.VerifyToken] will.
func Pack(statement evidence.Digest, token string, keys []byte, from string, at time.Time) ([]byte, error) {
	if err := strictjson.Check(keys); err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	raw, err := strictjson.Marshal(document{statement, token, keys, from, evidence.At(at)})
	if err != nil {
		return nil, err
	}
	_, err = Tokens{}.VerifyToken(raw)
	return raw, err
}

// Tokens verifies tokens, as [verify.Options] asks for in its Tokens.
type Tokens struct{}

var _ verify.TokenVerifier = Tokens{}

func refuse(code, format string, args ...any) error {
	return &verify.ProofError{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// VerifyToken implements [verify.TokenVerifier].
func (Tokens) VerifyToken(raw []byte) (*verify.ForgeToken, error) {
	if len(raw) > MaxDocument {
		return nil, refuse(verify.TokenMalformed, "the document has %d bytes, at most %d are read", len(raw), MaxDocument)
	}
	var d document
	if err := strictjson.Unmarshal(raw, &d, strictjson.RejectUnknown()); err != nil {
		return nil, refuse(verify.TokenMalformed, "%v", err)
	}
	if d.Statement.IsZero() || d.KeysAt.IsZero() {
		return nil, refuse(verify.TokenMalformed, "statement or keysAt is missing")
	}
	h, payload, signed, signature, err := split(d.Token)
	if err != nil {
		return nil, refuse(verify.TokenMalformed, "%v", err)
	}
	if h.Algorithm != "RS256" && h.Algorithm != "ES256" {
		return nil, refuse(verify.TokenAlgorithm, "the token is signed with %.20q: want RS256 or ES256", h.Algorithm)
	}
	keys, err := ParseKeys(d.Keys)
	if err != nil {
		return nil, refuse(verify.TokenMalformed, "key set: %v", err)
	}
	var key *Key
	for i := range keys {
		if keys[i].ID == h.KeyID {
			key = &keys[i]
		}
	}
	switch {
	case key == nil:
		return nil, refuse(verify.TokenKeyUnknown, "the key %.80q that the token names is not in the set", h.KeyID)
	case key.Algorithm != h.Algorithm:
		return nil, refuse(verify.TokenAlgorithm, "the token is signed with %s, and its key is for %s", h.Algorithm, key.Algorithm)
	case !key.verifies(signed, signature):
		return nil, refuse(verify.TokenSignature, "the key %.80q has not signed the token", h.KeyID)
	}
	t, err := read(payload)
	if err != nil {
		return nil, refuse(verify.TokenMalformed, "%v", err)
	}
	t.Statement, t.Key, t.KeysAt = d.Statement, key.Identity, d.KeysAt.Time
	return t, nil
}

// header is the part of a JWS header that counts.
type header struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
	Type      string          `json:"typ"`
	Critical  json.RawMessage `json:"crit"`
}

// split takes a token apart.
func split(token string) (h header, payload, signed, signature []byte, err error) {
	parts := strings.Split(token, ".")
	if len(token) > maxToken || len(parts) != 3 {
		return h, nil, nil, nil, errors.New("the token is no JWT of three parts")
	}
	var decoded [3][]byte
	for i, part := range parts {
		if decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil || strings.ContainsAny(part, "\r\n") {
			return h, nil, nil, nil, errors.New("the token is not in base64url")
		}
	}
	if err := strictjson.Unmarshal(decoded[0], &h); err != nil {
		return h, nil, nil, nil, fmt.Errorf("the token's header: %w", err)
	}
	switch {
	case h.Critical != nil:
		return h, nil, nil, nil, errors.New("the token's header has extensions that must be understood")
	case h.Type != "" && h.Type != "JWT":
		return h, nil, nil, nil, fmt.Errorf("the token says that it is a %.20q", h.Type)
	case h.KeyID == "":
		return h, nil, nil, nil, errors.New("the token names no key (kid)")
	}
	return h, decoded[1], []byte(parts[0] + "." + parts[1]), decoded[2], nil
}

// claims are those that an approval needs, as GitHub Actions states them.
type claims struct {
	Issuer       string          `json:"iss"`
	Audience     json.RawMessage `json:"aud"`
	Issued       int64           `json:"iat"`
	NotBefore    int64           `json:"nbf"`
	Expires      int64           `json:"exp"`
	Actor        string          `json:"actor_id"`
	Login        string          `json:"actor"`
	Repository   string          `json:"repository"`
	RepositoryID string          `json:"repository_id"`
	Workflow     string          `json:"job_workflow_ref"`
	Event        string          `json:"event_name"`
	Ref          string          `json:"ref"`
	RefProtected json.RawMessage `json:"ref_protected"`
	Attempt      string          `json:"run_attempt"`
	Run          string          `json:"run_id"`
}

// read reads the claims. What is missing stays empty, and approves nothing.
func read(payload []byte) (*verify.ForgeToken, error) {
	var c claims
	if err := strictjson.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("the token's claims: %w", err)
	}
	var audience string
	if json.Unmarshal(c.Audience, &audience) != nil {
		var list []string
		if json.Unmarshal(c.Audience, &list) != nil || len(list) != 1 {
			return nil, errors.New("the token's claims: want one audience (aud)")
		}
		audience = list[0]
	}
	if c.Issuer == "" || c.Issued <= 0 || c.Expires <= c.Issued {
		return nil, errors.New("the token's claims: iss is missing, or exp is not after iat")
	}
	attempt, err := strconv.Atoi(c.Attempt)
	if c.Attempt != "" && err != nil {
		return nil, errors.New("the token's claims: run_attempt is no number")
	}
	protected := string(c.RefProtected)
	return &verify.ForgeToken{
		Issuer: c.Issuer, Audience: audience,
		IssuedAt: time.Unix(max(c.Issued, c.NotBefore), 0).UTC(), Expires: time.Unix(c.Expires, 0).UTC(),
		ActorID: c.Actor, Login: c.Login, Repository: c.Repository, RepositoryID: c.RepositoryID, Workflow: c.Workflow, Event: c.Event, Ref: c.Ref,
		RefProtected: protected == "true" || protected == `"true"`, Attempt: attempt, Run: c.Run,
	}, nil
}

// Key is a key of a key set.
type Key struct {
	// ID is its kid, Algorithm what it signs with: RS256 or ES256.
	ID, Algorithm string
	// Identity is key:sha256: of its SubjectPublicKeyInfo, as trust pins it.
	Identity evidence.Identity

	public crypto.PublicKey
}

// jwk is a key as RFC 7517 and RFC 7518 write it.
type jwk struct {
	Type      string `json:"kty"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	N         string `json:"n"`
	E         string `json:"e"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	Y         string `json:"y"`
}

// ParseKeys reads a key set. Keys for other purposes and of other kinds are left
// out; a kid that stands there twice is an error.
func ParseKeys(raw []byte) ([]Key, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := strictjson.Unmarshal(raw, &set); err != nil {
		return nil, err
	}
	if n := len(set.Keys); n == 0 || n > maxKeys {
		return nil, fmt.Errorf("%d keys, want 1 to %d", n, maxKeys)
	}
	var keys []Key
	seen := map[string]bool{}
	for _, j := range set.Keys {
		if j.ID == "" || j.Use != "" && j.Use != "sig" {
			continue
		}
		if seen[j.ID] {
			return nil, fmt.Errorf("the kid %.80q stands there twice", j.ID)
		}
		seen[j.ID] = true
		k, err := j.key()
		if err != nil {
			return nil, fmt.Errorf("key %.80q: %w", j.ID, err)
		}
		if k == nil || j.Algorithm != "" && j.Algorithm != k.Algorithm {
			continue
		}
		spki, err := x509.MarshalPKIXPublicKey(k.public)
		if err != nil {
			return nil, fmt.Errorf("key %.80q: %w", j.ID, err)
		}
		k.Identity = evidence.KeyIdentity(spki)
		keys = append(keys, *k)
	}
	return keys, nil
}

// key reads a key; nil if it is of a kind that is not used here.
func (j *jwk) key() (*Key, error) {
	part := func(text string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			return nil
		}
		return b
	}
	switch {
	case j.Type == "RSA":
		n, e := new(big.Int).SetBytes(part(j.N)), new(big.Int).SetBytes(part(j.E))
		if n.BitLen() < minRSA || n.BitLen() > maxRSA || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 || e.Bit(0) == 0 {
			return nil, fmt.Errorf("an RSA key of %d bits, want %d to %d and a usual exponent", n.BitLen(), minRSA, maxRSA)
		}
		return &Key{ID: j.ID, Algorithm: "RS256", public: &rsa.PublicKey{N: n, E: int(e.Int64())}}, nil
	case j.Type == "EC" && j.Curve == "P-256":
		x, y := part(j.X), part(j.Y)
		if len(x) != 32 || len(y) != 32 {
			return nil, errors.New("not a point of P-256")
		}
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		if err != nil {
			return nil, err
		}
		return &Key{ID: j.ID, Algorithm: "ES256", public: public}, nil
	}
	return nil, nil
}

// verifies reports whether the key has made a signature as its algorithm says.
func (k *Key) verifies(signed, signature []byte) bool {
	digest := sha256.Sum256(signed)
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
	case *ecdsa.PublicKey:
		if len(signature) != 64 {
			return false
		}
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(public, digest[:], r, s)
	}
	return false
}
