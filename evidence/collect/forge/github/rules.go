package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// protections takes a snapshot of rulesets and of the protection of the
// branches that the release's changes went into.
func (c *collector) protections(ctx context.Context) error {
	if err := c.rulesets(ctx); err != nil {
		return err
	}
	names := c.baseBranches()
	return c.Each(ctx, "branches", len(names), func(ctx context.Context, i int) error {
		return c.branch(ctx, names[i])
	})
}

func (c *collector) baseBranches() []string {
	var names []string
	for _, ch := range c.Result.Changes {
		names = append(names, ch.BaseBranch)
	}
	names = append(names, c.Result.DefaultBranch)
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" })
}

func (c *collector) rulesets(ctx context.Context) error {
	list, err := pages(c, func(o github.ListOptions) ([]*github.RepositoryRuleset, *github.Response, error) {
		return c.client.Repositories.GetAllRulesets(ctx, c.owner, c.name, &github.RepositoryListRulesetsOptions{IncludesParents: github.Ptr(true), ListOptions: o})
	})
	if err := c.Miss(rulesets(), "", err); err != nil {
		return err
	}
	return c.Each(ctx, "rulesets", len(list), func(ctx context.Context, i int) error {
		return c.ruleset(ctx, list[i].GetID())
	})
}

func (c *collector) ruleset(ctx context.Context, id int64) error {
	name := fmt.Sprintf("ruleset %d", id)
	r, resp, err := c.client.Repositories.GetRuleset(ctx, c.owner, c.name, id, true)
	if err != nil {
		return c.Miss(ruleset(), name, err)
	}
	p := fromRuleset(r)
	p.TakenAt = forge.Retrieved(response(resp))
	c.Do(func(res *forge.Result) { res.Protections = append(res.Protections, p) })
	if p.BypassActorsHidden {
		return c.Miss(ruleset(), name, &forge.ShapeError{Path: "/rulesets", Why: "leaves out who may bypass the rules, which GitHub shows only to administrators"})
	}
	return nil
}

// fromRuleset reads a ruleset. A rule that is there forbids or demands; what
// no rule names is allowed.
func fromRuleset(r *github.RepositoryRuleset) forge.Protection {
	p := forge.Protection{
		ID: strconv.FormatInt(r.GetID(), 10), Name: r.Name, Source: "ruleset", Target: "branch", Active: r.Enforcement == "active",
		AllowForcePush: true, AllowDeletion: true, AllowCreation: true, AllowUpdate: true, BypassActorsHidden: r.BypassActors == nil,
	}
	if r.Target != nil {
		p.Target = string(*r.Target)
	}
	if r.Conditions != nil && r.Conditions.RefName != nil {
		p.Include, p.Exclude = r.Conditions.RefName.Include, r.Conditions.RefName.Exclude
	}
	for _, a := range r.BypassActors {
		p.BypassActors = append(p.BypassActors, bypassActor(a))
	}
	p.AdminsIncluded = r.BypassActors != nil && !slices.ContainsFunc(r.BypassActors, isAdmin)
	slices.Sort(p.BypassActors)
	if r.Rules != nil {
		addRules(&p, r.Rules)
	}
	return p
}

func bypassActor(a *github.BypassActor) string {
	if a == nil {
		return "unknown"
	}
	var typ, mode string
	if a.ActorType != nil {
		typ = word(string(*a.ActorType))
	}
	if a.BypassMode != nil {
		mode = string(*a.BypassMode)
	}
	return fmt.Sprintf("%s:%d (%s)", typ, a.GetActorID(), mode)
}

// isAdmin tells the role of administrators, which GitHub numbers 5, and the
// organisation's owners.
func isAdmin(a *github.BypassActor) bool {
	if a == nil || a.ActorType == nil {
		return true
	}
	return *a.ActorType == "OrganizationAdmin" || *a.ActorType == "RepositoryRole" && a.GetActorID() == 5
}

func addRules(p *forge.Protection, r *github.RepositoryRulesetRules) {
	p.AllowForcePush = r.NonFastForward == nil
	p.AllowDeletion = r.Deletion == nil
	p.AllowCreation = r.Creation == nil
	p.AllowUpdate = r.Update == nil
	p.LinearHistory = r.RequiredLinearHistory != nil
	p.SignedCommits = r.RequiredSignatures != nil
	if pr := r.PullRequest; pr != nil {
		p.RequiresChange = true
		p.RequiredApprovals = int64(pr.RequiredApprovingReviewCount)
		p.CodeOwnerReview, p.DismissStale, p.LastPushApproval = pr.RequireCodeOwnerReview, pr.DismissStaleReviewsOnPush, pr.RequireLastPushApproval
		for _, m := range pr.AllowedMergeMethods {
			p.MergeMethods = append(p.MergeMethods, string(m))
		}
		slices.Sort(p.MergeMethods)
	}
	if checks := r.RequiredStatusChecks; checks != nil {
		p.StrictChecks = checks.StrictRequiredStatusChecksPolicy
		for _, s := range checks.RequiredStatusChecks {
			if s != nil {
				p.RequiredChecks = append(p.RequiredChecks, s.Context)
			}
		}
		slices.Sort(p.RequiredChecks)
	}
}

