package verify

import (
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/trust"
)

// Facts is what verification established about one release: the only input of
// a policy. Every fact carries how it is known.
type Facts struct {
	// AsOf is the moment of judgement.
	AsOf time.Time
	// Gate is the decision being taken.
	Gate Gate
	// Trust says who may state what; never nil when a policy judges.
	Trust *trust.Trust
	// Release is the digest of the release statement that is relied on.
	Release evidence.Digest
	// Record is its predicate.
	Record *evidence.Record
	// Signers are the allowed signers of the release statement.
	Signers []Signer
	// Tag, Range, Artifacts, SBOMs, Provenance and Approvals are the facts by
	// subject.
	Tag        TagFact
	Range      RangeFact
	Artifacts  []ArtifactFact
	SBOMs      []SBOMFact
	Provenance []ProvenanceFact
	Approvals  []ApprovalFact
	// Objects are the git objects of the release, each of which hashes to its id;
	// nil if they are not there or cannot be relied on.
	Objects *gitobj.Objects
	// Attestations are what other tools state.
	Attestations []AttestationFact
	// Layouts are the in-toto layouts that came along.
	Layouts []LayoutFact
	// Records are the records of all kinds that count, by stated time: those of
	// later statements, imported ones, and those within the release statement.
	// [Standing] yields those of one kind that stand.
	Records []RecordFact
	// Statements are all statements that count, the release statement first.
	Statements []StatementFact
	// Withheld are the materials that are left out of this copy. An attestation
	// among them may be what a control looks for, a freeze for example.
	Withheld []WithheldFact
	// Seal is the last seal that counts; nil if there is none.
	Seal *SealFact
	// ExactState reports that the caller named the state and the dossier has
	// it, so that nothing can be missing.
	ExactState bool
	// Checks are the checks of layers 1 to 4, for controls that restate one.
	Checks []Check
}

// Stated is how facts are known that only the release statement states:
// attested if one of its signers is a recorder, a claim of its signer otherwise.
func (f *Facts) Stated() Proof {
	for _, s := range f.Signers {
		if slices.Contains(s.Roles, recorderRole) {
			return Proof{Attested, s.Name()}
		}
	}
	if len(f.Signers) > 0 {
		return Proof{Claimed, f.Signers[0].Name()}
	}
	return Proof{Claimed, "the release statement"}
}

// Signer is who made one signature, as far as could be told.
type Signer struct {
	Statement evidence.Digest `json:"statement"`
	Signature evidence.Digest `json:"signature"`
	// Identity is who signed; empty if no key was found that verifies it.
	Identity evidence.Identity `json:"identity,omitempty"`
	// Fingerprint is the SSH form of the key's fingerprint, SHA256:..., for
	// people and for --signer.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Person is the name under which trust knows the signer; "" if it does not.
	Person string `json:"person,omitempty"`
	// Roles are the signer's roles in trust, sorted.
	Roles []string `json:"roles,omitempty"`
	// Allowed reports whether the signature counts: it verifies, the signer is
	// trusted and a grant covers the statement. Code says why not.
	Allowed bool   `json:"allowed"`
	Code    string `json:"code,omitempty"`
	Detail  string `json:"detail,omitempty"`
	// NotBefore and NotAfter bound when the signature was made (rules of
	// format, R3); nil is an open end, which no proof closes.
	NotBefore *evidence.Time `json:"notBefore,omitempty"`
	NotAfter  *evidence.Time `json:"notAfter,omitempty"`
	// Build is what the signer's certificate says of the CI run that it was issued
	// for; nil if there is none.
	Build *provenance.Certificate `json:"-"`
	// Unproven reports that the signature is authentic, and that it does not
	// count because a proof is not there: Code says which.
	Unproven bool `json:"unproven,omitzero"`
	// Threshold is how many people must sign the statement for this signature
	// to count; 0 if it counts alone.
	Threshold int `json:"threshold,omitempty"`

	// open says why proofs of time that are there close no end.
	open string
}

// Name is the best name there is for people: person, fingerprint, identity.
func (s Signer) Name() string {
	switch {
	case s.Person != "":
		return s.Person
	case s.Fingerprint != "":
		return s.Fingerprint
	case s.Identity != "":
		return string(s.Identity)
	}
	return "an unknown signer"
}

