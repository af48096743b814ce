// Package sbom reads and makes software bills of materials.
//
// [Read] understands CycloneDX JSON (validated for 1.5, 1.6 and 1.7) and SPDX
// JSON (validated for 2.3). It keeps the original bytes and their digest and
// never writes an SBOM it has read: a decoder drops what it does not know, so
// an SBOM that was written again is another document. What is wrong with a
// document, down to a violation of the official schema, is a [Problem] with an
// RFC 6901 pointer and not an error: a bad SBOM is still evidence.
//
// [ForBinary] and [ForModule] make a CycloneDX 1.6 document for a Go binary
// from its build info, and for a Go module from its go.mod. Both are
// deterministic, run no command and need no network.
package sbom
