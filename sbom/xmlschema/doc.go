// Package xmlschema judges XML SBOMs by the official XML schemas of CycloneDX
// 1.0 to 1.7. Nothing is ever fetched: the schemas are embedded.
//
// It knows the parts of XML Schema 1.0 that these schemas use, and no others:
// one that it does not know is an error and never passed over. What is embedded
// are the official files without their annotations. That bom-refs are unique is
// left to package sbom, which also knows what points at them.
package xmlschema
