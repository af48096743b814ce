package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Identity is who somebody is, in one of the forms of rules of format R12:
//
//	oidc:<issuer>|<subject>              an OpenID Connect subject
//	x509:<sha256 of anchor SPKI>|<SAN type>:<value>
//	key:sha256:<64 hex of the SPKI DER>  a public key, however it signed
//	pgp:<40 or 64 upper-case hex>        an OpenPGP primary key
//	account:<host>:<stable id>           an account at a forge or ticket system
//	mailto:<address>                     a claim, never a proof
//
// Two identities are the same if their bytes are the same. Logins and names
// are display, never identity.
type Identity string

// maxIdentity bounds what is kept of an identity from outside, in bytes.
const maxIdentity = 1024

// ParseIdentity checks s against the grammar and returns its normal form: the
// host of an account and the domain of an e-mail address in lower case, the
// rest untouched.
func ParseIdentity(s string) (Identity, error) {
	if len(s) > maxIdentity {
		return "", fmt.Errorf("identity is longer than %d bytes", maxIdentity)
	}
	if !utf8.ValidString(s) {
		return "", errors.New("identity is not valid UTF-8")
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f }); i >= 0 {
		return "", fmt.Errorf("identity holds a control character at byte %d", i)
	}
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" {
		return "", fmt.Errorf("identity %.80q has no scheme: want oidc, x509, key, pgp, account or mailto, and a colon", s)
	}
	var err error
	switch scheme {
	case "oidc":
		err = checkPair(rest, "oidc:<issuer>|<subject>")
	case "x509":
		err = checkX509(rest)
	case "key":
		hexes, ok := strings.CutPrefix(rest, "sha256:")
		if !ok {
			return "", errors.New("key identity wants key:sha256:<64 hex>")
		}
		err = checkHex("sha256", hexes)
	case "pgp":
		err = checkFingerprint(rest)
	case "account":
		rest, err = normalAccount(rest)
	case "mailto":
		rest, err = normalAddress(rest)
	case "ssh":
		err = errors.New("ssh:SHA256:... is a way to write a key, not an identity: give the public key, its identity is key:sha256:<64 hex>")
	default:
		err = fmt.Errorf("unknown identity scheme %.20q: want oidc, x509, key, pgp, account or mailto", scheme)
	}
	if err != nil {
		return "", err
	}
	return Identity(scheme + ":" + rest), nil
}

// KeyIdentity is the identity of the public key whose SubjectPublicKeyInfo
// (RFC 5280, DER) is spki. A key has this one identity whether it signs as an
// SSH key, in a Sigstore bundle or in a certificate.
func KeyIdentity(spki []byte) Identity {
	sum := sha256.Sum256(spki)
	return Identity("key:sha256:" + hex.EncodeToString(sum[:]))
}

// Scheme returns what stands before the first colon: "key", "oidc", ...
func (id Identity) Scheme() string {
	scheme, _, _ := strings.Cut(string(id), ":")
	return scheme
}

// UnmarshalText implements encoding.TextUnmarshaler: an identity in evidence
// must already be in its normal form.
func (id *Identity) UnmarshalText(text []byte) error {
	got := Identity(text)
	if err := got.validate(); err != nil {
		return err
	}
	*id = got
	return nil
}

func (id Identity) validate() error {
	got, err := ParseIdentity(string(id))
	if err != nil {
		return err
	}
	if got != id {
		return fmt.Errorf("identity %.80q is not in its normal form %.80q", id, got)
	}
	return nil
}

func checkPair(s, form string) error {
	a, b, ok := strings.Cut(s, "|")
	if !ok || a == "" || b == "" {
		return fmt.Errorf("identity wants the form %s", form)
	}
	return nil
}

func checkX509(s string) error {
	anchor, san, ok := strings.Cut(s, "|")
	if !ok {
		return errors.New("identity wants the form x509:<sha256 of the trust anchor's SPKI>|<SAN type>:<value>")
	}
	if err := checkHex("sha256", anchor); err != nil {
		return err
	}
	typ, value, ok := strings.Cut(san, ":")
	if !ok || value == "" {
		return errors.New("x509 identity has no SAN value")
	}
	switch typ {
	case "email", "uri", "dns", "ip", "other":
		return nil
	}
	return fmt.Errorf("unknown SAN type %.20q: want email, uri, dns, ip or other", typ)
}

func checkFingerprint(s string) error {
	if len(s) != 40 && len(s) != 64 {
		return errors.New("pgp identity wants the 40 or 64 hex digits of the primary key's fingerprint")
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return errors.New("pgp fingerprint is not upper-case hex")
		}
	}
	return nil
}

func normalAccount(s string) (string, error) {
	host, id, ok := strings.Cut(s, ":")
	if !ok || host == "" || id == "" {
		return "", errors.New("account identity wants account:<host>:<stable id>")
	}
	host = strings.ToLower(host)
	if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" {
		return "", fmt.Errorf("account identity has no usable host: %.80q", host)
	}
	return host + ":" + id, nil
}

func normalAddress(s string) (string, error) {
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 || strings.ContainsAny(s, " <>") {
		return "", fmt.Errorf("%.80q is not an e-mail address", s)
	}
	return s[:at+1] + strings.ToLower(s[at+1:]), nil
}

// ActorKind says what acts under an identity.
type ActorKind string

// The kinds of actors. Bots and services never count as independent people,
// nor does an account of which its system does not say whose it is, unless the
// verifier's trust document lists it as a person's.
const (
	Human       ActorKind = "human"
	Bot         ActorKind = "bot"
	Service     ActorKind = "service"
	Unspecified ActorKind = "unspecified"
)

// Actor is somebody or something that did what is recorded.
type Actor struct {
	// ID is who it is.
	ID Identity `json:"id"`
	// Kind is human, bot, service or unspecified, as the recorder says.
	Kind ActorKind `json:"kind"`
	// Display is a name or login for people; it identifies nobody.
	Display string `json:"display,omitempty"`
	// Aliases are further identities that the recorder says are the same
	// actor. They can add authors, never remove one (rules of format, R11).
	Aliases []Identity `json:"aliases,omitempty"`
}

// Validate reports an identity that is missing or not in its normal form, or
// an unknown kind.
func (a Actor) Validate() error {
	if err := a.ID.validate(); err != nil {
		return fmt.Errorf("id: %w", err)
	}
	for i, alias := range a.Aliases {
		if err := alias.validate(); err != nil {
			return fmt.Errorf("alias %d: %w", i, err)
		}
	}
	switch a.Kind {
	case Human, Bot, Service, Unspecified:
		return nil
	}
	return fmt.Errorf("kind: unknown kind %.20q: want human, bot, service or unspecified", a.Kind)
}
