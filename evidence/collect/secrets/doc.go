// Package secrets searches what is about to be signed for credentials: once it
// is in a dossier, a password or a key is there for everybody and for good.
//
// The rules are those of gitleaks (https://github.com/gitleaks/gitleaks,
// v8.30.1, MIT), embedded unchanged as gitleaks.toml; dossier.toml adds what
// machine-made documents need. A rule is tried only around its keywords; what
// it matches must have the entropy it asks for and be on none of its allow
// lists. Differences to gitleaks: nothing is passed over for its name, and
// comments in the text ("gitleaks:allow") allow nothing.
//
// [Scanner.Scan] reads a material of any size in bounded memory. Text in
// base64, as in a Sigstore bundle, is searched as well, to a depth of three,
// and so is a material that is compressed with gzip. Characters that markup or
// JSON writes by number or name ("&#103;hp_...") are searched as what they are. Git objects travel
// uncompressed. Other archives (zip) are searched as the bytes they are.
//
// A [Hit] says where, never what: it has the rule, the place, what stands
// before the credential, and a fingerprint. [Allow] lets it through by name.
package secrets
