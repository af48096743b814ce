//go:build race

package policy_test

// sampling is of how many cases of the controls one runs: under the race
// detector a few show what it can find, and all run without it.
const sampling = 8