// StatementFact is one statement that counts.
type StatementFact struct {
	ID            evidence.Digest
	PredicateType string
	Signers       []Signer
	// StatedAt is the time the signer states.
	StatedAt time.Time
}

// TagFact is what the tag's own bytes say.
type TagFact struct {
	// Embedded reports whether the raw tag object is in the dossier and hashes
	// to the id that the record states.
	Embedded bool
	// Object is the parsed tag object; zero for a lightweight tag.
	Object gitobj.Tag
	// Commit is the commit the tag leads to, by the objects; "" if not proven.
	Commit string
	// Signature is the state of the tag's own signature.
	Signature TagSignature
	Proof     Proof
}

// TagSignature is the signature inside a tag object.
type TagSignature struct {
	// Scheme is "ssh", "openpgp", "x509" or "" for none.
	Scheme string
	// Valid reports that it verifies under a key that trust lets sign tags of this
	// repository.
	Valid bool
	// Code and Detail say why not: "unsigned", "signature-invalid",
	// "no-verifier", one of the codes of trust: "signer-not-trusted",
	// "kind-not-granted", "repository-not-granted", ..., or a reason of the
	// verifier of certificates: "no-time", "cert-chain", ...
	Code   string
	Detail string
	// Unproven reports that it is authentic, and that a proof is not there.
	Unproven bool
	// NotBefore and NotAfter bound when it was made; nil is an open end.
	NotBefore, NotAfter *evidence.Time
	// Identity, Fingerprint, Person and Roles say whose key it is, if known.
	Identity    evidence.Identity
	Fingerprint string
	Person      string
	Roles       []string

	// certificate is what the signing certificate says besides; nil for a key.
	build *provenance.Certificate
}

// RangeFact is the commits of the release.
type RangeFact struct {
	// Commits are those reachable from the released commit and not from the
	// base, newest first, parsed from embedded objects.
	Commits []gitobj.CommitWithID
	// Signatures are those of Commits, in their order.
	Signatures []CommitSignature
	// Complete reports that the walk reached the base or the root everywhere.
	Complete bool
	// Why says what is missing otherwise.
	Why string
	// Proof is how it is known that these are the commits since a release: no
	// better than the base is.
	Proof Proof
}

// CommitSignature is the signature inside one commit object.
type CommitSignature struct {
	// Identity is the key that signed; "" unless the signature verifies.
	Identity evidence.Identity
	// Code says why not: "unsigned", "signature-invalid" or "no-verifier" for a
	// scheme that is not read here (OpenPGP, X.509).
	Code string
}

// ArtifactFact is one released artifact.
type ArtifactFact struct {
	evidence.Artifact
	// ComparedWith names the file or digest given to the verifier that has
	// this digest; "" if none was given.
	ComparedWith string
	// Hashed reports that it was a file, whose bytes were hashed.
	Hashed bool
	// Included reports that its bytes are in the dossier.
	Included bool
}

// SBOMFact is one SBOM that the record lists.
type SBOMFact struct {
	evidence.Attachment
	Material evidence.Material
	// Present reports that the bytes are there with the right digest.
	Present bool
	// Summary is what the document says of itself; nil if unread, and Code and
	// Detail say why ("missing", "no-verifier", "unreadable").
	Summary *evidence.SBOMSummary
	Code    string
	Detail  string
	// Names are the artifacts of this release whose digest the document itself
	// names as what it is about.
	Names []evidence.Digest
	Proof Proof
}

// ProvenanceFact is one build provenance that the record lists.
type ProvenanceFact struct {
	evidence.Attachment
	Material evidence.Material
	Present  bool
	// Signer is who signed it; nil if it is not signed.
	Signer *Signer
	// Summary is what it says; nil if unread, and Code and Detail say why.
	Summary *provenance.Summary
	Code    string
	Detail  string
	// Names are the artifacts of this release that it is about.
	Names []evidence.Digest
	Proof Proof
}

// ApprovalFact is one approval of the release or of a commit in its range.
type ApprovalFact struct {
	*evidence.Approval
	// Statement is the approval statement's digest.
	Statement evidence.Digest
	// Signers are the allowed signers.
	Signers []Signer
	// Imported reports that it was signed before the release and came along as
	// a material.
	Imported bool
	// ByApprover reports that one of the signers is the approver it names.
	ByApprover bool
	// Person is the approver as trust knows them; "" if it does not.
	Person string
	Proof  Proof
}
