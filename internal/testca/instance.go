// Package testca is for tests: a Sigstore instance and a company's certificate
// authority in memory, at any time that a test wants. Their keys are real, and
// so are certificates, log entries and timestamps.
package testca

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/sigstore/sigstore-go/pkg/root"

	"github.com/release-dossier/dossier/attest"
)

// Instance is a Sigstore instance: a certificate authority for keyless
// signatures, a Rekor v1 log and a timestamp authority.
type Instance struct {
	fulcio, stamps *Authority
	log            *ecdsa.PrivateKey
	begin          time.Time
}

// NewInstance makes an instance that is trusted from begin on.
func NewInstance(t testing.TB, begin time.Time) *Instance {
	t.Helper()
	return &Instance{
		fulcio: NewAuthority(t, "fulcio", begin, nil), stamps: NewAuthority(t, "timestamps", begin, nil),
		log: newKey(t), begin: begin,
	}
}

// TrustedRoot is the instance's trusted_root.json; without log, if it is to name
// none.
func (s *Instance) TrustedRoot(t testing.TB, log bool) []byte {
	t.Helper()
	logs := map[string]*root.TransparencyLog{}
	if log {
		id := spkiDigest(t, s.log.Public())
		logs[string(id)] = &root.TransparencyLog{
			BaseURL: "https://rekor.localhost", ID: id, HashFunc: crypto.SHA256, PublicKey: s.log.Public(),
			SignatureHashFunc: crypto.SHA256, ValidityPeriodStart: s.begin,
		}
	}
	tr, err := root.NewTrustedRoot(root.TrustedRootMediaType01,
		[]root.CertificateAuthority{&root.FulcioCertificateAuthority{Root: s.fulcio.Certificate, URI: "https://fulcio.localhost", ValidityPeriodStart: s.begin}}, nil,
		[]root.TimestampingAuthority{&root.SigstoreTimestampingAuthority{Root: s.stamps.Certificate, URI: "https://tsa.localhost", ValidityPeriodStart: s.begin}}, logs)
	must(t, err)
	raw, err := tr.MarshalJSON()
	must(t, err)
	return raw
}

// Holder is whom a certificate is for, and what else it says.
type Holder struct {
	Issuer, Subject string
	// Extensions are those of Fulcio by their number, 11 for the runner.
	Extensions map[int]string
}

// Workflow is a job of GitHub Actions of a repository, owner/name, at a tag.
func Workflow(repository, file, ref string) Holder {
	uri := "https://github.com/" + repository
	workflow := uri + "/.github/workflows/" + file + "@" + ref
	return Holder{
		Issuer: "https://token.actions.githubusercontent.com", Subject: workflow,
		Extensions: map[int]string{9: workflow, 11: "github-hosted", 12: uri, 14: ref, 18: workflow, 20: "push"},
	}
}

// Signer signs like a keyless client does: a fresh key, and a certificate for ten
// minutes.
type Signer struct {
	t        testing.TB
	instance *Instance
	holder   Holder
	at       time.Time
	// Log and Stamp say which proofs it obtains.
	Log, Stamp bool
}

// Keyless returns a signer for a holder, who signs at a moment.
func (s *Instance) Keyless(t testing.TB, h Holder, at time.Time) *Signer {
	return &Signer{t: t, instance: s, holder: h, at: at, Log: true, Stamp: true}
}

// Certificate is a certificate for the holder's key, from a minute before.
func (s *Signer) Certificate(key crypto.PublicKey) []byte {
	s.t.Helper()
	template := &x509.Certificate{
		NotBefore: s.at.Add(-time.Minute), NotAfter: s.at.Add(9 * time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	if strings.Contains(s.holder.Subject, "://") {
		u, err := url.Parse(s.holder.Subject)
		must(s.t, err)
		template.URIs = []*url.URL{u}
	} else {
		template.EmailAddresses = []string{s.holder.Subject}
	}
	values := map[int]string{8: s.holder.Issuer}
	for n, v := range s.holder.Extensions {
		values[n] = v
	}
	for n, v := range values {
		der, err := asn1.MarshalWithParams(v, "utf8")
		must(s.t, err)
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, n}, Value: der})
	}
	return s.instance.fulcio.Issue(s.t, template, key).Raw
}

// Sign implements attest.Signer.
func (s *Signer) Sign(_ context.Context, message []byte) (attest.Signed, error) {
	key := newKey(s.t)
	signed := attest.Signed{Signature: signature(s.t, key, message), Certificate: s.Certificate(key.Public())}
	if s.Log {
		signed.LogEntries = []jsontext.Value{s.instance.Entry(s.t, DSSEBody(message, signed.Signature, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed.Certificate})), s.at)}
	}
	if s.Stamp {
		signed.Timestamps = [][]byte{s.instance.Timestamp(s.t, signed.Signature, s.at.Add(time.Second))}
	}
	return signed, nil
}

// Stamped signs as another signer does, and adds a timestamp of a moment.
func (s *Instance) Stamped(t testing.TB, by attest.Signer, at time.Time) attest.Signer {
	return signerFunc(func(ctx context.Context, message []byte) (attest.Signed, error) {
		signed, err := by.Sign(ctx, message)
		if err == nil {
			signed.Timestamps = append(signed.Timestamps, s.Timestamp(t, signed.Signature, at))
		}
		return signed, err
	})
}

