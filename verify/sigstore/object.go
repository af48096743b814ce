package sigstore

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"time"

	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/release-dossier/dossier/verify"
)

var _ verify.CertificateVerifier = Statements{}

// VerifyCertificate implements [verify.CertificateVerifier]: for signatures of git
// objects, in which more certificates may stand than the chain needs.
func (s Statements) VerifyCertificate(c verify.CertificateSignature, asOf time.Time) (verify.Authenticated, error) {
	r := &Result{Root: -1}
	b, err := objectSignature(c)
	if !r.settle("form", err, "a signature with a certificate") {
		r.conclude()
		return r.authenticated()
	}
	key := r.signer(b, ByAnyoneUnsafe(), s.Verifier.byCompany(b.leaf))
	r.pass("artifact", "as its reader judges it")
	r.pass("signature", "as its reader judges it")
	if key == nil {
		r.conclude()
		return r.authenticated()
	}
	return s.Verifier.under(r, b, key, asOf).authenticated()
}

// objectSignature is a signature of a git object as if it had come in a bundle.
// Errors are problems.
func objectSignature(c verify.CertificateSignature) (*parsed, error) {
	leaf, err := x509.ParseCertificate(c.Certificate)
	if err != nil {
		return nil, problemf(CertMalformed, "the signing certificate: %v", err)
	}
	b := &parsed{
		version: "0.3", leaf: leaf, chain: c.Sent, loose: true, signature: c.Signature,
		hash: crypto.SHA256, message: &messageJSON{
			Digest: &messageDigestJSON{Algorithm: "SHA2_256", Digest: sum(crypto.SHA256, c.Message)}, Signature: c.Signature,
		},
	}
	for i, token := range c.Timestamps {
		if len(token) > maxToken || i == maxTimestamps {
			return nil, problemf(BundleMalformed, "a timestamp of %d bytes, or more than %d timestamps", len(token), maxTimestamps)
		}
		response, err := asn1.Marshal(struct {
			Status struct{ Status int }
			Token  asn1.RawValue
		}{Token: asn1.RawValue{FullBytes: token}})
		if err != nil {
			return nil, problemf(TSAMalformed, "%v", err)
		}
		b.timestamps = append(b.timestamps, response)
	}
	if c.LogEntry == nil {
		return b, nil
	}
	e, err := embeddedEntry(c)
	if err != nil {
		return nil, err
	}
	if code, lack := e.complete(); lack != "" {
		return nil, problemf(code, "the log entry in the signature: %s", lack)
	}
	b.entries = []entryJSON{e}
	return b, nil
}

// embeddedEntry reads the log entry that gitsign writes into signatures. It leaves
// the body out, which says what is in the signature itself: it is made again, and
// that it is the body the log has seen, the log's own signature shows.
func embeddedEntry(c verify.CertificateSignature) (e entryJSON, err error) {
	var pb protorekor.TransparencyLogEntry
	if len(c.LogEntry) > maxToken {
		return e, problemf(BundleMalformed, "a log entry of %d bytes, at most %d are read", len(c.LogEntry), maxToken)
	}
	if err := proto.Unmarshal(c.LogEntry, &pb); err != nil {
		return e, problemf(BundleMalformed, "the log entry in the signature is malformed")
	}
	if unknown(pb.ProtoReflect()) {
		return e, problemf(BundleMalformed, "the log entry in the signature has fields that are not known here")
	}
	kind := pb.GetKindVersion()
	if kind.GetKind() != "hashedrekord" || kind.GetVersion() != "0.0.1" || len(pb.GetCanonicalizedBody()) > 0 {
		return e, problemf(LogMismatch, "the log entry in the signature is %.40s %.40s, or has a body of its own: want hashedrekord 0.0.1 without", kind.GetKind(), kind.GetVersion())
	}
	proof := pb.GetInclusionProof()
	for _, n := range []int64{pb.GetLogIndex(), pb.GetIntegratedTime(), proof.GetLogIndex(), proof.GetTreeSize()} {
		if n < 0 {
			return e, problemf(BundleMalformed, "the log entry in the signature has a negative number")
		}
	}
	e.LogIndex, e.IntegratedTime = protoInt(pb.GetLogIndex()), protoInt(pb.GetIntegratedTime())
	e.LogID = &logIDJSON{KeyID: pb.GetLogId().GetKeyId()}
	e.KindVersion = &kindVersionJSON{Kind: kind.GetKind(), Version: kind.GetVersion()}
	e.Body = rekordBody(c)
	if p := pb.GetInclusionPromise(); p != nil {
		e.Promise = &promiseJSON{SET: p.GetSignedEntryTimestamp()}
	}
	if proof != nil {
		e.Proof = &proofJSON{
			LogIndex: protoInt(proof.GetLogIndex()), TreeSize: protoInt(proof.GetTreeSize()), RootHash: proof.GetRootHash(),
			Checkpoint: &checkpointJSON{Envelope: proof.GetCheckpoint().GetEnvelope()},
		}
		for _, h := range proof.GetHashes() {
			e.Proof.Hashes = append(e.Proof.Hashes, h)
		}
	}
	return e, nil
}

// unknown reports whether a message, or one within it, has fields that its
// definition does not have.
func unknown(m protoreflect.Message) bool {
	if len(m.GetUnknown()) > 0 {
		return true
	}
	found := false
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.Message() != nil && !f.IsList() && !f.IsMap() {
			found = found || unknown(v.Message())
		}
		return !found
	})
	return found
}

// rekordBody is the canonicalized body of a hashedrekord 0.0.1 entry over the
// signature's message, in RFC 8785 form.
func rekordBody(c verify.CertificateSignature) []byte {
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate})
	return fmt.Appendf(nil, `{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"%x"}},"signature":{"content":"%s","publicKey":{"content":"%s"}}}}`,
		sum(crypto.SHA256, c.Message), base64.StdEncoding.EncodeToString(c.Signature), base64.StdEncoding.EncodeToString(certificate))
}
