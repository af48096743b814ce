// Package pack puts a policy and a trust document, with all that they extend,
// into one signed file. Whoever judges by it needs to believe one line: the
// fingerprint of the key of those who own the policy, which does not come with
// the file.
//
// The file is a Sigstore bundle (v0.3) around an in-toto statement of the type
// [Type]. Its subjects are the digests of the policy and of the trust document;
// its predicate holds the documents as they were written. docs/predicates/policy.md
// describes it.
package pack

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/trust"
)

// Type is the predicate type of a packed policy.
const Type = evidence.PredicateBase + "policy/v1"

// Bounds of a packed policy.
const (
	maxDocuments = 64
	maxDocument  = 1 << 20 // bytes
)

// Document is one file of a policy.
type Document struct {
	// Name is its path from the directory of the policy: "base/company.yaml".
	Name string `json:"name"`
	// Text is what it holds.
	Text string `json:"text"`
}

// predicate is what is signed.
type predicate struct {
	// PackedAt is when the signer says it was packed.
	PackedAt evidence.Time `json:"packedAt"`
	// Catalogue is the version of the control catalogue of the program that
	// packed it, Effective the digest of what the policy came to there.
	Catalogue int             `json:"catalogue"`
	Effective evidence.Digest `json:"effective"`
	// Policy and Trust name the documents that are read first. Trust is the same
	// as Policy where one file holds both.
	Policy string `json:"policy"`
	Trust  string `json:"trust"`
	// Documents are all documents, sorted by name.
	Documents []Document `json:"documents"`
	// PublicKey is the signer's, in the form of OpenSSH.
	PublicKey string `json:"publicKey"`
}

// Signer signs a packed policy with a key that people can pin.
type Signer interface {
	attest.Signer
	Public() attest.PublicKey
}

// Files are the documents that go into a pack.
type Files struct {
	// Policy and Trust name the two documents; equal if one file holds both.
	Policy, Trust string
	// Open returns a document by its path.
	Open func(name string) ([]byte, error)
	// Rules compiles own rules; nil if there are none.
	Rules policy.Compiler
}

// Pack reads the documents, checks them, and returns the signed file.
func Pack(ctx context.Context, s Signer, files Files, at time.Time) ([]byte, error) {
	var documents []Document
	seen := map[string]bool{}
	open := func(name string) ([]byte, error) {
		data, err := files.Open(name)
		if err == nil && !utf8.Valid(data) {
			err = fmt.Errorf("%s is not text: a packed policy holds certificates and revocation lists as PEM", name)
		}
		if err == nil && !seen[name] {
			seen[name] = true
			documents = append(documents, Document{name, string(data)})
		}
		return data, err
	}
	p, t, err := read(files.Policy, files.Trust, open, files.Rules)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(documents, func(a, b Document) int { return strings.Compare(a.Name, b.Name) })
	payload, err := attest.NewStatement([]evidence.ResourceDescriptor{
		{Name: "policy", Digest: p.Digest.Set()}, {Name: "trust", Digest: t.Digest.Set()},
	}, Type, predicate{
		PackedAt: evidence.At(at), Catalogue: policy.Catalogue, Effective: p.Rules,
		Policy: files.Policy, Trust: files.Trust, Documents: documents, PublicKey: strings.TrimSpace(s.Public().AuthorizedKey()),
	})
	if err != nil {
		return nil, err
	}
	raw, err := attest.Sign(ctx, s, payload)
	if err != nil {
		return nil, err
	}
	if _, err := Open(raw, s.Public().Fingerprint(), files.Rules); err != nil {
		return nil, fmt.Errorf("the file just packed is not readable: %w", err)
	}
	return raw, nil
}

// read reads the two documents.
func read(policyName, trustName string, open func(string) ([]byte, error), rules policy.Compiler) (*policy.Policy, *trust.Trust, error) {
	data, err := open(policyName)
	if err != nil {
		return nil, nil, err
	}
	p, t, err := policy.Reader{Open: open, Rules: rules}.ParseFile(policyName, data)
	switch {
	case err != nil:
		return nil, nil, err
	case p == nil:
		return nil, nil, fmt.Errorf("%s: holds no policy", policyName)
	case trustName == policyName && t == nil:
		return nil, nil, fmt.Errorf("%s: holds no trust document: give it as well", policyName)
	case trustName == policyName:
		return p, t, nil
	case t != nil:
		return nil, nil, fmt.Errorf("%s holds a trust document already: give one", policyName)
	}
	if data, err = open(trustName); err != nil {
		return nil, nil, err
	}
	_, t, err = policy.Reader{Open: open}.ParseFile(trustName, data)
	if err != nil || t == nil {
		t, err = trust.Reader{Open: open}.Parse(trustName, data)
	}
	return p, t, err
}

