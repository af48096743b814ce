//go:build !race

package policy_test

// sampling is of how many cases of the controls one runs: here all.
const sampling = 1
