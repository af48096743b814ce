package forge

import (
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/internal/cut"
)

// settle finds the tickets of each change and what its description says, and leaves out what no record can
// carry: a fact with a text of a megabyte, or one that contradicts itself, is a
// gap and not the end of everything else.
func (c *Collection) settle() {
	r := c.Result
	for i := range r.Changes {
		r.Changes[i].Tickets = mentions(c.Tickets, &r.Changes[i])
		r.Changes[i].Reviews = decisive(r.Changes[i].Reviews)
	}
	c.describe()
	r.Changes = keep(r, r.Changes, "change", func(x *Change) (string, any) { return x.ID, &x.Change }, "trace/*", "pr/*", "sod/*", "branch/*", "commit/*")
	r.Checks = keep(r, r.Checks, "check", func(x *evidence.Check) (string, any) { return x.Name, x }, "check/*", "pr/checks-pass-before-merge", "tag/commit-passed-checks")
	r.Protections = keep(r, r.Protections, "rule", func(x *evidence.Protection) (string, any) { return x.ID, x }, "access/*", "tag/*", "pr/base-protected")
	r.Environments = keep(r, r.Environments, "environment", func(x *evidence.EnvironmentRules) (string, any) { return x.Name, x }, "access/*", "approval/*")
	r.Deployments = keep(r, r.Deployments, "deployment", func(x *evidence.Deployment) (string, any) { return x.ID, x }, "promotion/*", "approval/*", "sod/*")
	r.Teams = keep(r, r.Teams, "team", func(x *evidence.Team) (string, any) { return x.Name, x }, "pr/codeowners-approved", "approval/*")
	r.Access = keep(r, r.Access, "grant", func(x *evidence.AccessGrant) (string, any) { return string(x.Who.ID), x }, "access/*")
	if page := r.Release; page != nil {
		r.Release = nil
		for _, p := range keep(r, []evidence.ReleasePage{*page}, "release page", func(x *evidence.ReleasePage) (string, any) { return x.Tag, x }, "notes/*") {
			r.Release = &p
		}
	}
	c.settlePublished()
	r.foldUnread()
}

// settlePublished leaves out places that no record can carry, in the order of
// their digests.
func (c *Collection) settlePublished() {
	r := c.Result
	for _, d := range slices.SortedFunc(maps.Keys(r.Published), func(a, b evidence.Digest) int { return strings.Compare(a.String(), b.String()) }) {
		p := r.Published[d]
		if keep(r, []evidence.Publication{p}, "publication", func(*evidence.Publication) (string, any) { return d.String(), &p }, PublicationControls()...) == nil {
			delete(r.Published, d)
		}
	}
}

// PublicationControls need where and when something was published.
func PublicationControls() []string {
	return []string{"artifact/approved-registry", "artifact/content-addressed", "artifact/coords-library", "artifact/no-build-after-publish",
		"check/stage-order", "promotion/uses-published", "provenance/stored", "sbom/stored-with-artifact"}
}

// describedControls need what descriptions say.
var describedControls = []string{
	"pr/template-complete", "pr/description-trail", "pr/rollout-rollback", "pr/test-evidence", "pr/security-testing-declared",
	"pr/db-declared", "pr/change-type-declared",
}

// describe reads the fields of the template from each description, e-mail
// addresses left out. They become part of the statement, from which nothing can
// be left out later: where texts are kept apart, to be withheld, they are not
// read, and the record says so.
func (c *Collection) describe() {
	r := c.Result
	if slices.Contains(c.Separate, PartTexts) {
		if len(r.Changes) > 0 {
			r.Unread = append(r.Unread, evidence.Unread{
				What: "fields of descriptions", Why: "the texts are withheld, and the fields would repeat them",
				Remedy: "do not withhold them", Unknown: describedControls,
			})
		}
		return
	}
	for i := range r.Changes {
		r.Changes[i].Details = c.Template.Read(cut.Emails(r.Changes[i].Free.Body))
	}
}

// decisive leaves out comments of people who reviewed before: each reply in a
// discussion is one. The answers have them all.
func decisive(list []evidence.ChangeReview) []evidence.ChangeReview {
	var kept []evidence.ChangeReview
	for _, r := range list {
		again := slices.ContainsFunc(kept, func(k evidence.ChangeReview) bool { return k.By.ID == r.By.ID })
		if r.State != "commented" || !again {
			kept = append(kept, r)
		}
	}
	return kept
}

// keep returns the facts that a record can carry, and lists the others as unread,
// with the controls they may have decided. part gives a fact's name and the part
// of the record that it becomes.
func keep[T any](r *Result, list []T, kind string, part func(*T) (string, any), controls ...string) []T {
	var kept []T
	for i := range list {
		name, fact := part(&list[i])
		err := evidence.ValidatePart(fact)
		if err == nil {
			kept = append(kept, list[i])
			continue
		}
		r.Unread = append(r.Unread, evidence.Unread{
			What: "answers about a " + kind, Subject: printable(kind+" "+name, 200),
			Why:    printable("a record cannot carry what the forge says: "+err.Error(), 300),
			Remedy: "correct it at the forge", Unknown: controls,
		})
	}
	return kept
}
