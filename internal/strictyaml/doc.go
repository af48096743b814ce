// Package strictyaml reads the YAML files that people write for us: trust,
// policy and release configuration.
//
// YAML has many ways to say something other than what is seen. Here a file
// means what it looks like or it is refused: no anchors and aliases, no merge
// keys, no tags, no second document, no key given twice, no value guessed into
// another type (a version 1.10 is not the text "1.10" and "yes" is not true),
// no invisible characters that turn text around. Keys that the program does
// not know are errors as well, with the nearest known key as a suggestion.
//
// Every error is an [*Error] that names file, line, column and path:
//
//	trust.yaml:12:9: grants[0].kinds: want a list or one text, got a mapping
//
// [Decode] fills a Go value at once. [Located], [Map] and [OneOrMany] are field
// types that remember where a value stood, keep the order of keys, or take one
// value for a list of one. A type that implements [Unmarshaler] reads its
// [Node] itself.
package strictyaml
