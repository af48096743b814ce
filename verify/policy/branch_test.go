package policy

import (
	"testing"

	"github.com/release-dossier/dossier/verify"
)

func TestGlobbed(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"main", "main", true},
		{"main", "main/x", false},
		{"release/*", "release/1.4", true},
		{"release/*", "release/1.4/x", false},
		{"release/*", "release", false},
		{"**", "a/b/c", true},
		{"**/migrations/**", "migrations/1.sql", true},
		{"**/migrations/**", "db/migrations/a/1.sql", true},
		{"**/migrations/**", "db/migration/1.sql", false},
		{"**/*.sql", "1.sql", true},
		{"**/*.sql", "db/x/1.sql", true},
		{"**/*.sql", "db/1.sql.md", false},
		{"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true},
		{"a/**/b", "a/x/y", false},
		{"[", "[", false},
		{"", "", true},
	}
	for _, tt := range tests {
		if got := globbed([]string{tt.pattern}, tt.name); got != tt.want {
			t.Errorf("%q of %q: %t", tt.pattern, tt.name, got)
		}
	}
}

func TestBranchType(t *testing.T) {
	strict := DefaultParams()
	strict.HotfixTicketStrict = true
	bots := DefaultParams()
	bots.BotBranches = []string{"renovate/**"}
	tests := []struct {
		name         string
		params       Params
		want, ticket string
	}{
		{"main", DefaultParams(), branchMain, ""},
		{"feature/PAY-812-swiss-francs", DefaultParams(), branchFeature, "PAY-812"},
		{"feature/PAY-812-revert-swiss-francs", DefaultParams(), branchFeature, "PAY-812"},
		{"feature/PAY-812", DefaultParams(), "", ""},
		{"feature/pay-812-x", DefaultParams(), "", ""},
		{"feature/PAY-812-x\n", DefaultParams(), "", ""},
		{"feature/AB2-17-x", DefaultParams(), "", ""},
		{"chore/PAY-820-notes", DefaultParams(), branchChore, "PAY-820"},
		{"release/1.8", DefaultParams(), branchRelease, ""},
		{"release/1.8.0", DefaultParams(), "", ""},
		{"hotfix/1.4.3-INC-12345", DefaultParams(), branchHotfix, "INC-12345"},
		{"hotfix/1.4.3-INC12345", DefaultParams(), branchHotfix, "INC12345"},
		{"hotfix/1.4.3-INC12345", strict, "", ""},
		{"hotfix/1.4.3", DefaultParams(), "", ""},
		{"backport/PAY-812-to-1.4", DefaultParams(), branchBackport, "PAY-812"},
		{"backport/PAY-812-to-1.4.2", DefaultParams(), "", ""},
		{"renovate/go/x", DefaultParams(), "", ""},
		{"renovate/go/x", bots, branchBot, ""},
		{"", DefaultParams(), "", ""},
	}
	for _, tt := range tests {
		f := &Facts{Params: tt.params, Facts: &verify.Facts{}}
		if got, ticket := f.branchType(tt.name), f.branchTicket(tt.name); got != tt.want || ticket != tt.ticket {
			t.Errorf("%q: %q, ticket %q", tt.name, got, ticket)
		}
	}
}
