// Package provenance reads and writes SLSA build provenance: the statement of
// a builder that it made certain artifacts from a certain commit.
//
// [Parse] reads the predicates https://slsa.dev/provenance/v1, v0.2 and v0.1 in the
// shapes that real builders write (GitHub's attestations, the SLSA generators
// for GitHub, npm, Google Cloud Build) into one [Summary]. [ReadAny] finds the
// statements in what such builders publish: a Sigstore bundle, a DSSE
// envelope, a bare statement, or one of these on each line. [New] writes the
// payload of a v1 statement.
//
// Nothing here checks a signature: a Summary is what the statement says, and
// who says so is for the verifier to find out. What a statement says twice and
// differently stays visible in [Summary.Problems].
//
// A verifier compares it with what is expected ([Summary.Mismatches]), with what
// the certificate of its signer says of the same run ([Summary.Contradictions]),
// and finds out which builder that certificate proves ([Builder.Proves]). Each
// difference has a code of one table, [Reasons].
//
// # The source
//
// The source is the repository that the build was asked to build, as its
// parameters name it:
//
//	v1    externalParameters.workflow.repository        GitHub attestations
//	      externalParameters.buildConfigSource          Google Cloud Build
//	      externalParameters.source                     others, [BuildType] among them
//	v0.2  invocation.configSource
//
// If no parameter names one, and exactly one git repository is among the
// resolved dependencies or materials, that is the source. The source's commits
// are those of all entries of that repository; commits of other repositories,
// the builder's own for example, are never taken for it.
package provenance
