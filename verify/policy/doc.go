// Package policy judges the facts that verification established about a
// release (layer 5) by controls.
//
// A control is a value in a registry: [Controls] lists them, [Lookup] finds
// one, [Explain] says what one wants. IDs, levels, sections and waiver rules
// are those of the control catalogue, so that a finding can be looked up
// there. Each theme has a file of its own.
//
// Which controls are asked is decided by a [Policy]: a built-in profile
// ([Profile]) or a file that extends one ([Parse]). Profiles are a ladder.
//
//   - solo is what one person can meet on the first day: tag, commit, build
//     provenance, artifact and SBOM belong together and are signed by parties
//     whom trust names.
//   - minimal adds that another person approved the release, and that the
//     build ran on an approved builder.
//
// Each profile contains the one before.
//
// # Outcomes
//
// Evidence that nobody recorded is fail(missing-evidence). Evidence that is
// there and cannot be judged is unknown(why). Neither passes. A control of
// level SHOULD that fails is a warning. A passing control whose proof is of a
// lower grade than the policy asks for is fail(grade-too-low).
//
// # The policy file
//
//	id: hello-policy
//	version: 1
//	effective: { from: 2026-01-01 }       # until is optional and excluded
//	extends: minimal                      # solo or minimal
//	enforce:                              # optional: when failures begin to block
//	  - { controls: [approval/*, sod/*], from: 2026-06-01 }
//	parameters:
//	  builders: ["https://github.com/hello/*/.github/workflows/build.yml@refs/tags/v1"]
//	grades:                               # lowest grade that passes
//	  default: claimed
//	  tag/*: { at-least: proven }
//
// A control that no entry of enforce names blocks from the start; one that
// several name blocks from the earliest date. A grade for a pattern prevails
// over the default; of several patterns the highest grade counts.
package policy
