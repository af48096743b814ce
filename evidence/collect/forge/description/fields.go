package description

// field is one field of the template.
type field struct {
	// name is what configuration calls it: "risk.user-impact".
	name string
	// group is the group under whose heading the short labels hold.
	group string
	// labels name it anywhere, short only within its group.
	labels, short []string
}

// fields are all fields, in the order of the template.
var fields = []field{
	{"summary", "summary", []string{"what changed", "what changes", "what", "what does this change", "what this change does", "changes"}, nil},
	{"rationale", "summary", []string{"why", "rationale", "reason", "motivation", "motivation and context", "why is this needed", "business justification", "justification"}, nil},
	{"incidents", "ticket", []string{"related incidents", "related incidents/problems", "related incidents or problems", "incidents", "related problems"}, nil},

	{"risk.label", "risk", []string{"risk label", "risk level", "risk class", "risk rating"}, []string{"label", "level", "rating"}},
	{"risk.user-impact", "risk", []string{"user impact if wrong", "user impact", "customer impact", "impact on users", "impact if wrong"}, []string{"impact"}},
	{"risk.blast-radius", "risk", []string{"blast radius"}, []string{"scope", "affected components"}},
	{"risk.type", "risk", []string{"change type", "type of change", "kind of change"}, []string{"type"}},
	{"risk.backward-compatible", "risk", []string{"backward compatible", "backwards compatible", "backward compatibility", "backwards compatibility", "is it backward compatible"}, []string{"compatible", "compatibility"}},
	{"risk.data-migration", "risk", []string{"data migration", "database migration", "db migration", "schema migration", "migration"}, nil},
	{"risk.data-migration-text", "risk", []string{"data migration details", "migration details"}, nil},

	{"rollout.flags", "rollout", []string{"feature flags", "feature flags with default state", "feature flags and default state", "flags with default state", "flags"}, nil},
	{"rollout.configuration-change", "rollout", []string{"configuration change", "configuration changes", "configuration changes needed", "config change", "config changes"}, []string{"configuration", "config"}},
	{"rollout.configuration-details", "rollout", []string{"configuration details", "configuration change details", "config details"}, nil},
	{"rollout.steps", "rollout", []string{"rollout steps", "deployment steps", "deploy steps", "release steps"}, []string{"steps", "plan"}},
	{"rollout.progressive", "rollout", []string{"progressive delivery", "progressive rollout", "staged rollout", "canary"}, []string{"progressive"}},
	{"rollout.progressive-details", "rollout", []string{"progressive delivery details", "progressive details", "stages"}, nil},

	{"rollback.primary", "rollback", []string{"primary rollback", "primary rollback version", "prior version", "prior version or digest", "prior version/digest", "roll back to", "rollback to"}, []string{"primary", "version", "digest", "target"}},
	{"rollback.no-safe-rollback", "rollback", []string{"no safe rollback", "no safe way back", "there is no safe rollback"}, nil},
	{"rollback.data", "rollback", []string{"data considerations", "rollback data considerations"}, []string{"data"}},
	{"rollback.steps", "rollback", []string{"rollback steps", "manual steps", "manual rollback steps"}, []string{"steps"}},

	{"testing.unit", "testing", []string{"unit tests", "unit test", "unit tests link", "unit test run"}, []string{"unit"}},
	{"testing.integration", "testing", []string{"integration tests", "integration test", "integration test run"}, []string{"integration"}},
	{"testing.e2e", "testing", []string{"e2e", "e2e tests", "end-to-end", "end-to-end tests", "end to end tests"}, nil},
	{"testing.dast", "testing", []string{"dast", "dynamic tests", "dynamic analysis"}, nil},
	{"testing.reproduction", "testing", []string{"reproduction steps", "steps to reproduce", "how to reproduce", "how to test"}, []string{"reproduction", "steps"}},
	{"testing.sast", "security", []string{"sast", "static analysis", "static application security testing"}, nil},
	{"testing.dependency-license", "security", []string{"dependency/licence scan", "dependency/license scan", "dependency and licence scan", "dependency and license scan", "dependency/licence", "dependency/license", "dependency scan", "licence scan", "license scan", "sca"}, []string{"dependencies", "dependency"}},
	{"testing.sbom", "security", []string{"sbom", "sbom reference", "software bill of materials"}, nil},
	{"testing.secrets", "security", []string{"secret check", "secret scan", "secrets scan", "secrets check", "secret scanning", "secret detection"}, []string{"secrets"}},

	{"owned-paths", "review", []string{"code-owner paths touched", "code owner paths touched", "code owners touched", "owned paths", "codeowners paths touched", "touches code-owner paths"}, []string{"code owners"}},
	{"required-approvers", "review", []string{"required approvers", "required approvals", "approvers"}, nil},
	{"manager-notes", "review", []string{"notes for the release manager", "notes for release manager", "release manager notes"}, nil},
	{"exceptions", "review", []string{"exceptions", "exception links", "exceptions used"}, nil},

	{"notes.added", "notes", nil, []string{"added"}},
	{"notes.changed", "notes", nil, []string{"changed"}},
	{"notes.fixed", "notes", nil, []string{"fixed"}},
	{"notes.security", "notes", []string{"security notes"}, []string{"security"}},

	{"related.original", "related", nil, []string{"original pull request", "original merge request", "original pr", "original mr", "original", "original pr/shas", "original pull request and commits", "reverted pull request", "reverts"}},
	{"related.commits", "related", nil, []string{"commits", "original commits", "shas", "original shas"}},
	{"related.incident", "related", nil, []string{"incident", "incident/ticket", "incident or ticket", "ticket"}},
	{"related.production-tag", "related", nil, []string{"production tag", "tag in production"}},
	{"related.rationale", "related", nil, []string{"rationale", "reason", "why"}},
	{"related.impact", "related", nil, []string{"impact", "user impact"}},
	{"related.divergence", "related", nil, []string{"divergence", "divergence from the original", "differences"}},
	{"related.verification", "related", nil, []string{"verification", "verification plan", "validation", "validation evidence"}},
	{"related.flags", "related", nil, []string{"flags", "flags and configuration", "flags/config handling", "flags and config handling"}},
	{"related.evidence", "related", nil, []string{"test evidence", "evidence", "validation evidence", "test runs"}},
}

