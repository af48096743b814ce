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

func (c *collector) protectedBranch(b *gitlab.ProtectedBranch, s settings) forge.Protection {
	p := forge.Protection{
		ID: strconv.FormatInt(b.ID, 10), Name: b.Name, Source: "protected-branch", Target: "branch",
		Include: []string{"refs/heads/" + b.Name}, Active: true, AdminsIncluded: true, AllowUpdate: true,
		PushAllowed: branchAccess(b.PushAccessLevels), AllowForcePush: b.AllowForcePush,
		CodeOwnerReview: b.CodeOwnerApprovalRequired, SignedCommits: s.signed,
		LinearHistory: c.project.MergeMethod == gitlab.FastForwardMerge,
		MergeMethods:  []string{string(c.project.MergeMethod)}, RequiredApprovals: s.required(b.ID),
	}
	p.RequiresChange = len(p.PushAllowed) == 0
	if s.approvals != nil {
		p.DismissStale = s.approvals.ResetApprovalsOnPush
	}
	if c.project.OnlyAllowMergeIfPipelineSucceeds {
		p.RequiredChecks = []string{"pipeline"}
	}
	return p
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

func branchAccess(levels []*gitlab.BranchAccessDescription) []string {
	var list []string
	for _, l := range levels {
		if l != nil {
			list = appendAccess(list, l.UserID, l.GroupID, l.DeployKeyID, l.AccessLevel)
		}
	}
	slices.Sort(list)
	return list
}

// appendAccess names who has access, by number; level 0 is nobody.
func appendAccess(list []string, user, group, key int64, level gitlab.AccessLevelValue) []string {
	switch {
	case user > 0:
		return append(list, fmt.Sprintf("account:%d", user))
	case group > 0:
		return append(list, fmt.Sprintf("team:%d", group))
	case key > 0:
		return append(list, fmt.Sprintf("deploy-key:%d", key))
	case level > 0:
		return append(list, fmt.Sprintf("access-level:%d", level))
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
		p := forge.Protection{
			ID: t.Name, Name: t.Name, Source: "protected-tag", Target: "tag", Include: []string{"refs/tags/" + t.Name},
			Active: true, AdminsIncluded: true, TakenAt: taken,
		}
		for _, l := range t.CreateAccessLevels {
			if l != nil {
				p.PushAllowed = appendAccess(p.PushAllowed, l.UserID, l.GroupID, l.DeployKeyID, l.AccessLevel)
			}
		}
		slices.Sort(p.PushAllowed)
		p.AllowCreation = len(p.PushAllowed) > 0
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
	for _, e := range all {
		env := forge.Environment{Name: e.Name, Branches: "all", TakenAt: taken, AdminsCanBypass: true}
		for _, p := range guarded {
			if p.Name == e.Name {
				c.protect(&env, p)
			}
		}
		c.Result.Environments = append(c.Result.Environments, env)
	}
	return c.Miss(protectedEnvironments(), "", err)
}

func (c *collector) protect(env *forge.Environment, p *gitlab.ProtectedEnvironment) {
	env.Protected, env.AdminsCanBypass, env.RequiredApprovals = true, false, p.RequiredApprovalCount
	for _, r := range p.ApprovalRules {
		if r == nil {
			continue
		}
		env.Reviewers = appendAccess(env.Reviewers, r.UserID, r.GroupID, 0, r.AccessLevel)
		env.RequiredApprovals = max(env.RequiredApprovals, r.RequiredApprovalCount)
	}
	slices.Sort(env.Reviewers)
}

// notFound reports whether GitLab answered 404.
func notFound(err error) bool {
	var status *forge.StatusError
	return errors.Is(err, gitlab.ErrNotFound) || errors.As(err, &status) && status.Status == http.StatusNotFound
}
