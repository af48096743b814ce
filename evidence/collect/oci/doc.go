// Package oci collects container images from a registry: what a tag or digest
// names, the images of an index by platform, what they say of their source, and
// the SBOMs, provenance and attestations that others attached to them.
//
// [New] makes a source for package collect. The digest of an image's manifest,
// or of its index, is the artifact; manifests and configurations are embedded,
// so that platforms and labels are recomputed from bytes with the artifact's
// own digest. Layers are not fetched.
//
// # Referrers
//
// What is attached to an image, or to one of the images of an index, is found
//
//   - by the referrers interface (OCI distribution specification 1.1), or its
//     fallback, the tag sha256-<hex>;
//   - by the tags sha256-<hex>.att and .sbom that cosign wrote before;
//   - in an index, as the attestation manifests that BuildKit puts there.
//
// Sigstore bundles, DSSE envelopes, in-toto statements, CycloneDX and SPDX
// documents are embedded as they are and judged by their own signer later.
// Anybody who may push can attach something: what cannot be read is left out
// and named, and stops nothing. Signatures that cosign wrote before bundles
// existed (sha256-<hex>.sig) are named only.
//
// # Network
//
// Everything is read by digest and compared with it. Sizes, counts, requests,
// redirects and time have [Limits]. Credentials come from a keychain and go to
// the registry, and to the token service that it names, over TLS. Plain HTTP is
// for the machine's own registry, unless [Options] allow it. No credential is
// part of an error.
//
// The token needs to read ("pull") the repository.
package oci
