package sigstore

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	_ "crypto/sha512" // digests are by crypto.Hash
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/bundlejson"
	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	maxSubjects = 1024 // as Sigstore clients
	maxDigests  = 32   // of a subject, as Sigstore clients
	// maxContent is the most bytes of an artifact that are held in memory, which
	// only pure Ed25519 asks for.
	maxContent = 64 << 20
)

// Artifact is what a bundle must be about.
type Artifact struct {
	digests map[crypto.Hash][]byte
	content []byte // what there is of it, up to maxContent
	any     bool
	read    bool // the statement has been read and is the caller's to judge
}

// AnyArtifactUnsafe leaves open what a bundle is about. A bundle that signs an
// artifact and states nothing cannot be verified so. The caller decides by
// Result.Payload, and must.
func AnyArtifactUnsafe() Artifact { return Artifact{any: true} }

// statementRead leaves the statement to a caller who has read it.
func statementRead() Artifact { return Artifact{any: true, read: true} }

// ReadArtifact reads an artifact to its end.
func ReadArtifact(r io.Reader) (Artifact, error) {
	a := Artifact{digests: map[crypto.Hash][]byte{}}
	all := []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512}
	var writers []io.Writer
	sums := make([]interface{ Sum([]byte) []byte }, len(all))
	for i, h := range all {
		w := h.New()
		writers, sums[i] = append(writers, w), w
	}
	var head bytes.Buffer
	if _, err := io.Copy(io.MultiWriter(append(writers, &limited{&head})...), r); err != nil {
		return Artifact{}, err
	}
	for i, h := range all {
		a.digests[h] = sums[i].Sum(nil)
	}
	a.content = head.Bytes()
	return a, nil
}

// limited keeps what is written to it up to maxContent, and beyond that
// nothing at all.
type limited struct{ b *bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.b != nil && l.b.Len()+len(p) > maxContent {
		*l.b = bytes.Buffer{}
		l.b = nil
	}
	if l.b != nil {
		l.b.Write(p)
	}
	return len(p), nil
}

// ParseDigest reads the digest of an artifact, sha256:HEX, sha384:HEX or
// sha512:HEX.
func ParseDigest(text string) (Artifact, error) {
	algorithm, digits, _ := strings.Cut(text, ":")
	hash, ok := subjectHashes[algorithm]
	if !ok {
		return Artifact{}, errors.New("want sha256:HEX, sha384:HEX or sha512:HEX")
	}
	digest, err := hex.DecodeString(digits)
	if err != nil || len(digest) != hash.Size() || strings.ToLower(digits) != digits {
		return Artifact{}, fmt.Errorf("after %s: want %d lower-case hex digits", algorithm, 2*hash.Size())
	}
	return Artifact{digests: map[crypto.Hash][]byte{hash: digest}}, nil
}

// ArtifactOf is the artifact with a SHA-256 digest.
func ArtifactOf(digest [sha256.Size]byte) Artifact {
	return Artifact{digests: map[crypto.Hash][]byte{crypto.SHA256: digest[:]}}
}

// Digests returns what is known of the artifact, as in-toto writes it: the
// digests by sha256, sha384 and sha512, in hex. It is empty for any artifact.
func (a Artifact) Digests() map[string]string {
	all := map[string]string{}
	for name, hash := range subjectHashes {
		if d, ok := a.digests[hash]; ok {
			all[name] = hex.EncodeToString(d)
		}
	}
	return all
}

// subjectHashes are the digest algorithms of in-toto subjects that are compared.
var subjectHashes = map[string]crypto.Hash{"sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512}

// statement is what is read of an in-toto Statement (v1 and v0.1).
type statement struct {
	Type          string         `json:"_type"`
	PredicateType string         `json:"predicateType"`
	Predicate     jsontext.Value `json:"predicate"`
	Subject       subjects       `json:"subject"`
}

type subject struct {
	Name   string    `json:"name"`
	Digest digestSet `json:"digest"`
}

// subjects and digestSet are bounded before they are read.
type (
	subjects  []subject
	digestSet map[string]string
)

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (l *subjects) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	list, err := bundlejson.AtMost[subject](d, maxSubjects)
	*l = list
	return err
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (s *digestSet) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	token, err := d.ReadToken()
	if err != nil || token.Kind() == 'n' {
		return err
	}
	if token.Kind() != '{' {
		return errors.New("want an object")
	}
	*s = digestSet{}
	for d.PeekKind() != '}' {
		if len(*s) == maxDigests {
			return fmt.Errorf("more than %d digests", maxDigests)
		}
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		algorithm := name.String() // before the next token
		value, err := d.ReadToken()
		if err != nil {
			return err
		}
		if value.Kind() != '"' {
			return errors.New("want text")
		}
		(*s)[algorithm] = value.String()
	}
	_, err = d.ReadToken()
	return err
}