// branch reads the classic protection of a branch, or at least whether there
// is one.
func (c *collector) branch(ctx context.Context, name string) error {
	b, resp, err := c.client.Repositories.GetBranch(ctx, c.owner, c.name, name, 3)
	if err != nil {
		return c.Miss(branch(), "branch "+name, err)
	}
	p := forge.Protection{
		ID: name, Source: "branch", Target: "branch", Include: []string{"refs/heads/" + name},
		Active: b.GetProtected(), TakenAt: forge.Retrieved(response(resp)), Partial: true,
	}
	missing := c.classic(ctx, name, &p)
	if err := c.Miss(protection(), "branch "+name, missing); err != nil {
		return err
	}
	c.Do(func(res *forge.Result) { res.Protections = append(res.Protections, p) })
	return nil
}

// classic replaces p by the branch protection, if there is one. GitHub answers
// 404 both for "no protection" and for "not allowed to see it"; only its
// message tells them apart.
func (c *collector) classic(ctx context.Context, name string, p *forge.Protection) error {
	rule, resp, err := c.client.Repositories.GetBranchProtection(ctx, c.owner, c.name, name)
	var status *forge.StatusError
	if errors.Is(err, github.ErrBranchNotProtected) || errors.As(err, &status) && status.Status == http.StatusNotFound && status.Message == "Branch not protected" {
		return nil
	}
	if err != nil {
		return err
	}
	*p = fromProtection(name, rule)
	p.TakenAt = forge.Retrieved(response(resp))
	return nil
}

func fromProtection(name string, r *github.Protection) forge.Protection {
	p := forge.Protection{
		ID: name, Source: "branch-protection", Target: "branch", Include: []string{"refs/heads/" + name}, Active: true,
		LinearHistory:  r.RequireLinearHistory != nil && r.RequireLinearHistory.Enabled,
		AllowForcePush: r.AllowForcePushes != nil && r.AllowForcePushes.Enabled,
		AllowDeletion:  r.AllowDeletions != nil && r.AllowDeletions.Enabled,
		SignedCommits:  r.RequiredSignatures.GetEnabled(),
		AdminsIncluded: r.EnforceAdmins != nil && r.EnforceAdmins.Enabled,
		AllowCreation:  true, AllowUpdate: true,
	}
	if pr := r.RequiredPullRequestReviews; pr != nil {
		p.RequiresChange = true
		p.RequiredApprovals = int64(pr.RequiredApprovingReviewCount)
		p.CodeOwnerReview, p.DismissStale, p.LastPushApproval = pr.RequireCodeOwnerReviews, pr.DismissStaleReviews, pr.RequireLastPushApproval
		if by := pr.BypassPullRequestAllowances; by != nil {
			p.BypassActors = names(by.Users, by.Teams, by.Apps)
		}
	}
	if checks := r.RequiredStatusChecks; checks != nil {
		p.StrictChecks = checks.Strict
		p.RequiredChecks = contexts(checks)
	}
	if only := r.Restrictions; only != nil {
		p.PushAllowed = names(only.Users, only.Teams, only.Apps)
	}
	return p
}

func contexts(s *github.RequiredStatusChecks) []string {
	var list []string
	if s.Contexts != nil {
		list = append(list, *s.Contexts...)
	}
	if s.Checks != nil {
		for _, check := range *s.Checks {
			if check != nil {
				list = append(list, check.Context)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// names lists accounts, teams and apps by their numbers.
func names(users []*github.User, teams []*github.Team, apps []*github.App) []string {
	var list []string
	for _, u := range users {
		list = append(list, fmt.Sprintf("account:%d", u.GetID()))
	}
	for _, t := range teams {
		list = append(list, fmt.Sprintf("team:%d", t.GetID()))
	}
	for _, a := range apps {
		list = append(list, fmt.Sprintf("integration:%d", a.GetID()))
	}
	slices.Sort(list)
	return list
}

// environments reads the environments and who must approve a deployment.
func (c *collector) environments(ctx context.Context) error {
	var taken evidence.Time
	list, err := pages(c, func(o github.ListOptions) ([]*github.Environment, *github.Response, error) {
		r, resp, err := c.client.Repositories.ListEnvironments(ctx, c.owner, c.name, &github.EnvironmentListOptions{ListOptions: o})
		if err != nil {
			return nil, resp, err
		}
		taken = forge.Retrieved(response(resp))
		return r.Environments, resp, nil
	})
	for _, e := range list {
		c.Result.Environments = append(c.Result.Environments, c.environment(e, taken))
	}
	return c.Miss(environments(), "", err)
}

func (c *collector) environment(e *github.Environment, taken evidence.Time) forge.Environment {
	env := forge.Environment{Name: e.GetName(), AdminsCanBypass: e.GetCanAdminsBypass(), Branches: "all", Protected: len(e.ProtectionRules) > 0, TakenAt: taken}
	if b := e.DeploymentBranchPolicy; b != nil {
		env.Branches = "selected"
		if b.GetProtectedBranches() {
			env.Branches = "protected"
		}
	}
	for _, rule := range e.ProtectionRules {
		switch rule.GetType() {
		case "wait_timer":
			env.WaitMinutes = int64(rule.GetWaitTimer())
		case "required_reviewers":
			env.RequiredApprovals = 1 // one of the reviewers is enough
			env.PreventSelfReview = rule.GetPreventSelfReview()
			for _, r := range rule.Reviewers {
				env.Reviewers = append(env.Reviewers, c.reviewer(r))
			}
		}
	}
	slices.Sort(env.Reviewers)
	return env
}

func (c *collector) reviewer(r *github.RequiredReviewer) string {
	if r == nil {
		return "unknown"
	}
	switch who := r.Reviewer.(type) {
	case *github.User:
		a, _ := c.actor(who)
		return string(a.ID)
	case *github.Team:
		return "team:" + c.owner + "/" + who.GetSlug()
	}
	return "unknown"
}
