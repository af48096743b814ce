// Package foreign reads what other tools state about a release, a commit or a
// review into one small [Summary]:
//
//   - release: in-toto's release predicate v0.1 and v0.2, as registries and, for
//     immutable releases, GitHub sign it (in-toto attestation framework,
//     spec/predicates/release.md; the members that GitHub adds are those that its
//     command line verifies);
//   - gittuf: reference authorizations v0.1 and v0.2, and approvals of GitHub pull
//     requests v0.1 (gittuf, internal/attestations);
//   - SLSA source-tool: source and tag provenance, under the draft and the final
//     type, and SLSA verification summaries v1, which carry SLSA_SOURCE_LEVEL_*
//     (source-tool, docs/DESIGN.md and proto/v1; slsa.dev/spec/v1.0/verification_summary);
//   - Kubernetes promo-tools: records of promoted images v1 (promo-tools,
//     docs/promotion-predicate.md).
//
// A summary is what the signer says and no more: whose word it is, the signature
// tells, and names of people in it are display. A statement that contradicts
// itself is an error. A type that is not listed here is [ErrUnknown]: it is shown
// by its type and never guessed at.
package foreign
