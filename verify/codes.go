package verify

import "slices"

// CodeMeaning explains a reason code of a report to people.
type CodeMeaning struct {
	Code string
	// Meaning is what was found.
	Meaning string
	// Fix is what the reader can do.
	Fix string
}

// Codes returns the reason codes of checks of the file, of verdicts, and those
// that controls have in common, in the order of docs/format.md, section 15; then
// those of summaries ([Summary]). Proofs by certificates, logs and timestamps have
// codes of their verifiers, as [sigstore.Reasons] and [layout.Reasons]; those of
// single controls are with the policy.
//
// [sigstore.Reasons]: https://pkg.go.dev/github.com/release-dossier/dossier/verify/sigstore#Reasons
// [layout.Reasons]: https://pkg.go.dev/github.com/release-dossier/dossier/verify/layout#Reasons
func Codes() []CodeMeaning { return slices.Clone(meanings) }

// LookupCode returns what a code of [Codes] means.
func LookupCode(code string) (CodeMeaning, bool) {
	i := slices.IndexFunc(meanings, func(m CodeMeaning) bool { return m.Code == code })
	if i < 0 {
		return CodeMeaning{}, false
	}
	return meanings[i], true
}

var meanings = []CodeMeaning{
	{"digest-mismatch", "bytes do not have the digest they are named by", "fetch the file again from its sender; if it stays so, it was altered"},
	{"missing", "a listed material is not there", "ask the sender for the whole file"},
	{"withheld", "a granted redactor left a material out; what needs it is unknown", "ask the sender, or the contact that the redaction names, for the whole file"},
	{"redaction-of-nothing", "a redaction names something that no statement lists", "ask the redactor which document is meant"},
	{"size-mismatch", "a material has another size than listed", "ask the sender for the whole file"},
	{"unlisted-entry", "something belongs to nothing", "delete it if a file manager of yours wrote it (.DS_Store, Thumbs.db); else fetch the file again from its sender"},
	{"packaging-not-canonical", "the set is the same, its packaging differs", "nothing: the packaging carries no evidence"},
	{"signature-invalid", "a known key refutes the signature it is named for", "fetch the file again; if it stays so, the file was altered"},
	{"signature-duplicate", "another signature by its signer over the statement shows as much", "nothing: whoever has a file can wrap a signature anew, and that changes no answer"},
	{"tag-signature-invalid", "the signature in the tag does not verify", "find out who replaced the tag, and release under a new version"},
	{"statement-malformed", "a trusted signer's statement, or an imported record, cannot be read", "have its signer state it again, or use a version that knows the field"},
	{"critical-not-known", "a trusted signer's statement has a critical field this version does not know", "use a version that knows it"},
	{"kind-not-known", "a trusted signer's statement of a kind this version does not know", "use a version that knows it"},
	{"signer-not-known", "no key at hand verifies it", "have it signed with a key that trust names, or write that public key in full into the trust document"},
	{"signer-not-trusted", "trust does not name the signer", "check the key elsewhere, with its owner; then add it to the trust document"},
	{"no-trust", "no trust was given", "name whom you trust, by a key that you had from its owner and not from this file"},
	{"revoked", "the signer's key is revoked", "have it signed again with a key that is not revoked"},
	{"trust-not-in-force", "stated outside the trust document's interval", "judge by the version of the trust document that was in force then"},
	{"kind-not-granted", "no grant for this kind", "have it signed by somebody whom a grant of the trust document covers, or add such a grant after checking the key elsewhere"},
	{"repository-not-granted", "no grant for this repository", "have it signed by somebody whom a grant of the trust document covers, or add such a grant after checking the key elsewhere"},
	{"environment-not-granted", "no grant for this environment", "have it signed by somebody whom a grant of the trust document covers, or add such a grant after checking the key elsewhere"},
	{"outside-grant-time", "no grant over the time of signing", "have it signed by somebody whom a grant of the trust document covers, or add such a grant after checking the key elsewhere"},
	{"proof-too-low", "the grant asks for more proof of time", "have it signed again with a timestamp, or with a log entry where the grant asks for one, or lower min-proof of the grant"},
	{"after-as-of", "made later than five minutes after the moment of judgement", "judge as of a later moment, if it is to count"},
	{"certificate-disagrees", "the certificate is of a job of another repository than the statement is about", "have it signed by a job of the repository that it is about"},
	{"threshold-not-met", "fewer people signed than the grant asks for", "have another person sign the same statement"},
	{"no-verifier", "a plug-in for this kind of proof was not given", "use a verifier that can check this kind of proof; the command has all of them"},
	{"unsigned", "a tag or an imported record holds no signature", "have it signed; it shows nothing until then"},
	{"tag-signature-not-accepted", "the tag's signature is not refuted, and not good enough to rely on", "sign the next tag with a key that meets what is asked"},
	{"release-missing", "no release statement; 1 if there is one that does not count", "ask the sender for the whole file"},
	{"second-release", "more than one release statement", "ask the sender for a file of each: one dossier is about one release"},
	{"other-release", "a statement is about another release", "ask the sender for the file without it: it belongs to the dossier of that release"},
	{"broken-link", "a parent is not there, or does not lead to the release", "ask the sender for the whole file"},
	{"redundant-parent", "a parent is the ancestor of another", "have its signer state it again upon the heads"},
	{"exact-state", "the state is not the expected one", "fetch the current file; if it stays so, something was removed or added"},
	{"expected-head", "the expected statement is not there", "fetch the current file; if it stays so, something was removed"},
	{"seal-state", "a seal is over another state than its parents have", "have the sealer seal again what is there; if it stays so, something was removed or added"},
	{"seal-chain", "a seal does not follow the last one it saw", "have the sealer seal again"},
	{"equivocation", "one sealer sealed two histories", "ask the sealer which is true and why there are two; rely on neither until then"},
	{"not-sealed", "nothing shows that this is all", "have a granted sealer say that this is all (dossier seal), if absence is to be relied on"},
	{"subject-mismatch", "subjects contradict the record", "have its signer state it again for this release"},
	{"record-contradiction", "statements of one record differ in what gates decide on", "find out which is true, and have its signer correct the other"},
	{"superseded-after-use", "a fact was corrected after something relied on it", "state what is true now as a record of its own, and who decided upon what was known"},
	{"supersedes-not-allowed", "a correction by another signer, or by one who had not seen the record: both stand", "have the signer of the earlier record correct it, or somebody with the role corrector"},
	{"supersedes-nothing", "the record that is corrected is not here", "add the record that is meant, or ask its signer which one it is"},
	{"release-mismatch", "another release than expected", "fetch the dossier of the release you mean to judge"},
	{"artifact-mismatch", "a given artifact is not of this release", "do not deploy it: fetch the artifact again, or the dossier it belongs to; of one that runs, find out where it came from"},
	{"missing-evidence", "nobody recorded what is needed", "collect or record it; each control says what it needs"},
	{"git-objects-invalid", "the git objects cannot be relied on", "have the release collected again"},
	{"tag-object-missing", "the tag object is not embedded", "collect the release again from a full clone"},
	{"tag-target", "the tag does not lead to a commit", "tag the commit itself and release again"},
	{"tag-name-mismatch", "the tag object has another name", "release under a new version with a tag made for it, and find out who gave this object another name"},
	{"tag-commit-mismatch", "the tag leads to another commit", "find out who moved the tag, and release under a new version"},
	{"commit-missing", "the released commit is not embedded", "collect the release again from a full clone"},
	{"range-incomplete", "commits of the range are not embedded", "collect the release again from a full clone"},
	{"base-stated", "no trusted signature shows that the base is a release", "release from a base whose annotated tag is signed by a key that trust lets sign tags"},
	{"sbom-subject-mismatch", "an SBOM is about something else", "generate the SBOM from the artifact being released; of a finished release, find out which build it belongs to"},
	{"image-platform-mismatch", "an index lists other images than the record", "do not rely on what is recorded of single platforms"},
	{"image-unreadable", "the bytes of an index cannot be read", "fetch the index again by its digest"},
	{"image-revision-mismatch", "an image says that it was built from another commit", "build the image from the tag; of a finished release, find out what it was built from"},
	{"sbom-names-nothing", "an SBOM names no digest of its subject", "generate it from the artifact, with the artifact's digest"},
	{"sbom-unreadable", "an SBOM is of no known format", "generate it in CycloneDX or SPDX"},
	{"provenance-subject-mismatch", "provenance is about something else", "build the artifact from the tagged commit and attest that build; of a finished release, find out which build this is"},
	{"provenance-commit-mismatch", "built from another commit", "build the artifact from the tagged commit and attest that build; of a finished release, find out which build this is"},
	{"provenance-repository-mismatch", "built from another repository", "build the artifact from the tagged commit and attest that build; of a finished release, find out which build this is"},
	{"provenance-certificate-mismatch", "provenance says something else of the build than its signer's certificate", "do not accept it: find out who wrote it"},
	{"provenance-no-commit", "provenance names no commit", "use a builder that names the commit"},
	{"provenance-unreadable", "provenance is of no known format", "use a builder that writes SLSA provenance"},
	{"attestation-unreadable", "an imported attestation cannot be read", "fetch the attestation again from where it came"},
	{"attestation-elsewhere", "another tool's attestation is about nothing in this release", "nothing, if it came along for another artifact; else attach that of this release"},
	{"attestation-contradicts", "another tool states something else about the same release; a failure if it is trusted to", "find out which of the two is right"},
	{"verification-failed", "another tool verified this release and it failed", "find out what that tool found"},
	{"layout-owner-not-trusted", "no key that trust names has signed an in-toto layout", "add the owner's key to the trust document, with the kind layout"},
	{"approval-partial", "an approval is about some of the artifacts", "have the approver approve all artifacts"},
	{"scope-mismatch", "a record contradicts its scope, or its scope the release", "have its signer state it again for this release"},
	{"out-of-scope", "an imported record is about another repository, or other commits or artifacts", "nothing: it is set aside; attach the record of this repository if that was meant"},
	{"no-expectation", "nothing was expected", "say which release or artifact you mean"},
	{"no-policy", "no policy judged", "give the policy that it must meet"},
	{"cannot-read", "no dossier, or one beyond a limit", "give a dossier: its directory, its .dossier file or its reference, complete and as it was sent"},
	{"no-release", "there is no release that a policy could judge", "ask the sender for the whole file"},
	{"policy-in-force", "the policy was not in force when the release was made", "judge it by the version of the policy that was in force then: give all of its versions"},
	{"policy-forced", "the policy was in force, and --force-policy was given", "leave out --force-policy"},
	{"kind-contradicted", "the record calls the repository a library, and it is deployed", "state the type in .dossier/release.yaml (kind: svc), and release again"},
	{"nothing-asked", "no control applies at this gate", "give a policy that enforces something at this gate by now"},
	{"not-read", "the record lists a system that did not give what is needed", "give the source a token that may read it, and create the dossier again"},
	{"grade-too-low", "it holds, with less proof than the policy asks", "have the fact signed by a party whom trust names for it, or accept a lower grade in the policy"},
	{"time-claimed", "when it was done rests on the word of whoever signed", "have it signed with a timestamp, or with a log entry"},
	{"not-applicable", "the control's condition does not hold", "nothing"},
	{"internal-error", "a control failed itself: report it", "report this as a bug of the verifier"},
	{"rule-false", "a rule of the policy's own does not hold", "do what the policy says of its rule"},
	{"rule-error", "a rule of the policy's own cannot be evaluated", "ask the owner of the policy to mend the rule"},
	{"rule-cost", "a rule of the policy's own would take too long", "ask the owner of the policy to mend the rule"},
	{"token-malformed", "a forge's token, or the document around it, is not well-formed (section 20; so are the next ones)", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-algorithm", "it is signed with something else than RS256 or ES256, or not with what its key is for", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-key-unknown", "the key set beside it does not hold the key it names", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-signature", "that key has not signed it", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-issuer", "trust names no forge with its issuer", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-key-not-trusted", "its key is neither pinned nor vouched for, or revoked, or who started the job is", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-keys-time", "the vouched-for key set is of another day than the token", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-audience", "it is for something else than an approval", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-replayed", "it is for a statement that is not in this dossier or does not count", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-other-statement", "it is for a statement that is no approval, or another than it is given for", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-time", "the approval, or a signature on it, is of another time, or the token is of the future", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-attempt", "its job is not the first attempt of its run: somebody else may have started it again", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-event", "its job was not dispatched by a person", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-ref", "its job ran from a ref that is not protected", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-workflow", "trust names no such workflow for this repository", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-repository", "its job ran in another repository, or in one of that name with another number", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},
	{"token-actor", "somebody else than the approver, or a program, started its job", "have the approval dispatched again, by the person and from the workflow that trust names; it counts without the token as its signer's word"},

	{"vsa-artifact", "a verification summary is not about the artifact", "fetch the summary of this artifact"},
	{"vsa-failed", "the verification that it tells of did not pass", "do not deploy it: find out what failed"},
	{"vsa-policy", "other rules judged than those expected", "have it verified by the policy that is expected"},
	{"vsa-age", "the verification, or the moment that it judged, is longer ago than allowed", "have it verified again"},
	{"vsa-future", "it tells of a verification that is yet to come", "do not accept it: somebody's clock is wrong"},
	{"vsa-older", "a statement that you know of was not used", "have the newer state verified"},
	{"vsa-state", "another state was judged than the one expected", "have that very state verified"},
	{"vsa-gate", "another decision was judged than the one expected", "have it verified at that gate"},
	{"vsa-release", "it is of another release than expected", "fetch the summary of this release"},
	{"vsa-no-release", "it does not say of which repository it is, and no release was expected", "say which release you mean"},
	{"vsa-malformed", "it cannot be read as a signed verification summary", "ask its producer for the summary as it was written"},
}
