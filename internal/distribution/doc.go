// Package distribution speaks to one repository of a registry (OCI distribution
// specification 1.1) that nobody has to trust: what it sends is read within
// [Limits], by digest, and over TLS.
//
// It reads manifests, blobs, tags and referrers, and writes manifests and blobs.
// Whoever uses it decides what the content means.
package distribution
