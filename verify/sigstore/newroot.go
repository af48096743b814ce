package sigstore

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	trustroot "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"github.com/sigstore/rekor-tiles/v2/pkg/note"
	"github.com/sigstore/sigstore-go/pkg/root"
	"google.golang.org/protobuf/encoding/protojson"
)

// Services are what a trusted root is made of: the services of an own Sigstore
// instance.
type Services struct {
	// Authorities issue signing certificates (Fulcio).
	Authorities []AuthorityService
	// TimestampAuthorities issue RFC 3161 timestamps.
	TimestampAuthorities []AuthorityService
	// Logs hold signatures (Rekor).
	Logs []LogService
	// CertificateLogs hold certificates (certificate transparency, RFC 6962).
	CertificateLogs []LogService
}

// AuthorityService is an authority that is known by its certificates.
type AuthorityService struct {
	URL string
	// Chain is the authority's chain, its root last. That of a timestamp
	// authority begins with the certificate that signs timestamps, that of an
	// issuer with the certificate that signs certificates.
	Chain []*x509.Certificate
	// Start is from when on it is trusted; zero is when its root certificate
	// begins. End is until when; zero is open.
	Start, End time.Time
}

// LogService is a log that is known by its key.
type LogService struct {
	URL string
	Key crypto.PublicKey
	// Origin is the name by which a Rekor v2 log signs its checkpoints. Clients
	// take it from the host of the URL, so no other one can be used. It is empty
	// for Rekor v1 and for certificate-transparency logs.
	Origin string
	// Start is from when on the log is trusted; required. End is until when; zero
	// is open.
	Start, End time.Time
}

// NewRoot makes a trusted root (trusted_root.json) of services. What it returns,
// [ParseRoots] accepts.
func NewRoot(s Services) ([]byte, error) {
	if len(s.Authorities)+len(s.TimestampAuthorities)+len(s.Logs)+len(s.CertificateLogs) == 0 {
		return nil, errors.New("the trusted root names nothing: give at least one service")
	}
	var authorities []root.CertificateAuthority
	for i, a := range s.Authorities {
		n, err := a.issuer()
		if err != nil {
			return nil, fmt.Errorf("certificate authority %d: %w", i+1, err)
		}
		authorities = append(authorities, n)
	}
	var stamps []root.TimestampingAuthority
	for i, a := range s.TimestampAuthorities {
		n, err := a.stampAuthority()
		if err != nil {
			return nil, fmt.Errorf("timestamp authority %d: %w", i+1, err)
		}
		stamps = append(stamps, n)
	}
	logs, err := logsOf("transparency log", s.Logs)
	if err != nil {
		return nil, err
	}
	certificateLogs, err := logsOf("certificate-transparency log", s.CertificateLogs)
	if err != nil {
		return nil, err
	}
	r, err := root.NewTrustedRoot(root.TrustedRootMediaType01, authorities, certificateLogs, stamps, logs)
	if err != nil {
		return nil, err
	}
	raw, err := r.MarshalJSON()
	if err == nil {
		raw, err = sortLogs(raw)
	}
	if err != nil {
		return nil, err
	}
	// The library varies its white space on purpose.
	var text bytes.Buffer
	if err := json.Indent(&text, raw, "", "  "); err != nil {
		return nil, err
	}
	text.WriteByte('\n')
	if _, err := ParseRoots(text.Bytes()); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

// sortLogs puts the logs of a trusted root in the order of their ids: the library
// holds them in a map, and the same services are to give the same bytes.
func sortLogs(raw []byte) ([]byte, error) {
	var r trustroot.TrustedRoot
	if err := protojson.Unmarshal(raw, &r); err != nil {
		return nil, err
	}
	for _, list := range [][]*trustroot.TransparencyLogInstance{r.Tlogs, r.Ctlogs} {
		slices.SortFunc(list, func(a, b *trustroot.TransparencyLogInstance) int {
			return bytes.Compare(a.GetLogId().GetKeyId(), b.GetLogId().GetKeyId())
		})
	}
	return protojson.Marshal(&r)
}

// chain checks that each certificate is signed by the next one and the last by
// itself, and returns when the authority starts.
func (a *AuthorityService) chain() (start time.Time, err error) {
	if len(a.Chain) == 0 {
		return start, errors.New("no certificate")
	}
	if len(a.Chain) > maxCertificates {
		return start, fmt.Errorf("%d certificates, at most %d are read", len(a.Chain), maxCertificates)
	}
	if err := checkURL(a.URL); err != nil {
		return start, err
	}
	for i, c := range a.Chain {
		parent := a.Chain[min(i+1, len(a.Chain)-1)]
		if err := c.CheckSignatureFrom(parent); err != nil {
			return start, fmt.Errorf("certificate %d (%s) is not signed by the one after it, or the last one is no root: %w", i+1, c.Subject, err)
		}
	}
	start = a.Start
	if start.IsZero() {
		start = a.Chain[len(a.Chain)-1].NotBefore
	}
	if !a.End.IsZero() && a.End.Before(start) {
		return start, errors.New("it ends before it starts")
	}
	return start, nil
}

func (a *AuthorityService) issuer() (root.CertificateAuthority, error) {
	start, err := a.chain()
	if err != nil {
		return nil, err
	}
	last := len(a.Chain) - 1
	for i, c := range a.Chain {
		if !c.IsCA {
			return nil, fmt.Errorf("certificate %d (%s) is no authority: the chain begins with the one that issues signing certificates", i+1, c.Subject)
		}
	}
	return &root.FulcioCertificateAuthority{
		Root: a.Chain[last], Intermediates: a.Chain[:last], URI: a.URL,
		ValidityPeriodStart: start, ValidityPeriodEnd: a.End,
	}, nil
}

func (a *AuthorityService) stampAuthority() (root.TimestampingAuthority, error) {
	start, err := a.chain()
	if err != nil {
		return nil, err
	}
	leaf, last := a.Chain[0], len(a.Chain)-1
	if last == 0 || leaf.IsCA || !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return nil, fmt.Errorf("certificate 1 (%s) is not for timestamps: the chain begins with the one that signs them", leaf.Subject)
	}
	return &root.SigstoreTimestampingAuthority{
		Root: a.Chain[last], Intermediates: a.Chain[1:last], Leaf: leaf, URI: a.URL,
		ValidityPeriodStart: start, ValidityPeriodEnd: a.End,
	}, nil
}

