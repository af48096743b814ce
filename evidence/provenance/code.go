package provenance

import "slices"

// Code is a reason, stable over versions: why provenance is not what was
// expected. What each one means is in [Reasons].
type Code string

// The codes.
const (
	Malformed        Code = "provenance-malformed"
	WrongType        Code = "predicate-type"
	Unsigned         Code = "unsigned"
	Contradictory    Code = "contradictory"
	CertMismatch     Code = "certificate-mismatch"
	BuilderUnknown   Code = "builder-unknown"
	BuilderUntrusted Code = "builder-untrusted"
	BuilderRef       Code = "builder-ref"
	BuilderMismatch  Code = "builder-mismatch"
	RunnerMismatch   Code = "runner-mismatch"
	NoSource         Code = "no-source"
	SourceMismatch   Code = "source-mismatch"
	NoCommit         Code = "no-commit"
	CommitMismatch   Code = "commit-mismatch"
	NoBranch         Code = "no-branch"
	BranchMismatch   Code = "branch-mismatch"
	NoTag            Code = "no-tag"
	TagMismatch      Code = "tag-mismatch"
	TagNotSemver     Code = "tag-not-semver"
	VersionMismatch  Code = "versioned-tag-mismatch"
	NoWorkflow       Code = "no-workflow"
	WorkflowMismatch Code = "workflow-mismatch"
	NoInputs         Code = "no-inputs"
	InputMismatch    Code = "input-mismatch"
	ClaimUnproven    Code = "claim-unproven"
	TextMismatch     Code = "text-mismatch"
	PublishMissing   Code = "publish-missing"
	PublishKey       Code = "publish-key"
	PackageName      Code = "package-name"
	PackageVersion   Code = "package-version"
)

// Reason explains a code to people.
type Reason struct {
	Code Code
	// Meaning is what was found.
	Meaning string
	// Fix is what the reader can do.
	Fix string
	// SLSAVerifier names the error of slsa-verifier that stands for the same; ""
	// if it has none.
	SLSAVerifier string
}

// Reasons is the one table of codes, in the order in which a result with
// several names one of them.
func Reasons() []Reason { return slices.Clone(reasonTable) }

