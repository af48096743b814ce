//go:build !race

package sigstore_test

// sampling is of how many changed bundles one is verified, here all; raced
// reports that the race detector takes memory of its own.
const (
	sampling = 1
	raced    = false
)
