package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// ChangeParams are the values that the controls of branches, commits and pull requests take.
type ChangeParams struct {
	// MainBranches are the names of the main line. ProtectedBranches are patterns
	// of all branches that nothing reaches but by a pull request.
	MainBranches      []string `json:"mainBranches"`
	ProtectedBranches []string `json:"protectedBranches"`
	// BranchTicketPattern is the regular expression (RE2) for the ticket in the
	// name of a branch. HotfixTicketStrict wants its dash in those of hotfixes.
	BranchTicketPattern string `json:"branchTicketPattern"`
	HotfixTicketStrict  bool   `json:"hotfixTicketStrict"`
	// BotBranches are patterns of branches that bots may use.
	BotBranches []string `json:"botBranches"`
	// BranchMaxAge is how long a feature branch may live until it is merged, and
	// BranchWarnPercent the share of that from which on it is a warning.
	BranchMaxAge      Span `json:"branchMaxAge"`
	BranchWarnPercent int  `json:"branchWarnPercent"`
	// BranchGrace is how long a merged branch may stay.
	BranchGrace Span `json:"branchGrace"`
	// MergeCommitsOn are the lines that merge commits may reach: release, hotfix.
	MergeCommitsOn []string `json:"mergeCommitsOn"`
	// SnapshotAge is how far from a merge a snapshot of teams or of the protection
	// of branches may be taken to show what held then.
	SnapshotAge Span `json:"snapshotAge"`
	// CommitTypes are the types of Conventional Commits that are allowed.
	CommitTypes []string `json:"commitTypes"`
	// CheckMergeMessages and CheckRevertMessages ask for the form of commit
	// messages of merges and of reverts as tools write them.
	CheckMergeMessages  bool `json:"checkMergeMessages"`
	CheckRevertMessages bool `json:"checkRevertMessages"`
	// RiskLevels are the words for the risk of a change, of which it has one.
	// RiskExtras may stand beside it.
	RiskLevels []string `json:"riskLevels"`
	RiskExtras []string `json:"riskExtras"`
	// ChangeMaxFiles and ChangeMaxLines are how many files and lines a change
	// should touch at most.
	ChangeMaxFiles int `json:"changeMaxFiles"`
	ChangeMaxLines int `json:"changeMaxLines"`
	// Reviews is how many different people, none of them an author, must approve
	// a pull request; HotfixReviews is the number for hotfixes.
	Reviews       int `json:"reviews"`
	HotfixReviews int `json:"hotfixReviews"`
	// ReviewBeforeChecks says what it is if a review is asked for before the
	// checks are green: warn or fail.
	ReviewBeforeChecks string `json:"reviewBeforeChecks"`
	// StaleApprovals lets approvals of an older head count.
	StaleApprovals bool `json:"staleApprovals"`
	// UnownedPaths are patterns of paths that need no code owner.
	UnownedPaths []string `json:"unownedPaths"`
	// MigrationPaths are patterns of paths that hold migrations of databases.
	MigrationPaths []string `json:"migrationPaths"`
	// ChangeTypes map types of commits to types of changes: "feat=feature".
	ChangeTypes []string `json:"changeTypes"`
	// ChangelogFragments is the directory of changelog fragments; "" if the notes
	// come from commits.
	ChangelogFragments string `json:"changelogFragments"`
	// QARoles are the roles that give a QA sign-off.
	QARoles []string `json:"qaRoles"`
}

const day = 24 * time.Hour

