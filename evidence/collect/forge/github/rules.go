package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

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
	if r.Target != nil && *r.Target == github.RulesetTargetRepository {
		return nil // about the repository's name and settings, not its branches
	}
	p := c.fromRuleset(r)
	p.TakenAt = forge.Retrieved(response(resp))
	c.Do(func(res *forge.Result) { res.Protections = append(res.Protections, p) })
	if !p.BypassKnown {
		return c.Miss(ruleset(), name, &forge.ShapeError{Path: "/rulesets", Why: "leaves out who may bypass the rules, which GitHub shows only to administrators", Hidden: true})
	}
	return nil
}

// fromRuleset reads a ruleset. A rule that is there forbids or demands; what
// no rule names is allowed.
func (c *collector) fromRuleset(r *github.RepositoryRuleset) evidence.Protection {
	p := evidence.Protection{
		ID: strconv.FormatInt(r.GetID(), 10), Name: r.Name, Source: "ruleset", Target: "branch",
		Active: r.Enforcement == "active", Whole: r.Rules != nil, BypassKnown: r.BypassActors != nil,
	}
	if r.Target != nil {
		p.Target = string(*r.Target)
	}
	if r.Conditions != nil && r.Conditions.RefName != nil {
		p.Include, p.Exclude = r.Conditions.RefName.Include, r.Conditions.RefName.Exclude
	}
	for _, a := range r.BypassActors {
		p.Bypass = append(p.Bypass, c.bypass(a))
	}
	p.AdminsIncluded = p.BypassKnown && !slices.ContainsFunc(r.BypassActors, isAdmin)
	forge.SortActors(p.Bypass)
	if r.Rules != nil {
		addRules(&p, r.Rules)
	}
	return p
}

func (c *collector) bypass(a *github.BypassActor) evidence.RuleActor {
	if a == nil || a.ActorType == nil {
		return evidence.RuleActor{Kind: "unknown"}
	}
	who := evidence.RuleActor{Kind: "unknown", ID: strconv.FormatInt(a.GetActorID(), 10)}
	switch *a.ActorType {
	case github.BypassActorTypeIntegration:
		who.Kind, who.ID = "app", c.appID(a.GetActorID())
	case github.BypassActorTypeOrganizationAdmin:
		who.Kind, who.ID = "organization-admins", ""
	case "EnterpriseOwner":
		who.Kind, who.ID = "enterprise-admins", ""
	case github.BypassActorTypeRepositoryRole:
		who.Kind = "role"
	case github.BypassActorTypeTeam:
		who.Kind = "team"
	case github.BypassActorTypeDeployKey:
		who.Kind, who.ID = "deploy-key", ""
	}
	if a.BypassMode != nil {
		switch mode := strings.ReplaceAll(string(*a.BypassMode), "_", "-"); mode {
		case "always", "pull-request", "exempt":
			who.Mode = mode
		}
	}
	return who
}

// isAdmin tells the role of administrators, which GitHub numbers 5, and the
// owners of the organisation or enterprise.
func isAdmin(a *github.BypassActor) bool {
	if a == nil || a.ActorType == nil {
		return true
	}
	switch *a.ActorType {
	case github.BypassActorTypeOrganizationAdmin, "EnterpriseOwner":
		return true
	case github.BypassActorTypeRepositoryRole:
		return a.GetActorID() == 5
	}
	return false
}

