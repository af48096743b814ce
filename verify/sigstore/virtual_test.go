package sigstore_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/release-dossier/dossier/verify/sigstore"
)

var update = flag.Bool("update", false, "write testdata/virtual anew, by a certificate authority, logs and a timestamp authority of its own")

const (
	virtualIdentity = "release@example.com"
	virtualIssuer   = "https://accounts.example.com"
	virtualArtifact = "hello\n"
)

// virtual returns a file of testdata/virtual, which TestVirtual writes.
func virtual(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "virtual", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// virtualAt is when the files of testdata/virtual were made, and a little later.
func virtualAt(t testing.TB) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, string(virtual(t, "time")))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func virtualRoots(t testing.TB, name string) *sigstore.Roots {
	t.Helper()
	roots, err := sigstore.ParseRoots(virtual(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return roots
}

// TestVirtual writes testdata/virtual anew: it is not what it checks but that
// the library, which wrote the files, accepts them.
func TestVirtual(t *testing.T) {
	if *update {
		writeVirtual(t)
	}
	for _, name := range []string{"dsse-v1.json", "dsse-v2.json", "message-v01.json", "timestamp-only.json", "key.json"} {
		t.Run(name, func(t *testing.T) {
			if err := libraryVerify(t, virtual(t, name), virtual(t, "trusted_root.json"), virtualPolicy(t, name)); err != nil {
				t.Error(err)
			}
		})
	}
}

func writeVirtual(t *testing.T) {
	t.Helper()
	vs, err := ca.NewVirtualSigstore()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	digest := sha256.Sum256([]byte(virtualArtifact))
	payload := fmt.Appendf(nil, `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"hello","digest":{"sha256":"%x"}}],"predicateType":"https://example.com/test/v1","predicate":{"n":1}}`, digest)

	attested, err := vs.AttestAtTime(virtualIdentity, virtualIssuer, payload, now.Add(2*time.Minute), true)
	must(t, err)
	v2, err := vs.AttestAtTimeHashedRekordV2(virtualIdentity, virtualIssuer, payload, time.Unix(0, 0))
	must(t, err)
	signed, err := vs.SignAtTime(virtualIdentity, virtualIssuer, []byte(virtualArtifact), now.Add(2*time.Minute))
	must(t, err)

	rekorKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	log := rekorV1{rekorKey}
	write := func(name string, data []byte) {
		must(t, os.MkdirAll(filepath.Join("testdata", "virtual"), 0o755))
		must(t, os.WriteFile(filepath.Join("testdata", "virtual", name), data, 0o644))
	}
	dsse := bundleOf(t, log, attested, "application/vnd.dev.sigstore.bundle.v0.3+json")
	write("dsse-v1.json", encode(t, dsse))
	write("dsse-v2.json", encode(t, bundleOf(t, log, v2, "application/vnd.dev.sigstore.bundle.v0.3+json")))
	write("message-v01.json", encode(t, bundleOf(t, log, signed, "application/vnd.dev.sigstore.bundle+json;version=0.1")))
	dsse.VerificationMaterial.TlogEntries = nil
	write("timestamp-only.json", encode(t, dsse))
	dsse.VerificationMaterial.TimestampVerificationData = nil
	write("no-proof.json", encode(t, dsse))

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	sig, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	must(t, err)
	token, err := vs.TimestampResponse(sig)
	must(t, err)
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	must(t, err)
	hint := sha256.Sum256(spki)
	byKey := &protobundle.Bundle{
		MediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
		VerificationMaterial: &protobundle.VerificationMaterial{
			Content:                   &protobundle.VerificationMaterial_PublicKey{PublicKey: &protocommon.PublicKeyIdentifier{Hint: base64.StdEncoding.EncodeToString(hint[:])}},
			TimestampVerificationData: stamps(token),
		},
		Content: messageOf(digest[:], sig),
	}
	write("key.json", encode(t, byKey))
	byKey.VerificationMaterial.TimestampVerificationData = nil
	write("key-no-proof.json", encode(t, byKey))
	write("key.pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	spki, err = x509.MarshalPKIXPublicKey(other.Public())
	must(t, err)
	write("other.pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))

	logs := rawIDs(t, vs.RekorLogs())
	logs[hex.EncodeToString(log.id(t))] = &root.TransparencyLog{
		BaseURL: "https://rekor.localhost", ID: log.id(t), HashFunc: crypto.SHA256, PublicKey: log.key.Public(),
		SignatureHashFunc: crypto.SHA256, ValidityPeriodStart: now.Add(-time.Hour), ValidityPeriodEnd: now.Add(time.Hour),
	}
	write("trusted_root.json", rootOf(t, vs, nil, logs))
	write("trusted_root-ct.json", rootOf(t, vs, rawIDs(t, vs.CTLogs()), logs))
	write("trusted_root-nolog.json", rootOf(t, vs, nil, nil))
	stranger, err := ca.NewVirtualSigstore()
	must(t, err)
	write("trusted_root-other.json", rootOf(t, stranger, nil, rawIDs(t, stranger.RekorLogs())))
	write("artifact", []byte(virtualArtifact))
	write("time", now.Add(3*time.Minute).UTC().AppendFormat(nil, time.RFC3339))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rawIDs has the logs under IDs as a trusted root holds them, not in hex.
func rawIDs(t testing.TB, logs map[string]*root.TransparencyLog) map[string]*root.TransparencyLog {
	t.Helper()
	for id, l := range logs {
		raw, err := hex.DecodeString(id)
		must(t, err)
		l.ID, l.BaseURL = raw, "https://rekor.localhost"
	}
	return logs
}

func rootOf(t testing.TB, vs *ca.VirtualSigstore, ct, logs map[string]*root.TransparencyLog) []byte {
	t.Helper()
	tr, err := root.NewTrustedRoot(root.TrustedRootMediaType01, vs.FulcioCertificateAuthorities(), ct, vs.TimestampingAuthorities(), logs)
	must(t, err)
	raw, err := tr.MarshalJSON()
	must(t, err)
	return indent(t, raw)
}

func messageOf(digest, sig []byte) *protobundle.Bundle_MessageSignature {
	return &protobundle.Bundle_MessageSignature{MessageSignature: &protocommon.MessageSignature{
		MessageDigest: &protocommon.HashOutput{Algorithm: protocommon.HashAlgorithm_SHA2_256, Digest: digest}, Signature: sig,
	}}
}

func stamps(tokens ...[]byte) *protobundle.TimestampVerificationData {
	d := &protobundle.TimestampVerificationData{}
	for _, token := range tokens {
		d.Rfc3161Timestamps = append(d.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: token})
	}
	return d
}

// bundleOf is the bundle of what the virtual authorities signed.
func bundleOf(t testing.TB, log rekorV1, e *ca.TestEntity, mediaType string) *protobundle.Bundle {
	t.Helper()
	content, err := e.VerificationContent()
	must(t, err)
	signature, err := e.SignatureContent()
	must(t, err)
	entries, err := e.TlogEntries()
	must(t, err)
	tokens, err := e.Timestamps()
	must(t, err)
	cert := &protocommon.X509Certificate{RawBytes: content.Certificate().Raw}
	b := &protobundle.Bundle{MediaType: mediaType, VerificationMaterial: &protobundle.VerificationMaterial{TimestampVerificationData: stamps(tokens...)}}
	b.VerificationMaterial.Content = &protobundle.VerificationMaterial_Certificate{Certificate: cert}
	if mediaType == "application/vnd.dev.sigstore.bundle+json;version=0.1" {
		b.VerificationMaterial.Content = &protobundle.VerificationMaterial_X509CertificateChain{
			X509CertificateChain: &protocommon.X509CertificateChain{Certificates: []*protocommon.X509Certificate{cert}},
		}
	}
	for _, entry := range entries {
		b.VerificationMaterial.TlogEntries = append(b.VerificationMaterial.TlogEntries, log.entry(t, entry.TransparencyLogEntry()))
	}
	if envelope := signature.EnvelopeContent(); envelope != nil {
		raw := envelope.RawEnvelope()
		payload, err := raw.DecodeB64Payload()
		must(t, err)
		b.Content = &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
			Payload: payload, PayloadType: raw.PayloadType, Signatures: []*protodsse.Signature{{Sig: signature.Signature()}},
		}}
		return b
	}
	b.Content = messageOf(signature.MessageSignatureContent().Digest(), signature.Signature())
	return b
}

// rekorV1 is a log of our own: the virtual one signs checkpoints of a tree of
// another size than its proofs are for, which we refuse.
type rekorV1 struct{ key *ecdsa.PrivateKey }

func (l rekorV1) id(t testing.TB) []byte {
	t.Helper()
	spki, err := x509.MarshalPKIXPublicKey(l.key.Public())
	must(t, err)
	id := sha256.Sum256(spki)
	return id[:]
}

func (l rekorV1) sign(t testing.TB, message string) []byte {
	t.Helper()
	digest := sha256.Sum256([]byte(message))
	sig, err := ecdsa.SignASN1(rand.Reader, l.key, digest[:])
	must(t, err)
	return sig
}

// entry is an entry of the virtual log as one of ours: the second of two.
func (l rekorV1) entry(t testing.TB, e *protorekor.TransparencyLogEntry) *protorekor.TransparencyLogEntry {
	t.Helper()
	var head struct{ Kind, APIVersion string }
	must(t, json.Unmarshal(e.GetCanonicalizedBody(), &head))
	e.KindVersion = &protorekor.KindVersion{Kind: head.Kind, Version: head.APIVersion}
	if e.IntegratedTime == 0 { // of Rekor v2
		return e
	}
	e.LogId, e.LogIndex = &protocommon.LogId{KeyId: l.id(t)}, 1001
	e.InclusionPromise = &protorekor.InclusionPromise{SignedEntryTimestamp: l.sign(t, fmt.Sprintf(`{"body":"%s","integratedTime":%d,"logID":"%x","logIndex":%d}`,
		base64.StdEncoding.EncodeToString(e.GetCanonicalizedBody()), e.GetIntegratedTime(), l.id(t), e.GetLogIndex()))}
	first, leaf := sha256.Sum256([]byte("\x00first")), sha256.Sum256(append([]byte{0}, e.GetCanonicalizedBody()...))
	root := sha256.Sum256(append(append([]byte{1}, first[:]...), leaf[:]...))
	text := fmt.Sprintf("rekor.localhost - 123\n2\n%s\n", base64.StdEncoding.EncodeToString(root[:]))
	signed := append(l.id(t)[:4:4], l.sign(t, text)...)
	e.InclusionProof = &protorekor.InclusionProof{
		LogIndex: 1, TreeSize: 2, RootHash: root[:], Hashes: [][]byte{first[:]},
		Checkpoint: &protorekor.Checkpoint{Envelope: text + "\n— rekor.localhost " + base64.StdEncoding.EncodeToString(signed) + "\n"},
	}
	return e
}

func encode(t testing.TB, b *protobundle.Bundle) []byte {
	t.Helper()
	raw, err := protojson.Marshal(b)
	must(t, err)
	return indent(t, raw)
}

func indent(t testing.TB, raw []byte) []byte {
	t.Helper()
	var v any
	must(t, json.Unmarshal(raw, &v))
	out, err := json.MarshalIndent(v, "", " ")
	must(t, err)
	return append(out, '\n')
}

// policy is how a bundle is to be verified, for us and for the library.
type policy struct {
	artifact []byte
	identity string
	issuer   string
	key      crypto.PublicKey
	log      bool
	sct      bool
}

func virtualPolicy(t testing.TB, name string) policy {
	t.Helper()
	p := policy{artifact: []byte(virtualArtifact), identity: virtualIdentity, issuer: virtualIssuer, log: true}
	switch name {
	case "timestamp-only.json":
		p.log = false
	case "key.json":
		p.log = false
		key, err := sigstore.ParsePublicKey(virtual(t, "key.pub"))
		must(t, err)
		p.key = key
	}
	return p
}