// Logged signs as another signer with a bare key does, and adds a log entry.
func (s *Instance) Logged(t testing.TB, by *attest.KeySigner, at time.Time) attest.Signer {
	return signerFunc(func(ctx context.Context, message []byte) (attest.Signed, error) {
		signed, err := by.Sign(ctx, message)
		if err == nil {
			signed.LogEntries = append(signed.LogEntries, s.Entry(t, DSSEBody(message, signed.Signature, by.Public().PEM()), at))
		}
		return signed, err
	})
}

type signerFunc func(context.Context, []byte) (attest.Signed, error)

// Sign implements attest.Signer.
func (f signerFunc) Sign(ctx context.Context, message []byte) (attest.Signed, error) {
	return f(ctx, message)
}

// Timestamp is an RFC 3161 response over data.
func (s *Instance) Timestamp(t testing.TB, data []byte, at time.Time) []byte {
	t.Helper()
	resp, err := s.stamp(t, data, at).CreateResponseWithOpts(s.tsa(t), s.stamps.leafKey(t), crypto.SHA256)
	must(t, err)
	return resp
}

// Token is the TimeStampToken alone, as CMS holds one.
func (s *Instance) Token(t testing.TB, data []byte, at time.Time) []byte {
	t.Helper()
	var resp struct {
		Status struct{ Status int }
		Token  asn1.RawValue
	}
	_, err := asn1.Unmarshal(s.Timestamp(t, data, at), &resp)
	must(t, err)
	return resp.Token.FullBytes
}

func (s *Instance) stamp(t testing.TB, data []byte, at time.Time) *timestamp.Timestamp {
	t.Helper()
	digest := sha256.Sum256(data)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	must(t, err)
	return &timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Time: at, SerialNumber: serial,
		Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 2}, Qualified: false, AddTSACertificate: true,
	}
}

func (s *Instance) tsa(t testing.TB) *x509.Certificate {
	t.Helper()
	if s.stamps.leaf == nil {
		usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
		must(t, err)
		s.stamps.leaf = s.stamps.Issue(t, &x509.Certificate{
			NotBefore: s.begin, NotAfter: s.begin.AddDate(10, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
			ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}},
		}, s.stamps.leafKey(t).Public())
	}
	return s.stamps.leaf
}

// DSSEBody is what a Rekor v1 log says of a statement (kind dsse 0.0.1).
func DSSEBody(pae, sig, verifier []byte) []byte {
	payload := bytes.SplitN(pae, []byte(" "), 5)[4]
	body, _ := json.Marshal(map[string]any{
		"apiVersion": "0.0.1", "kind": "dsse",
		"spec": map[string]any{
			"envelopeHash": map[string]string{"algorithm": "sha256", "value": fmt.Sprintf("%064x", 1)},
			"payloadHash":  map[string]string{"algorithm": "sha256", "value": fmt.Sprintf("%x", sha256.Sum256(payload))},
			"signatures":   []any{map[string]any{"signature": sig, "verifier": verifier}},
		},
	})
	return body
}

// HashedRekordBody is what a Rekor v1 log says of a digest (hashedrekord 0.0.1).
func HashedRekordBody(message, sig, verifier []byte) []byte {
	body, _ := json.Marshal(map[string]any{
		"apiVersion": "0.0.1", "kind": "hashedrekord",
		"spec": map[string]any{
			"data":      map[string]any{"hash": map[string]string{"algorithm": "sha256", "value": fmt.Sprintf("%x", sha256.Sum256(message))}},
			"signature": map[string]any{"content": sig, "publicKey": map[string]any{"content": verifier}},
		},
	})
	return body
}

// Entry is the log's entry with a body, the second of two, as protobuf JSON.
func (s *Instance) Entry(t testing.TB, body []byte, at time.Time) []byte {
	t.Helper()
	var head struct{ Kind, APIVersion string }
	must(t, json.Unmarshal(body, &head))
	id := spkiDigest(t, s.log.Public())
	const index = 1001
	promise := fmt.Sprintf(`{"body":"%s","integratedTime":%d,"logID":"%x","logIndex":%d}`, base64.StdEncoding.EncodeToString(body), at.Unix(), id, index)
	first, leaf := sha256.Sum256([]byte("\x00first")), sha256.Sum256(append([]byte{0}, body...))
	top := sha256.Sum256(append(append([]byte{1}, first[:]...), leaf[:]...))
	text := fmt.Sprintf("rekor.localhost - 123\n2\n%s\n", base64.StdEncoding.EncodeToString(top[:]))
	note := text + "\n— rekor.localhost " + base64.StdEncoding.EncodeToString(append(id[:4:4], signature(t, s.log, []byte(text))...)) + "\n"
	raw, err := json.Marshal(map[string]any{
		"logIndex": fmt.Sprint(index), "logId": map[string]any{"keyId": id},
		"kindVersion":      map[string]string{"kind": head.Kind, "version": head.APIVersion},
		"integratedTime":   fmt.Sprint(at.Unix()),
		"inclusionPromise": map[string]any{"signedEntryTimestamp": signature(t, s.log, []byte(promise))},
		"inclusionProof": map[string]any{
			"logIndex": "1", "treeSize": "2", "rootHash": top[:], "hashes": [][]byte{first[:]},
			"checkpoint": map[string]string{"envelope": note},
		},
		"canonicalizedBody": body,
	})
	must(t, err)
	return raw
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return key
}

func signature(t testing.TB, key *ecdsa.PrivateKey, message []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(message)
	sig, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	must(t, err)
	return sig
}

func spkiDigest(t testing.TB, key crypto.PublicKey) []byte {
	t.Helper()
	spki, err := x509.MarshalPKIXPublicKey(key)
	must(t, err)
	digest := sha256.Sum256(spki)
	return digest[:]
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
