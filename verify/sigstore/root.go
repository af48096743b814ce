package sigstore

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	prototrustroot "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"github.com/sigstore/sigstore-go/pkg/root"

	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	// MaxRoots is the most bytes of a file of trusted roots.
	MaxRoots = 8 << 20

	maxRoots       = 64
	maxAuthorities = 256
)

// Roots are Sigstore trusted roots: alternatives, each whole in itself. A
// certificate by an authority of one root never counts with a log of another.
type Roots struct {
	list []*trusted
}

// Len is the number of roots.
func (r *Roots) Len() int { return len(r.list) }

// Merge returns the roots of several files, in order.
func Merge(all ...*Roots) *Roots {
	m := &Roots{}
	for _, r := range all {
		m.list = append(m.list, r.list...)
	}
	return m
}

// ParseRoots reads trusted roots: one JSON document (trusted_root.json), or
// several, one a line (JSONL, as "gh attestation trusted-root" writes).
func ParseRoots(data []byte) (*Roots, error) {
	if len(data) > MaxRoots {
		return nil, problemf(TrustRoot, "the trusted root has %d bytes, at most %d are read", len(data), MaxRoots)
	}
	documents := [][]byte{data}
	if strictjson.Check(data) != nil {
		documents = documents[:0]
		for line := range bytes.Lines(data) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				documents = append(documents, line)
			}
		}
	}
	switch n := len(documents); {
	case n == 0:
		return nil, problemf(TrustRoot, "the trusted root is empty")
	case n > 1 && strictjson.Check(documents[0]) != nil: // one document with a mistake
		return nil, problemf(TrustRoot, "%v", strictjson.Check(data))
	case n > maxRoots:
		return nil, problemf(TrustRoot, "%d trusted roots, at most %d are read", n, maxRoots)
	}
	r := &Roots{}
	for i, doc := range documents {
		t, err := parseRoot(doc)
		if err != nil {
			if len(documents) > 1 {
				err = fmt.Errorf("line %d: %w", i+1, err)
			}
			return nil, problemf(TrustRoot, "%v", err)
		}
		r.list = append(r.list, t)
	}
	return r, nil
}

// trusted is one trusted root, and what has been found out once for all
// bundles that are verified under it.
type trusted struct {
	material    *root.TrustedRoot
	authorities []*authority
	logs        map[string]*log // by log ID, hex
	stamps      []*stampAuthority

	leaves      sync.Map // [sha256.Size]byte of a certificate -> *issued
	checkpoints sync.Map // [sha256.Size]byte of log and envelope -> *checkpoint, verified
	remembered  counter
}

// log is a transparency log of the root.
type log struct {
	*root.TransparencyLog
	id     string // hex
	host   string // of the base URL: the origin of Rekor v2 checkpoints
	spki   [sha256.Size]byte
	hintV1 [4]byte
}

func parseRoot(doc []byte) (*trusted, error) {
	if err := strictjson.Check(doc); err != nil {
		return nil, err
	}
	pb, err := root.NewTrustedRootProtobuf(doc)
	if err != nil {
		return nil, err
	}
	if err := completeRoot(pb); err != nil {
		return nil, err
	}
	material, err := root.NewTrustedRootFromProtobuf(pb)
	if err != nil {
		return nil, err
	}
	t := &trusted{material: material, logs: map[string]*log{}}
	for id, l := range material.RekorLogs() {
		if t.logs[id], err = newLog(id, l); err != nil {
			return nil, err
		}
	}
	for i, ca := range material.FulcioCertificateAuthorities() {
		f, ok := ca.(*root.FulcioCertificateAuthority)
		if !ok {
			return nil, fmt.Errorf("certificateAuthorities/%d: not a Fulcio authority", i)
		}
		t.authorities = append(t.authorities, newAuthority(f))
	}
	for i, tsa := range material.TimestampingAuthorities() {
		s, ok := tsa.(*root.SigstoreTimestampingAuthority)
		if !ok {
			return nil, fmt.Errorf("timestampAuthorities/%d: not a timestamp authority", i)
		}
		t.stamps = append(t.stamps, newStampAuthority(s))
	}
	return t, nil
}

// completeRoot refuses what the library would take for "valid for ever" or let
// one entry hide another.
func completeRoot(pb *prototrustroot.TrustedRoot) error {
	if n := len(pb.GetTlogs()) + len(pb.GetCtlogs()) + len(pb.GetCertificateAuthorities()) + len(pb.GetTimestampAuthorities()); n > maxAuthorities {
		return fmt.Errorf("%d logs and authorities, at most %d are read", n, maxAuthorities)
	}
	for _, group := range []struct {
		name string
		logs []*prototrustroot.TransparencyLogInstance
	}{{"tlogs", pb.GetTlogs()}, {"ctlogs", pb.GetCtlogs()}} {
		seen := map[string]bool{}
		for i, l := range group.logs {
			id := string(l.GetLogId().GetKeyId())
			if seen[id] {
				return fmt.Errorf("at /%s/%d: the log stands there twice", group.name, i)
			}
			seen[id] = true
			v := l.GetPublicKey().GetValidFor()
			if v.GetStart() == nil {
				return fmt.Errorf("at /%s/%d/publicKey/validFor/start: missing", group.name, i)
			}
			if v.GetEnd() != nil && v.GetEnd().AsTime().Before(v.GetStart().AsTime()) {
				return fmt.Errorf("at /%s/%d/publicKey/validFor: ends before it starts", group.name, i)
			}
		}
	}
	for _, group := range []struct {
		name        string
		authorities []*prototrustroot.CertificateAuthority
	}{{"certificateAuthorities", pb.GetCertificateAuthorities()}, {"timestampAuthorities", pb.GetTimestampAuthorities()}} {
		for i, a := range group.authorities {
			at := fmt.Sprintf("at /%s/%d", group.name, i)
			if a.GetValidFor().GetStart() == nil {
				return fmt.Errorf("%s/validFor/start: missing", at)
			}
			if end := a.GetValidFor().GetEnd(); end != nil && end.AsTime().Before(a.GetValidFor().GetStart().AsTime()) {
				return fmt.Errorf("%s/validFor: ends before it starts", at)
			}
			if n := len(a.GetCertChain().GetCertificates()); n > maxCertificates {
				return fmt.Errorf("%s/certChain: %d certificates, at most %d are read", at, n, maxCertificates)
			}
		}
	}
	return nil
}

func newLog(id string, l *root.TransparencyLog) (*log, error) {
	spki, err := x509.MarshalPKIXPublicKey(l.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("tlogs: the key of %.200s: %w", l.BaseURL, err)
	}
	u, err := url.Parse(l.BaseURL)
	if err != nil {
		return nil, errors.New("tlogs: a baseUrl is not a URL")
	}
	n := &log{TransparencyLog: l, id: id, host: u.Hostname(), spki: sha256.Sum256(spki)}
	copy(n.hintV1[:], n.spki[:])
	return n, nil
}

// log returns the log with an ID.
func (t *trusted) log(keyID []byte) *log { return t.logs[hex.EncodeToString(keyID)] }

// within reports whether at is between start and end, which count; a zero end
// is open.
func within(at, start, end time.Time) bool {
	return !at.Before(start) && (end.IsZero() || !at.After(end))
}