// group is a heading under which fields stand.
type group struct {
	name   string
	labels []string
	// own is the field that the text directly below the heading is; "" for none.
	own string
	// kind is the kind of related change that it is about.
	kind string
}

var groups = []group{
	{name: "summary", labels: []string{"summary", "description", "overview"}, own: "summary"},
	{name: "ticket", labels: []string{"ticket", "tickets", "issue", "issues", "related issues"}},
	{name: "risk", labels: []string{"risk", "risks", "risk assessment", "risk and impact"}, own: "risk.label"},
	{name: "rollout", labels: []string{"rollout", "rollout plan", "deployment", "deployment plan", "release plan"}, own: "rollout.steps"},
	{name: "rollback", labels: []string{"rollback", "rollback plan", "backout plan", "back-out plan", "how to roll back"}, own: "rollback.primary"},
	{name: "testing", labels: []string{"testing", "tests", "test evidence", "how has this been tested", "test plan"}},
	{name: "security", labels: []string{"security", "security testing", "security checks", "security scans", "scans"}},
	{name: "review", labels: []string{"review", "reviewers", "approvals"}},
	{name: "notes", labels: []string{"release notes", "release note", "changelog"}},
	{name: "related", labels: []string{"backport"}, kind: "backport"},
	{name: "related", labels: []string{"hotfix", "hot fix"}, kind: "hotfix"},
	{name: "related", labels: []string{"forward-port", "forward port"}, kind: "forward-port"},
	{name: "related", labels: []string{"revert"}, kind: "revert"},
}
