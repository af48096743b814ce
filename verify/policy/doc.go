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
//   - standard asks every MUST of the release policy that one dossier decides;
//     people and environments are at least attested.
//   - sox asks every control, derived rules and recommendations too.
//
// Each profile contains the one before. Under standard and sox an absence ("no
// freeze") is unknown without a seal.
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
//	extends: minimal                      # a profile, or a file: base.yaml, base.yaml@sha256:...
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
//
// # Rules of your own
//
// The registry is closed: a control means the same to everybody who reads its ID. A
// policy file adds rules of its organisation under "rules", each an expression over
// the document that [Input] describes; [github.com/release-dossier/dossier/verify/cel]
// compiles them, so that programs without such rules do not link it. They are part of
// the policy's digest, and appear in reports as any control does. A program can also
// wrap the policy that it hands to verify.Options: what it adds is then in the report,
// but no digest of the policy covers it, and nobody can repeat the verdict without the
// program.
package policy
