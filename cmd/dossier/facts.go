package main

import (
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// Where the facts about one release stand, since they never stand in the
// configuration: what it says holds for every release.
const (
	inTrailer = "write it below the text of the annotated tag or of the release's pull request, as a line such as %q"
	inRecords = "put it into the release's own records (.dossier/records/VERSION/), or add it when it happens: \"dossier add\""
	collected = "it is collected: leave it out"
)

// facts are keys that people may expect in the configuration.
var facts = map[string]string{
	"rollback": inTrailer, "rollback-plan": inTrailer, "known-issues": inTrailer, "risk": inTrailer, "window": inTrailer, "ticket": inTrailer,
	"production-window": inTrailer, "tickets": inTrailer, "change-requests": inTrailer,
	"approval": inRecords, "approvals": inRecords, "approver": inRecords, "approvers": inRecords, "approved-by": inRecords,
	"exception": inRecords, "exceptions": inRecords, "freeze": inRecords, "emergency": inRecords, "incident": inRecords,
	"incidents": inRecords, "promotion": inRecords, "promotions": inRecords, "go-no-go": inRecords, "release-record": inRecords,
	"notes": inRecords, "release-notes": inRecords, "changelog": inRecords, "mitigations": inRecords, "quarantine": inRecords,
	"flags": inRecords, "environments": inRecords,
	"tag": collected, "commit": collected, "previous": collected, "previous-tag": collected, "base": collected, "date": collected,
	"created-at": collected, "digest": collected, "changes": collected, "pull-requests": collected, "reviews": collected,
	"checks": collected, "build": collected, "run-id": collected,
}

// trailers are examples of the lines that stand for a key.
var trailers = map[string]string{
	"rollback": "Rollback: redeploy v1.3.9", "rollback-plan": "Rollback: redeploy v1.3.9", "known-issues": "Known-issues: none",
	"risk": "Risk: low", "window": "Window: weekday", "production-window": "Window: weekday", "ticket": "Ticket: PAY-123",
	"tickets": "Ticket: PAY-123", "change-requests": "Ticket: CHG-4411",
}

// moved are keys of the configuration that stand elsewhere in it.
var moved = map[string]string{
	"tag-pattern": "collect.git.tags", "files": "collect.git.files", "github": "collect.github", "gitlab": "collect.gitlab",
	"results": "collect.results", "jira": "collect.tickets.jira", "ci": "collect.ci", "key": "sign.key",
}

// refuseFacts refuses keys of a mapping that would hold facts.
func refuseFacts(n *strictyaml.Node) error {
	inComponent := n.Path() != ""
	for _, m := range n.Members() {
		if why, ok := facts[m.Name]; ok {
			why = strings.Replace(why, "%q", `"`+trailers[m.Name]+`"`, 1)
			return m.Key.Errorf("is a fact about one release, and this file is the same for all of them: %s", why)
		}
		if place, ok := moved[m.Name]; ok && !inComponent {
			return m.Key.Errorf("stands elsewhere: write it as %s", place)
		}
	}
	return nil
}