// Packed is a policy that was opened.
type Packed struct {
	Policy *policy.Policy
	Trust  *trust.Trust
	// PackedAt is when the signer says it was packed.
	PackedAt time.Time
	// Signer is the fingerprint of the key that signed it.
	Signer string
	// Differs says that the policy comes to something else in this program than
	// in the one that packed it, whose catalogue had the version Catalogue.
	Differs   bool
	Catalogue int
	// Documents are the documents as they were written.
	Documents []Document
}

// AnchorError says that a packed policy is not signed by the key that the
// caller names.
type AnchorError struct {
	// Anchor is the fingerprint that the caller gave, "" for none; Signer is
	// that of the key in the file, which proves nothing.
	Anchor, Signer string
}

// Error says what to do.
func (e *AnchorError) Error() string {
	if e.Anchor == "" {
		return fmt.Sprintf("it is signed by %s: check with its owners that this is their key, and give it as the anchor", e.Signer)
	}
	return fmt.Sprintf("it is not signed by %s but by %s: it is not the policy of the owner you name", e.Anchor, e.Signer)
}

// Is reports whether data looks like a packed policy rather than a document that
// people write.
func Is(data []byte) bool {
	_, err := attest.ParseBundle(data)
	return err == nil
}

// Open reads a packed policy that the key with the fingerprint anchor, in the
// form SHA256:..., signed. The error is an [*AnchorError] if another one did.
func Open(data []byte, anchor string, rules policy.Compiler) (*Packed, error) {
	st, pred, key, err := authenticate(data)
	if err != nil {
		return nil, err
	}
	if key.Fingerprint() != anchor {
		return nil, &AnchorError{anchor, key.Fingerprint()}
	}
	texts, err := pred.texts()
	if err != nil {
		return nil, err
	}
	open := func(name string) ([]byte, error) {
		text, ok := texts[name]
		if !ok {
			return nil, fmt.Errorf("%s is not in the packed policy", name)
		}
		return []byte(text), nil
	}
	p, t, err := read(pred.Policy, pred.Trust, open, rules)
	if err != nil {
		return nil, err
	}
	for i, want := range []evidence.Digest{p.Digest, t.Digest} {
		if pred.Catalogue != policy.Catalogue {
			break // another catalogue gives another digest
		}
		if len(st.Subject) != 2 || st.Subject[i].Digest["sha256"] != want.Set()["sha256"] {
			return nil, errors.New("the documents in the packed policy are not those that its subjects name")
		}
	}
	return &Packed{
		Policy: p, Trust: t, PackedAt: pred.PackedAt.Time, Signer: key.Fingerprint(),
		Differs: p.Rules != pred.Effective, Catalogue: pred.Catalogue, Documents: pred.Documents,
	}, nil
}

// authenticate checks the signature by the key in the file, and nothing about
// whose key that is.
func authenticate(data []byte) (attest.Statement, predicate, attest.PublicKey, error) {
	var pred predicate
	fail := func(err error) (attest.Statement, predicate, attest.PublicKey, error) {
		return attest.Statement{}, pred, attest.PublicKey{}, fmt.Errorf("packed policy: %w", err)
	}
	b, err := attest.ParseBundle(data)
	if err != nil {
		return fail(err)
	}
	st, err := attest.ParseStatement(b.Payload)
	if err != nil {
		return fail(err)
	}
	if b.PayloadType != attest.PayloadType || st.PredicateType != Type {
		return fail(fmt.Errorf("the statement is a %.100s, not a policy", st.PredicateType))
	}
	if err := strictjson.Unmarshal(st.Predicate, &pred, strictjson.RejectUnknown(), strictjson.RejectNull()); err != nil {
		return fail(err)
	}
	key, err := attest.ParsePublicKey([]byte(pred.PublicKey))
	if err != nil {
		return fail(fmt.Errorf("at /predicate/publicKey: %w", err))
	}
	if err := key.Verify(dsse.PAE(b.PayloadType, b.Payload), b.Signature); err != nil {
		return fail(err)
	}
	return st, pred, key, nil
}

// texts returns the documents by name.
func (p *predicate) texts() (map[string]string, error) {
	if len(p.Documents) > maxDocuments {
		return nil, fmt.Errorf("packed policy: %d documents, at most %d are read", len(p.Documents), maxDocuments)
	}
	texts := map[string]string{}
	for i, d := range p.Documents {
		_, twice := texts[d.Name]
		if twice || d.Name == "" || path.Clean(d.Name) != d.Name || len(d.Text) > maxDocument {
			return nil, fmt.Errorf("packed policy: at /predicate/documents/%d: want a name that is there once and at most %d bytes", i, maxDocument)
		}
		texts[d.Name] = d.Text
	}
	return texts, nil
}