var changeParameters = []Parameter{
	words("main-branches", "names of the main branch", "A21", []string{"main"}, func(p *Params) *[]string { return &p.MainBranches }),
	words("protected-branches", "patterns of branches that nothing reaches but by a pull request", "A21", []string{"main", "release/*", "hotfix/*"}, func(p *Params) *[]string { return &p.ProtectedBranches }),
	pattern("branch-ticket-pattern", "regular expression for the ticket in the name of a branch", "A33", `[A-Z]+-[0-9]+`, func(p *Params) *string { return &p.BranchTicketPattern }),
	toggle("hotfix-ticket-strict", "the ticket in the name of a hotfix branch must have its dash: INC-123, not INC123", "A3", false, func(p *Params) *bool { return &p.HotfixTicketStrict }),
	words("bot-branches", "patterns of branches that dependency updaters and other bots may use", "2.8.2", []string{}, func(p *Params) *[]string { return &p.BotBranches }),
	length("branch-max-age", "how long a feature branch may live until it is merged", "1.6.3", 5*day, 365*day, func(p *Params) *Span { return &p.BranchMaxAge }),
	number("branch-warn-percent", "from which share of branch-max-age on it is a warning, in per cent", "1.6.3", 50, 1, 100, func(p *Params) *int { return &p.BranchWarnPercent }),
	length("branch-grace", "how long a merged feature or hotfix branch may stay", "A23", 7*day, 365*day, func(p *Params) *Span { return &p.BranchGrace }),
	someOf("merge-commits-on", "lines that merge commits may reach: release, hotfix", "A5", []string{"release", "hotfix"}, func(p *Params) *[]string { return &p.MergeCommitsOn }),
	length("snapshot-age", "how far from a merge a snapshot of teams or branch protection may be taken to show what held then", "1.11.5.1", 7*day, 365*day, func(p *Params) *Span { return &p.SnapshotAge }),
	words("commit-types", "types of Conventional Commits that are allowed", "A32", []string{"feat", "fix", "security", "perf", "refactor", "style", "docs", "test", "build", "ci", "infra", "chore", "revert"}, func(p *Params) *[]string { return &p.CommitTypes }),
	toggle("check-merge-messages", "messages of merge commits must be of the conventional form as well", "1.11.3.1", false, func(p *Params) *bool { return &p.CheckMergeMessages }),
	toggle("check-revert-messages", `messages such as Revert "..." must be of the conventional form as well`, "1.11.3.1", false, func(p *Params) *bool { return &p.CheckRevertMessages }),
	words("risk-levels", "words for the risk of a change, of which it has one", "A31", []string{"low", "medium", "high", "critical"}, func(p *Params) *[]string { return &p.RiskLevels }),
	words("risk-extras", "words that may stand beside the risk of a change, such as customer-impacting, data-migration", "A31", []string{}, func(p *Params) *[]string { return &p.RiskExtras }),
	number("change-max-files", "how many files a change should touch at most", "1.6.3", 60, 1, 1_000_000, func(p *Params) *int { return &p.ChangeMaxFiles }),
	number("change-max-lines", "how many lines a change should add and delete at most", "1.6.3", 800, 1, 100_000_000, func(p *Params) *int { return &p.ChangeMaxLines }),
	number("reviews", "how many different people, none of them an author, approve a pull request", "A15", 2, 1, maxPeople, func(p *Params) *int { return &p.Reviews }),
	number("hotfix-reviews", "how many different people, none of them an author, approve a pull request of a hotfix", "A15", 2, 1, maxPeople, func(p *Params) *int { return &p.HotfixReviews }),
	choice("review-before-checks", "what it is if a review is asked for before the checks are green", "A64", "warn", []string{"warn", "fail"}, func(p *Params) *string { return &p.ReviewBeforeChecks }),
	toggle("stale-approvals", "approvals of an older head of a pull request count", "1.24.3.1", false, func(p *Params) *bool { return &p.StaleApprovals }),
	words("unowned-paths", "patterns of paths that need no code owner, ** for any directories", "1.11.3.1", []string{}, func(p *Params) *[]string { return &p.UnownedPaths }),
	words("migration-paths", "patterns of paths that hold migrations of databases, ** for any directories", "2.5.2", []string{"**/migrations/**", "**/migration/**", "**/migrate/**", "**/*.sql"}, func(p *Params) *[]string { return &p.MigrationPaths }),
	words("change-types", "types of commits and the type of change each stands for, as feat=feature; others are not compared", "A32", []string{"feat=feature", "fix=fix", "perf=fix", "revert=fix", "security=security", "refactor=refactor", "style=refactor", "infra=infra", "build=infra", "ci=infra"}, func(p *Params) *[]string { return &p.ChangeTypes }),
	parameter("changelog-fragments", "directory of changelog fragments; none if notes come from commits", "1.11.3.2", "", func(p *Params) *string { return &p.ChangelogFragments }, directory),
	words("qa-roles", "roles that give a QA sign-off", "1.11.6", []string{"qa"}, func(p *Params) *[]string { return &p.QARoles }),
}

// someOf is a parameter that lists some of a few words; none by default.
func someOf(name, doc, source string, among []string, field func(*Params) *[]string) Parameter {
	p := words(name, doc, source, []string{}, field)
	set := p.set
	p.set = func(to *Params, n *strictyaml.Node) error {
		if err := set(to, n); err != nil {
			return err
		}
		for _, word := range *field(to) {
			if !slices.Contains(among, word) {
				return n.Errorf("unknown value %.40q: want %s", word, strings.Join(among, ", "))
			}
		}
		return nil
	}
	return p
}

// directory reads the path of a directory in the repository.
func directory(n *strictyaml.Node) (s string, err error) {
	if err := n.Decode(&s); err != nil {
		return "", err
	}
	if s = strings.TrimSuffix(s, "/"); strings.HasPrefix(s, "/") || len(s) > maxPattern {
		return "", n.Errorf("want a directory of the repository, such as changes")
	}
	return s, nil
}
