// Package sbom reads and makes software bills of materials.
//
// [Read] understands CycloneDX 1.2 to 1.7 in JSON and 1.0 to 1.7 in XML (1.0 and
// 1.1 had no JSON), SPDX 2.2 and 2.3 in JSON and tag-value, and SPDX 3.0.1 in
// JSON-LD as its JSON schema has it. Each is judged by the official schema of its
// version; a tag-value document by that of its JSON form. It keeps the original
// bytes and their digest and never writes an SBOM it has read: a decoder drops
// what it does not know, so an SBOM that was written again is another document.
// What is wrong with a document, down to a violation of the schema, is a
// [Problem] with a place and not an error: a bad SBOM is still evidence. What is
// of less use than it should be is a warning: a package URL that is none, an
// unknown licence, a component that nothing leads to, a circle of dependencies.
//
// [Document.MinimumElements] scores a document by the minimum elements of the
// NTIA and the CISA; [Compare] says what changed between two documents, of
// whatever formats.
//
// [ForBinary] and [ForModule] make a CycloneDX 1.6 document for a Go binary
// from its build info, and for a Go module from its go.mod. Both are
// deterministic, run no command and need no network.
package sbom
