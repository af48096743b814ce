package description

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// details makes the record of what was given.
func (r *reader) details() *evidence.ChangeDetails {
	d := &evidence.ChangeDetails{
		Summary: r.said("summary"), Rationale: r.said("rationale"), Incidents: r.references("incidents"),
		Risk: r.risk(), Rollout: r.rollout(), Rollback: r.rollback(), Testing: r.tests(),
		ManagerNotes: r.said("manager-notes"), Related: r.related(),
	}
	d.OwnedPaths, _ = r.choice("owned-paths")
	d.RequiredApprovers = r.approvers()
	d.Exceptions = r.tokens("exceptions", func(s string) bool { return strings.ContainsAny(s, "0123456789") })
	n := evidence.ChangeNotes{
		Added: r.list("notes.added"), Changed: r.list("notes.changed"), Fixed: r.list("notes.fixed"), Security: r.list("notes.security"),
	}
	if n.Added != nil || n.Changed != nil || n.Fixed != nil || n.Security != nil {
		d.Notes = &n
	}
	return d
}

func (r *reader) risk() (x evidence.ChangeRisk) {
	var text string
	x.Label, _ = r.choice("risk.label")
	x.UserImpact, x.BlastRadius = r.said("risk.user-impact"), r.said("risk.blast-radius")
	x.Type, _ = r.choice("risk.type")
	x.BackwardCompatible, _ = r.choice("risk.backward-compatible")
	x.DataMigration, text = r.choice("risk.data-migration")
	if x.DataMigrationText = r.said("risk.data-migration-text"); x.DataMigrationText == "" && x.DataMigration == "other" {
		x.DataMigrationText = text
	}
	return x
}

func (r *reader) rollout() (x evidence.ChangeRollout) {
	var text string
	if flags := r.list("rollout.flags"); !slices.ContainsFunc(flags, none) {
		x.Flags = flags
	}
	x.ConfigurationChange, text = r.choice("rollout.configuration-change")
	if x.ConfigurationDetails = r.said("rollout.configuration-details"); x.ConfigurationDetails == "" && x.ConfigurationChange == "yes" {
		x.ConfigurationDetails = text
	}
	x.Steps = r.list("rollout.steps")
	x.Progressive, text = r.choice("rollout.progressive")
	if x.ProgressiveDetails = r.said("rollout.progressive-details"); x.ProgressiveDetails == "" && x.Progressive == "yes" {
		x.ProgressiveDetails = text
	}
	return x
}

// unsafe begins a way back that is none.
var unsafe = lazyregexp.New(`^(?i)(there is )?no safe (rollback|way back)\b`)

func (r *reader) rollback() (x evidence.ChangeRollback) {
	x.Primary, x.Data, x.Steps = r.said("rollback.primary"), r.said("rollback.data"), r.list("rollback.steps")
	answer, _ := r.choice("rollback.no-safe-rollback")
	x.NoSafeRollback = answer == "yes" || unsafe.MatchString(x.Primary)
	return x
}

func (r *reader) tests() (list []evidence.ChangeTest) {
	for _, f := range fields {
		if name, ok := strings.CutPrefix(f.name, "testing."); ok {
			if t, given := r.test(name); given {
				list = append(list, t)
			}
		}
	}
	return list
}

// approvers are the accounts and teams that a description names, or the names
// themselves if it names no account.
func (r *reader) approvers() []string {
	const field = "required-approvers"
	if list := r.tokens(field, func(s string) bool { return len(s) > 1 && s[0] == '@' }); list != nil {
		return list
	}
	var list []string
	for _, text := range r.list(field) {
		for name := range strings.SplitSeq(text, ",") {
			if name = strings.TrimSpace(name); !placeholder(name) && !none(name) && len(list) < maxItems {
				list = append(list, name)
			}
		}
	}
	return list
}

// related is what a description says as a backport, hotfix, forward-port or
// revert. One that is filled in as two of them is neither.
func (r *reader) related() *evidence.RelatedChange {
	kinds := r.kinds()
	if len(kinds) != 1 {
		return nil
	}
	at := kinds[0] + "/related."
	x := &evidence.RelatedChange{
		Kind: kinds[0], ProductionTag: r.said(at + "production-tag"), Rationale: r.said(at + "rationale"), Impact: r.said(at + "impact"),
		Divergence: r.said(at + "divergence"), Verification: r.said(at + "verification"), Flags: r.said(at + "flags"),
		Evidence: r.references(at + "evidence"),
	}
	if list := r.references(at + "incident"); len(list) > 0 {
		x.Incident = &list[0]
	}
	x.Original = r.original(at)
	return x
}

func (r *reader) original(at string) *evidence.OriginalChange {
	x := evidence.OriginalChange{}
	for _, d := range r.references(at + "original") {
		if d.URI != "" || strings.ContainsAny(d.Name, "#!") {
			x.PullRequest = d
			break
		}
	}
	for _, name := range []string{"original", "commits"} {
		for _, id := range object.FindAllString(address.ReplaceAllString(strings.Join(r.list(at+name), " "), " "), maxItems) {
			if !slices.Contains(x.Commits, evidence.ObjectID(id)) {
				x.Commits = append(x.Commits, evidence.ObjectID(id))
			}
		}
	}
	if x.PullRequest.Name == "" && x.PullRequest.URI == "" && x.Commits == nil {
		return nil
	}
	return &x
}

// none reports whether a text says that there are none of what is asked for.
func none(s string) bool { return strings.EqualFold(strings.Trim(s, " .*_`"), "none") }