func addRules(p *evidence.Protection, r *github.RepositoryRulesetRules) {
	p.BlocksForcePush = r.NonFastForward != nil
	p.BlocksDeletion = r.Deletion != nil
	p.BlocksCreation = r.Creation != nil
	p.BlocksUpdate = r.Update != nil
	p.LinearHistory = r.RequiredLinearHistory != nil
	p.SignedCommits = r.RequiredSignatures != nil
	if pr := r.PullRequest; pr != nil {
		p.RequiresChange = true
		p.RequiredApprovals = int64(pr.RequiredApprovingReviewCount)
		p.CodeOwnerReview, p.DismissesStale, p.LastPushApproval = pr.RequireCodeOwnerReview, pr.DismissStaleReviewsOnPush, pr.RequireLastPushApproval
		for _, m := range pr.AllowedMergeMethods {
			p.MergeMethods = append(p.MergeMethods, string(m))
		}
		slices.Sort(p.MergeMethods)
	}
	if checks := r.RequiredStatusChecks; checks != nil {
		p.StrictChecks = checks.StrictRequiredStatusChecksPolicy
		for _, s := range checks.RequiredStatusChecks {
			if s != nil && s.Context != "" {
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
	p := evidence.Protection{
		ID: name, Source: "branch", Target: "branch", Include: []string{"refs/heads/" + name},
		Active: b.GetProtected(), TakenAt: forge.Retrieved(response(resp)),
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
func (c *collector) classic(ctx context.Context, name string, p *evidence.Protection) error {
	rule, resp, err := c.client.Repositories.GetBranchProtection(ctx, c.owner, c.name, name)
	var status *forge.StatusError
	if errors.Is(err, github.ErrBranchNotProtected) || errors.As(err, &status) && status.Status == http.StatusNotFound && status.Message == "Branch not protected" {
		return nil
	}
	if err != nil {
		return err
	}
	*p = c.fromProtection(name, rule)
	p.TakenAt = forge.Retrieved(response(resp))
	return nil
}

func (c *collector) fromProtection(name string, r *github.Protection) evidence.Protection {
	p := evidence.Protection{
		ID: name, Source: "branch-protection", Target: "branch", Include: []string{"refs/heads/" + name},
		Active: true, Whole: true, BypassKnown: true,
		LinearHistory:   r.RequireLinearHistory != nil && r.RequireLinearHistory.Enabled,
		BlocksForcePush: r.AllowForcePushes != nil && !r.AllowForcePushes.Enabled,
		BlocksDeletion:  r.AllowDeletions != nil && !r.AllowDeletions.Enabled,
		SignedCommits:   r.RequiredSignatures.GetEnabled(),
		AdminsIncluded:  r.EnforceAdmins != nil && r.EnforceAdmins.Enabled,
	}
	if pr := r.RequiredPullRequestReviews; pr != nil {
		p.RequiresChange = true
		p.RequiredApprovals = int64(pr.RequiredApprovingReviewCount)
		p.CodeOwnerReview, p.DismissesStale, p.LastPushApproval = pr.RequireCodeOwnerReviews, pr.DismissStaleReviews, pr.RequireLastPushApproval
		if by := pr.BypassPullRequestAllowances; by != nil {
			p.Bypass = c.named(by.Users, by.Teams, by.Apps)
		}
	}
	if !p.AdminsIncluded {
		p.Bypass = append(p.Bypass, evidence.RuleActor{Kind: "role", ID: "5", Display: "admin"})
	}
	if checks := r.RequiredStatusChecks; checks != nil {
		p.StrictChecks = checks.Strict
		p.RequiredChecks = contexts(checks)
	}
	if only := r.Restrictions; only != nil {
		p.RestrictsPushes = true
		p.PushAllowed = c.named(only.Users, only.Teams, only.Apps)
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

// named lists accounts, teams and apps by their numbers.
func (c *collector) named(users []*github.User, teams []*github.Team, apps []*github.App) []evidence.RuleActor {
	var list []evidence.RuleActor
	for _, u := range users {
		if a, ok := c.actor(u); ok {
			list = append(list, evidence.RuleActor{Kind: "account", ID: string(a.ID), Display: a.Display})
		} else {
			list = append(list, evidence.RuleActor{Kind: "unknown"})
		}
	}
	for _, t := range teams {
		list = append(list, c.teamActor(t))
	}
	for _, a := range apps {
		list = append(list, evidence.RuleActor{Kind: "app", ID: c.appID(a.GetID()), Display: forge.Printable(a.GetSlug())})
	}
	forge.SortActors(list)
	return list
}

func (c *collector) teamActor(t *github.Team) evidence.RuleActor {
	return evidence.RuleActor{Kind: "team", ID: strconv.FormatInt(t.GetID(), 10), Display: forge.Printable(c.owner + "/" + t.GetSlug())}
}

// environments reads the environments and who must approve a deployment.
func (c *collector) environments(ctx context.Context) error {
	var taken evidence.Time
	list, err := counted(c, func(o github.ListOptions) (envelope[github.Environment], *github.Response, error) {
		r, resp, err := c.client.Repositories.ListEnvironments(ctx, c.owner, c.name, &github.EnvironmentListOptions{ListOptions: o})
		if err != nil {
			return envelope[github.Environment]{}, resp, err
		}
		taken = forge.Retrieved(response(resp))
		return envelope[github.Environment]{r.Environments, r.TotalCount}, resp, nil
	})
	for _, e := range list {
		if c.Wants(e.GetName()) {
			c.Result.Environments = append(c.Result.Environments, c.environment(e, taken))
		}
	}
	return c.Miss(environments(), "", err)
}

func (c *collector) environment(e *github.Environment, taken evidence.Time) evidence.EnvironmentRules {
	env := evidence.EnvironmentRules{
		Name: e.GetName(), AdminsIncluded: e.CanAdminsBypass != nil && !*e.CanAdminsBypass, Branches: "all", TakenAt: taken,
	}
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
			env.PreventsSelfReview = rule.GetPreventSelfReview()
			for _, r := range rule.Reviewers {
				env.Reviewers = append(env.Reviewers, c.reviewer(r))
			}
		}
	}
	forge.SortActors(env.Reviewers)
	return env
}

func (c *collector) reviewer(r *github.RequiredReviewer) evidence.RuleActor {
	if r != nil {
		switch who := r.Reviewer.(type) {
		case *github.User:
			if a, ok := c.actor(who); ok {
				return evidence.RuleActor{Kind: "account", ID: string(a.ID), Display: a.Display}
			}
		case *github.Team:
			return c.teamActor(who)
		}
	}
	return evidence.RuleActor{Kind: "unknown"}
}
