package gitlab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// settings are those rules of a project that hold for all its branches.
type settings struct {
	approvals *gitlab.ProjectApprovals
	rules     []*gitlab.ProjectApprovalRule
	signed    bool
}

// protections takes a snapshot of the rules for branches and tags.
func (c *collector) protections(ctx context.Context) error {
	s, err := c.settings(ctx)
	if err != nil {
		return err
	}
	var taken evidence.Time
	branches, err := pages(c, func(o gitlab.ListOptions) ([]*gitlab.ProtectedBranch, *gitlab.Response, error) {
		items, resp, err := c.client.ProtectedBranches.ListProtectedBranches(c.id, &gitlab.ListProtectedBranchesOptions{ListOptions: o}, gitlab.WithContext(ctx))
		taken = retrieved(resp)
		return items, resp, err
	})
	for _, b := range branches {
		p := c.protectedBranch(b, s)
		p.TakenAt = taken
		c.Result.Protections = append(c.Result.Protections, p)
	}
	if err := c.Miss(protectedBranches(), "", err); err != nil {
		return err
	}
	return c.protectedTags(ctx)
}

// settings reads what paid tiers add; GitLab answers 404 where there is none.
func (c *collector) settings(ctx context.Context) (s settings, err error) {
	s.approvals, _, err = c.client.Projects.GetApprovalConfiguration(c.id, gitlab.WithContext(ctx))
	if err := c.Miss(approvalSettings(), "", err); err != nil {
		return s, err
	}
	s.rules, err = list[gitlab.ProjectApprovalRule](ctx, c, fmt.Sprintf("projects/%d/approval_rules", c.id))
	if err := c.Miss(approvalRules(), "", err); err != nil {
		return s, err
	}
	push, _, err := c.client.Projects.GetProjectPushRules(c.id, gitlab.WithContext(ctx))
	s.signed = err == nil && push != nil && push.RejectUnsignedCommits
	return s, c.Miss(pushRule(), "", err)
}

func (c *collector) protectedBranch(b *gitlab.ProtectedBranch, s settings) evidence.Protection {
	p := evidence.Protection{
		ID: strconv.FormatInt(b.ID, 10), Name: b.Name, Source: "protected-branch", Target: "branch",
		Include: []string{"refs/heads/" + b.Name}, Active: true, Whole: true, AdminsIncluded: true, BypassKnown: true,
		RestrictsPushes: true, PushAllowed: c.branchAccess(b.PushAccessLevels), BlocksForcePush: !b.AllowForcePush, BlocksDeletion: true,
		CodeOwnerReview: b.CodeOwnerApprovalRequired, SignedCommits: s.signed, RequiredApprovals: s.required(b.ID),
	}
	p.RequiresChange = len(p.PushAllowed) == 0
	if s.approvals != nil {
		p.DismissesStale = s.approvals.ResetApprovalsOnPush
	}
	if c.project.OnlyAllowMergeIfPipelineSucceeds {
		p.RequiredChecks = []string{"pipeline"}
	}
	return p
}

// settingsOf are what is set for all branches. A squash before a merge commit
// still gives a merge commit.
func settingsOf(p *gitlab.Project, taken evidence.Time) evidence.Protection {
	s := evidence.Protection{
		ID: "settings", Source: "repository", Target: "branch", Include: []string{"~ALL"}, Active: true, Whole: true,
		AdminsIncluded: true, BypassKnown: true, LinearHistory: p.MergeMethod == gitlab.FastForwardMerge, TakenAt: taken,
	}
	switch {
	case p.MergeMethod != gitlab.FastForwardMerge:
		s.MergeMethods = []string{forge.MergeCommit}
	case p.SquashOption == gitlab.SquashOptionAlways:
		s.MergeMethods = []string{forge.Squash}
	case p.SquashOption == gitlab.SquashOptionNever:
		s.MergeMethods = []string{forge.FastForward}
	default:
		s.MergeMethods = []string{forge.FastForward, forge.Squash}
	}
	return s
}

// required is the largest number of approvals that one rule asks for on a
// branch. Rules do not add up: one person may satisfy several.
func (s settings) required(branch int64) int64 {
	var n int64
	for _, r := range s.rules {
		covers := len(r.ProtectedBranches) == 0 || r.AppliesToAllProtectedBranches ||
			slices.ContainsFunc(r.ProtectedBranches, func(b *gitlab.ProtectedBranch) bool { return b != nil && b.ID == branch })
		if covers {
			n = max(n, r.ApprovalsRequired)
		}
	}
	return n
}

