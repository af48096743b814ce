// Package evidence is the model of what is recorded about a release: the
// [Record] that a release statement carries, the record types that later
// statements carry, and the small values they are made of: digests,
// identities, times, resource descriptors.
//
// It is pure data. Nothing here reads a file, a clock or the network. Bytes
// from outside enter through [DecodeRecord], [DecodeApproval] and
// [DecodeLinks], which refuse what two readers could understand differently
// (duplicate names, numbers that a float64 cannot hold, wrong types, a field
// named in "critical" that this version does not know) and name the place by
// its RFC 6901 pointer.
//
// JSON member names are camelCase; every reference to something else is a
// [ResourceDescriptor] in the sense of in-toto; every digest is a map from
// algorithm to lower-case hex, so that an algorithm can be replaced one day.
package evidence

//go:generate go run ../internal/schemagen -source . -out ../docs/predicates