const inTotoType = "application/vnd.in-toto+json"

// readStatement reads the payload of a DSSE bundle.
func (b *parsed) readStatement() (*statement, error) {
	if b.payloadType != inTotoType {
		return nil, problemf(PayloadType, "the payload is of type %.80q, not %s", b.payloadType, inTotoType)
	}
	var s statement
	if err := strictjson.Unmarshal(b.payload, &s, strictjson.Depth(512)); err != nil {
		return nil, problemf(PayloadMalformed, "%v", err)
	}
	switch {
	case s.Type != "https://in-toto.io/Statement/v1" && s.Type != "https://in-toto.io/Statement/v0.1":
		return nil, problemf(PayloadMalformed, "at /_type: %.80q is not an in-toto Statement v1 or v0.1", s.Type)
	case s.PredicateType == "":
		return nil, problemf(PayloadMalformed, "at /predicateType: missing")
	case len(s.Subject) == 0:
		return nil, problemf(SubjectMissing, "at /subject: missing")
	}
	known := false
	for i, sub := range s.Subject {
		for algorithm, value := range sub.Digest {
			hash, ok := subjectHashes[algorithm]
			if !ok {
				continue
			}
			if _, err := hex.DecodeString(value); err != nil || len(value) != 2*hash.Size() || strings.ToLower(value) != value {
				return nil, problemf(PayloadMalformed, "at /subject/%d/digest/%s: want %d lower-case hex digits", i, algorithm, 2*hash.Size())
			}
			known = true
		}
	}
	if !known {
		return nil, problemf(SubjectMissing, "no subject has a digest by sha256, sha384 or sha512")
	}
	return &s, nil
}

// about checks that the statement is about the artifact: one subject agrees in
// every digest that is known of both, and in at least one.
func (s *statement) about(a Artifact) error {
	if a.any {
		return nil
	}
	for _, sub := range s.Subject {
		agree, differ := 0, 0
		for algorithm, value := range sub.Digest {
			digest, ok := a.digests[subjectHashes[algorithm]]
			switch {
			case !ok:
			case value == hex.EncodeToString(digest):
				agree++
			default:
				differ++
			}
		}
		if agree > 0 && differ > 0 {
			return problemf(ArtifactDigest, "the subject %.80q has one digest of the artifact and another one of something else", sub.Name)
		}
		if agree > 0 {
			return nil
		}
	}
	return problemf(ArtifactDigest, "the statement is about %d subjects, and the artifact is none of them", len(s.Subject))
}

// signs checks that a message signature is over the artifact by key. The digest
// in the bundle is compared, never relied on.
func (b *parsed) signs(a Artifact, key crypto.PublicKey) error {
	if err := acceptable(key); err != nil {
		return problemf(BadSignature, "%v", err)
	}
	for _, hash := range hashesOf(key) {
		if digest, ok := a.digests[hash]; ok && verifyDigest(key, hash, digest, b.signature) {
			return nil
		}
	}
	if a.content != nil && verifyMessage(key, a.content, b.signature) {
		return nil
	}
	return problemf(BadSignature, "the signature does not verify over the artifact")
}

// names checks that the digest in a message signature is the artifact's.
func (b *parsed) names(a Artifact) error {
	digest, ok := a.digests[b.hash]
	switch {
	case a.any:
		return problemf(ArtifactDigest, "the bundle signs an artifact: without it nothing can be verified")
	case !ok:
		return problemf(ArtifactDigest, "the bundle names a %s digest: give the artifact, or its digest by that algorithm", b.message.Digest.Algorithm)
	case !bytes.Equal(digest, b.message.Digest.Digest):
		return problemf(ArtifactDigest, "the bundle signs the artifact with the digest %s", hex.EncodeToString(b.message.Digest.Digest))
	}
	return nil
}
