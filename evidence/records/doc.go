// Package records reads the records that people write as YAML files and writes
// the templates they begin with.
//
// The keys of a file are the JSON names of package evidence in kebab-case:
// rollbackPlan is rollback-plan. Nothing else differs, except for three short
// forms: a digest may be written "sha256:<hex>", a reference as its address
// alone or as an artifact's name, "@" and digest, and a human actor as their
// identity alone.
//
// The key "record" says of which kind a file is: "record: exception". The kind
// "release" holds the parts of the release statement that people write. A
// directory .dossier/records/<version> holds the records of one release.
//
// What the signing tool knows (release, parents, materials) does not stand in a
// file. Every error names file, line and column.
package records