var reasonTable = []Reason{
	{Malformed, "The document, the statement or its predicate cannot be read: wrong JSON, a name twice, a missing part, more than the limits.", "Ask its producer for the provenance as it was written.", "ErrorInvalidFormat, ErrorInvalidDssePayload"},
	{WrongType, "The statement is signed and is no SLSA provenance v1, v0.2 or v0.1, or not of the kind that this form must hold.", "Give the provenance: other attestations say other things.", "ErrorInvalidDssePayload"},
	{Unsigned, "Nobody has signed the statement in a way that can be verified: it is bare, or no signature names a key that is known.", "Ask its producer for the signed form; for Google Cloud Build give its keys.", "ErrorNoValidSignature"},
	{TextMismatch, "Google's document shows in clear text something else than what was signed.", "Do not accept it: the document was edited.", "ErrorMismatchIntoto"},
	{Contradictory, "The statement contradicts itself: it names two repositories, references, commits or runs.", "Do not accept it.", "ErrorInvalidDssePayload"},
	{CertMismatch, "The statement says something else of the run than the certificate of its signer: repository, reference, commit, event, workflow, runner or run.", "Do not accept it: the certificate is what the CI system vouched for, the statement is what somebody wrote.", "ErrorMismatchCertificate"},
	{BuilderUnknown, "The builder that was asked for is of no kind that a signature could prove: neither a workflow's address, nor GitHub's runner, nor Google Cloud Build.", "Give the address of the workflow that signs, https://github.com/OWNER/REPO/.github/workflows/FILE.", "ErrorVerifierNotSupported, ErrorNotSupported"},
	{BuilderUntrusted, "The provenance was signed by another workflow than the builder that was asked for; without one, by none of the known generators.", "Compare the builder found with the one you expect; if you trust it, ask for that one.", "ErrorUntrustedReusableWorkflow, ErrorInvalidBuilderID"},
	{BuilderRef, "The builder stood at a branch, a commit or a pre-release tag: nobody released what built the artifact.", "Do not accept it, unless you test builders, and say so, or ask for the reference itself, ID@REF.", "ErrorInvalidRef"},
	{BuilderMismatch, "The builder is of the right kind, and its name or version in the statement is another one.", "Compare the builder found with the one you expect.", "ErrorMismatchBuilderID"},
	{RunnerMismatch, "The build ran on another kind of runner than was asked for, or the certificate does not say on which.", "Expect the runner that the project uses, or build on hosted ones.", "ErrorMismatchBuilderID"},
	{NoSource, "The statement does not say which repository was built, or not clearly which of several.", "Ask its producer for provenance that names the source.", "ErrorMalformedURI"},
	{SourceMismatch, "The artifact was built from another repository.", "Do not accept it; a fork or a namesake is not the project.", "ErrorMismatchSource"},
	{CommitMismatch, "The artifact was built from another commit.", "Find out which build this is.", ""},
	{NoCommit, "The statement does not say which commit was built.", "Ask its producer for provenance that names the commit.", ""},
	{BranchMismatch, "The artifact was built from another branch.", "Find out which build this is.", "ErrorMismatchBranch"},
	{NoBranch, "The statement does not say from which branch was built; a build of a tag seldom does.", "Ask for the tag instead.", "ErrorInvalidRef, ErrorNotSupported"},
	{TagMismatch, "The artifact was built from another tag.", "Find out which build this is.", "ErrorMismatchTag"},
	{VersionMismatch, "The artifact was built from a tag of another version.", "Find out which build this is.", "ErrorMismatchVersionedTag"},
	{TagNotSemver, "A tag that is to be compared as a version is none: vMAJOR, vMAJOR.MINOR or vMAJOR.MINOR.PATCH.", "Compare the tag as it stands.", "ErrorInvalidSemver"},
	{NoTag, "The artifact was not built from a tag: the statement names a branch, or no reference.", "Ask for the branch, or for an artifact that was built from the tag.", "ErrorInvalidRef; for Google ErrorMismatchTag, ErrorMismatchVersionedTag"},
	{WorkflowMismatch, "The build was started by another workflow.", "Find out which build this is.", ""},
	{NoWorkflow, "The statement does not say which workflow started the build.", "Ask its producer for provenance that names the workflow.", ""},
	{InputMismatch, "The build was dispatched with another value of an input, or without the input.", "Find out which build this is.", "ErrorMismatchWorkflowInputs"},
	{NoInputs, "The build was not dispatched by hand, or the statement does not tell with which inputs.", "Leave the inputs out, or use a builder that records them.", "ErrorMismatchWorkflowInputs"},
	{ClaimUnproven, "What was asked for is written in the statement, and nobody but the build itself vouches for it.", "Use a builder that the build cannot influence.", "ErrorNonVerifiableClaim"},
	{PublishMissing, "npm's list lacks provenance, or the registry's own attestation that the package was published.", "Fetch the list again: https://registry.npmjs.org/-/npm/v1/attestations/NAME@VERSION.", ""},
	{PublishKey, "The registry signed that it published the package, with a key that is not among those given.", "Give the registry's keys.", ""},
	{PackageName, "The attestations are about a package of another name.", "Check that package and attestations belong together.", "ErrorMismatchPackageName"},
	{PackageVersion, "The attestations are about another version of the package.", "Check that package and attestations belong together.", "ErrorMismatchPackageVersion"},
}

// Explain returns the reason of a code; the zero Reason if there is none.
func Explain(c Code) Reason {
	for _, r := range reasonTable {
		if r.Code == c {
			return r
		}
	}
	return Reason{}
}

// Rank is the place of a code in Reasons, from 0; the length of Reasons for
// one that is not there.
func Rank(c Code) int {
	for i, r := range reasonTable {
		if r.Code == c {
			return i
		}
	}
	return len(reasonTable)
}

// Mismatch is one thing that is not as expected.
type Mismatch struct {
	Code Code
	// Text says what was found and what was expected, without full stop.
	Text string
}

func (m Mismatch) Error() string { return string(m.Code) + ": " + m.Text }