func (c *collector) branchAccess(levels []*gitlab.BranchAccessDescription) []evidence.RuleActor {
	var list []evidence.RuleActor
	for _, l := range levels {
		if l != nil {
			list = c.appendAccess(list, l.UserID, l.GroupID, l.DeployKeyID, l.AccessLevel)
		}
	}
	forge.SortActors(list)
	return list
}

// appendAccess names who has access, by number; level 0 is nobody.
func (c *collector) appendAccess(list []evidence.RuleActor, user, group, key int64, level gitlab.AccessLevelValue) []evidence.RuleActor {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	switch {
	case user > 0:
		a, _ := c.Account(user, evidence.Unspecified, "")
		return append(list, evidence.RuleActor{Kind: "account", ID: string(a.ID)})
	case group > 0:
		return append(list, evidence.RuleActor{Kind: "team", ID: number(group)})
	case key > 0:
		return append(list, evidence.RuleActor{Kind: "deploy-key", ID: number(key)})
	case level > 0:
		return append(list, evidence.RuleActor{Kind: "access-level", ID: number(int64(level))})
	}
	return list
}

func (c *collector) protectedTags(ctx context.Context) error {
	var taken evidence.Time
	tags, err := pages(c, func(o gitlab.ListOptions) ([]*gitlab.ProtectedTag, *gitlab.Response, error) {
		opts := gitlab.ListProtectedTagsOptions{ListOptions: o}
		items, resp, err := c.client.ProtectedTags.ListProtectedTags(c.id, &opts, gitlab.WithContext(ctx))
		taken = retrieved(resp)
		return items, resp, err
	})
	for _, t := range tags {
		p := evidence.Protection{
			ID: t.Name, Name: t.Name, Source: "protected-tag", Target: "tag", Include: []string{"refs/tags/" + t.Name},
			Active: true, Whole: true, AdminsIncluded: true, BypassKnown: true, TakenAt: taken,
			RestrictsPushes: true, BlocksCreation: true, BlocksUpdate: true, BlocksForcePush: true, BlocksDeletion: true,
		}
		for _, l := range t.CreateAccessLevels {
			if l != nil {
				p.PushAllowed = c.appendAccess(p.PushAllowed, l.UserID, l.GroupID, l.DeployKeyID, l.AccessLevel)
			}
		}
		forge.SortActors(p.PushAllowed)
		c.Result.Protections = append(c.Result.Protections, p)
	}
	return c.Miss(protectedTags(), "", err)
}

// environments reads the environments, and the rules of protected ones.
func (c *collector) environments(ctx context.Context) error {
	var taken evidence.Time
	all, err := pages(c, func(o gitlab.ListOptions) ([]*gitlab.Environment, *gitlab.Response, error) {
		items, resp, err := c.client.Environments.ListEnvironments(c.id, &gitlab.ListEnvironmentsOptions{ListOptions: o}, gitlab.WithContext(ctx))
		taken = retrieved(resp)
		return items, resp, err
	})
	if err := c.Miss(environments(), "", err); err != nil {
		return err
	}
	guarded, err := list[gitlab.ProtectedEnvironment](ctx, c, fmt.Sprintf("projects/%d/protected_environments", c.id))
	all = slices.DeleteFunc(all, func(e *gitlab.Environment) bool { return !c.Wants(e.Name) })
	for _, e := range all {
		env := evidence.EnvironmentRules{Name: e.Name, Branches: "all", TakenAt: taken}
		for _, p := range guarded {
			if p.Name == e.Name {
				c.protect(&env, p)
			}
		}
		c.Result.Environments = append(c.Result.Environments, env)
	}
	return c.Miss(protectedEnvironments(), "", err)
}

func (c *collector) protect(env *evidence.EnvironmentRules, p *gitlab.ProtectedEnvironment) {
	env.AdminsIncluded, env.RequiredApprovals = true, p.RequiredApprovalCount
	env.PreventsSelfReview = !c.project.AllowPipelineTriggerApproveDeployment
	for _, r := range p.ApprovalRules {
		if r == nil {
			continue
		}
		env.Reviewers = c.appendAccess(env.Reviewers, r.UserID, r.GroupID, 0, r.AccessLevel)
		env.RequiredApprovals = max(env.RequiredApprovals, r.RequiredApprovalCount)
	}
	forge.SortActors(env.Reviewers)
}

// notFound reports whether GitLab answered 404.
func notFound(err error) bool {
	var status *forge.StatusError
	return errors.Is(err, gitlab.ErrNotFound) || errors.As(err, &status) && status.Status == http.StatusNotFound
}
