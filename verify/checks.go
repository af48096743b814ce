package verify

import (
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify/trust"
)

// CheckKind is a check that every verification makes: of the file, or of the
// policy as a whole. Controls are the policy's.
type CheckKind struct {
	// ID is that of [Check].
	ID string
	// Layer is the part of verification it belongs to.
	Layer Layer
	// Asks says in one short sentence what holds if it passes.
	Asks string
	// Codes are the reason codes with which it does not pass, see [Codes]. Proofs
	// that a plug-in verifies, as of time, have more.
	Codes []string
}

// CheckKinds returns all kinds of checks in the order of the layers. Those whose
// ID begins with "vsa/" are of a summary ([Summary]).
func CheckKinds() []CheckKind {
	all := slices.Clone(checkKinds)
	for _, name := range statementKinds() {
		for _, about := range []func(string) CheckKind{signedKind, importedKind} {
			if k := about(name); asks[k.ID] == "" {
				all = append(all, k)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b CheckKind) int { return slices.Index(allLayers, a.Layer) - slices.Index(allLayers, b.Layer) })
	return all
}

// LookupCheckKind returns the kind of the check with the given ID.
func LookupCheckKind(id string) (CheckKind, bool) {
	all := CheckKinds()
	i := slices.IndexFunc(all, func(k CheckKind) bool { return k.ID == id })
	if i < 0 {
		return CheckKind{}, false
	}
	return all[i], true
}

// statementKinds are the names of the kinds of statements that checks are named
// after.
func statementKinds() []string {
	names := []string{"record", "unknown"}
	for _, k := range evidence.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// signedKind is the check of a signature over a statement of the named kind.
func signedKind(name string) CheckKind {
	return CheckKind{"signatures/" + name, Signatures, asksOfSigned(name), slices.Concat(signerCodes,
		[]string{codeRefuted, codeMalformed, codeCritical, codeKind, codeDuplicate})}
}

func asksOfSigned(kind string) string {
	return "The " + kind + " statement is signed by a party allowed to"
}

// importedKind is the check of a record of the named kind that came along.
func importedKind(name string) CheckKind {
	return CheckKind{"linkage/" + name, Linkage, asksOfImport, slices.Concat(signerCodes,
		[]string{codeUnsigned, codeRefuted, codeOutOfScope, codeScopeMismatch, "subject-mismatch", codeOtherRelease, codeMalformed, codeCritical, codeKind})}
}

const (
	asksOfImport    = "An imported record holds for this release"
	asksOfImported  = "The imported attestation is signed by a party that trust names"
	codeUnsigned    = "unsigned"
	codeUnreadable  = "attestation-unreadable"
	codeElsewhere   = "attestation-elsewhere"
	codeContradicts = "attestation-contradicts"
)

// signerCodes say why a signature does not count.
var signerCodes = []string{
	codeNoKey, CodeNotTrusted, codeNoTrust, trust.CodeRevoked, trust.CodeNotInForce, trust.CodeKind, trust.CodeRepository, trust.CodeEnvironment,
	trust.CodeTime, trust.CodeProof, CodeLater, CodeCertified, CodeThreshold, codeNoVerifier,
}

// asks are the sentences of checkKinds by ID.
var asks = func() map[string]string {
	m := make(map[string]string, len(checkKinds))
	for _, k := range checkKinds {
		m[k.ID] = k.Asks
	}
	return m
}()

var checkKinds = []CheckKind{
	{"integrity/digests", Integrity, "Every blob has the digest it is named by", []string{"digest-mismatch"}},
	{"integrity/materials", Integrity, "Every listed material is there", []string{codeMissing, "size-mismatch"}},
	{"integrity/closed-world", Integrity, "Nothing is there that no statement lists", []string{"unlisted-entry"}},
	{"integrity/withheld", Integrity, "Nothing is withheld from this copy", []string{codeWithheld, "redaction-of-nothing"}},
	{"integrity/packaging", Integrity, "The packaging is as this tool writes it", []string{"packaging-not-canonical"}},
	{"signatures/tag", Signatures, "The tag is signed by a party that trust lets sign tags", slices.Concat([]string{codeUnsigned, "tag-signature-invalid", "tag-signature-not-accepted"}, signerCodes)},
	{"signatures/provenance", Signatures, asksOfImported, append([]string{codeRefuted}, signerCodes...)},
	{"signatures/attestation", Signatures, asksOfImported, append([]string{codeRefuted}, signerCodes...)},
	{"signatures/forge-token", Signatures, "The forge vouches for an approval by the person who started its job", []string{
		TokenMalformed, TokenAlgorithm, TokenKeyUnknown, TokenSignature, codeTokenIssuer, codeTokenKey, codeTokenKeysTime, codeTokenAudience, codeTokenReplayed,
		codeTokenStatement, codeTokenTime, codeTokenAttempt, codeTokenEvent, codeTokenRef, codeTokenWorkflow, codeTokenRepository, codeTokenActor, codeNoVerifier,
	}},
	{"order/release", Order, "There is exactly one release statement", []string{codeNoRelease, "second-release"}},
	{"order/belongs", Order, "Every statement is about this release", []string{codeOtherRelease}},
	{"order/links", Order, "What a statement saw is all there", []string{"broken-link", "redundant-parent"}},
	{"order/exact-state", Order, "The dossier is exactly in the expected state", []string{"exact-state"}},
	{"order/expected-head", Order, "The expected statement is there", []string{"expected-head"}},
	{"order/seal-state", Order, "A seal is over the state that its parents have", []string{"seal-state", "seal-chain", "broken-link"}},
	{"order/equivocation", Order, "The seals of a sealer are one history", []string{"equivocation"}},
	{"order/seal", Order, "A seal says up to when this is all", []string{"not-sealed"}},
	{"linkage/subjects", Linkage, "A statement's subjects are this release and what it is about", []string{"subject-mismatch", codeScopeMismatch}},
	{"linkage/expected-release", Linkage, "It is the release that was expected", []string{"release-mismatch"}},
	{"linkage/expected-artifact", Linkage, "The artifact given is one of this release", []string{"artifact-mismatch"}},
	{"linkage/image-platforms", Linkage, "The index lists the images that the record names", []string{codeMissing, codeWithheld, "image-unreadable", "image-platform-mismatch"}},
	{"linkage/image-revision", Linkage, "The image says that it was built from the released commit", []string{"image-revision-mismatch"}},
	{"linkage/git-objects", Linkage, "The git objects are embedded and hash to their ids", []string{"missing-evidence", codeMissing, codeWithheld, "git-objects-invalid"}},
	{"linkage/tag-commit", Linkage, "The tag object leads to the released commit", []string{"tag-object-missing", "tag-target", "tag-name-mismatch", "tag-commit-mismatch"}},
	{"linkage/commit", Linkage, "The released commit is embedded", []string{"commit-missing"}},
	{"linkage/range", Linkage, "All commits since the base release are embedded", []string{"range-incomplete", "base-stated"}},
	{"linkage/sbom", Linkage, "The SBOM names the artifact it is listed for", []string{codeMissing, codeWithheld, codeNoVerifier, "sbom-unreadable", "sbom-names-nothing", "sbom-subject-mismatch"}},
	{"linkage/provenance", Linkage, "The provenance names this release's artifact, commit and repository", []string{
		codeMissing, codeWithheld, "provenance-unreadable", "provenance-certificate-mismatch", "provenance-subject-mismatch", "provenance-no-commit",
		"provenance-commit-mismatch", "provenance-repository-mismatch",
	}},
	{"linkage/records", Linkage, "The statements of each record agree", []string{"record-contradiction"}},
	{"linkage/supersedes", Linkage, "A record corrects an earlier one", []string{"superseded-after-use", "supersedes-not-allowed", "supersedes-nothing"}},
	{"linkage/approval", Linkage, asksOfImport, append(importedKind("approval").Codes, "approval-partial")},
	{"linkage/imported", Linkage, asksOfImport, []string{CodeThreshold}},
	{"linkage/attestation", Linkage, "An attestation of another tool is about this release", []string{codeUnreadable, codeElsewhere, codeContradicts, "verification-failed"}},
	{"linkage/layout", Linkage, "The steps of an in-toto layout were carried out by those whom it names", append([]string{"layout-owner-not-trusted", codeElsewhere}, signerCodes...)},
	{"policy/release", Controls, "There is a release to judge", []string{"no-release"}},
	{"policy/trust", Controls, "There is somebody whose word counts", []string{codeNoTrust}},
	{"policy/repository-type", Controls, "The repository is of the type that it says", []string{"kind-contradicted"}},
	{"policy/in-force", Controls, "The policy was in force when the release was made", []string{"policy-in-force"}},
	{"policy/forced", Controls, "The policy judges because it was in force", []string{"policy-forced"}},
	{"policy/nothing-asked", Controls, "The policy enforces something at this gate", []string{"nothing-asked"}},
	{"vsa/form", Linkage, "The summary can be read", []string{"vsa-malformed"}},
	{"vsa/signer", Linkage, "The summary is signed by a verifier whom trust lets vouch for the repository", slices.Concat([]string{codeRefuted, "vsa-no-release"}, signerCodes)},
	{"vsa/artifact", Linkage, "The summary is about the artifact", []string{"vsa-artifact"}},
	{"vsa/result", Linkage, "The verification passed", []string{"vsa-failed"}},
	{"vsa/release", Linkage, "The summary is of the release", []string{"vsa-release"}},
	{"vsa/policy", Linkage, "The policy that is expected judged", []string{"vsa-policy"}},
	{"vsa/effective-policy", Linkage, "The effective policy that is expected judged", []string{"vsa-policy"}},
	{"vsa/state", Linkage, "The state that is expected was judged", []string{"vsa-state"}},
	{"vsa/head", Linkage, "The state that was judged is no older than the one known", []string{"vsa-older"}},
	{"vsa/gate", Linkage, "The decision that is expected was judged", []string{"vsa-gate"}},
	{"vsa/future", Linkage, "The verification is not of the future", []string{"vsa-future"}},
	{"vsa/age", Linkage, "The verification is recent enough", []string{"vsa-age"}},
}