// logsOf returns logs by their ID, in hex.
func logsOf(what string, list []LogService) (map[string]*root.TransparencyLog, error) {
	logs := map[string]*root.TransparencyLog{}
	for i, l := range list {
		id, err := l.id()
		if err != nil {
			return nil, fmt.Errorf("%s %d: %w", what, i+1, err)
		}
		if logs[hex.EncodeToString(id)] != nil {
			return nil, fmt.Errorf("%s %d: it is given twice", what, i+1)
		}
		logs[hex.EncodeToString(id)] = &root.TransparencyLog{
			BaseURL: l.URL, ID: id, PublicKey: l.Key, HashFunc: crypto.SHA256, SignatureHashFunc: crypto.SHA256,
			ValidityPeriodStart: l.Start, ValidityPeriodEnd: l.End,
		}
	}
	return logs, nil
}

// id is the log's ID: that of its checkpoints' signatures (C2SP signed-note) for
// Rekor v2, the digest of its key for the others (RFC 6962, section 3.2).
func (l *LogService) id() ([]byte, error) {
	if err := checkURL(l.URL); err != nil {
		return nil, err
	}
	switch {
	case l.Start.IsZero():
		return nil, errors.New("from when on it is trusted is missing")
	case !l.End.IsZero() && l.End.Before(l.Start):
		return nil, errors.New("it ends before it starts")
	}
	if err := acceptable(l.Key); err != nil {
		return nil, err
	}
	if l.Origin == "" {
		if _, ok := l.Key.(ed25519.PublicKey); ok {
			return nil, errors.New("an Ed25519 key is one of Rekor v2: its origin is missing")
		}
		spki, err := x509.MarshalPKIXPublicKey(l.Key)
		if err != nil {
			return nil, err
		}
		id := sha256.Sum256(spki)
		return id[:], nil
	}
	if u, err := url.Parse(l.URL); err != nil || u.Hostname() != l.Origin {
		return nil, fmt.Errorf("its origin %.100q is not the host of its URL: no client would accept its checkpoints", l.Origin)
	}
	_, id, err := note.KeyHash(l.Origin, l.Key)
	return id, err
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("%.200q is not the URL of a service", text)
	}
	return nil
}
