package evidence

import (
	"fmt"
	"slices"
)

// Environments returns the environments that a record is about, by the field
// its kind has for that. None is any environment: the record speaks of all.
func Environments(p Predicate) []string {
	var own, scope string
	if s := p.Head().Scope; s != nil {
		scope = s.Environment
	}
	switch x := p.(type) {
	case *Approval:
		own = x.Environment
	case *ConfigChange:
		own = x.Environment
	case *FlagChange:
		own = x.Environment
	case *GoNoGo:
		if own = x.Environment; own == "" {
			own = "production"
		}
	case *Migration:
		own = x.Environment
	case *Promotion:
		own = x.Environment
	case *Rollback:
		own = x.Environment
	case *VerificationRecord:
		own = x.Environment
	case *Window:
		if scope == "" {
			return x.Environments
		}
	}
	if own == "" {
		own = scope
	}
	if own == "" {
		return nil
	}
	return []string{own}
}

// Artifacts returns the SHA-256 digests of the artifacts that a record names as
// what it is about; nil if its kind names none. Zero stands for one that is
// named by other digests only.
func Artifacts(p Predicate) []Digest {
	var list []Digest
	add := func(set DigestSet) {
		d, _ := set.SHA256()
		list = append(list, d)
	}
	switch x := p.(type) {
	case *Promotion:
		for _, a := range x.Artifacts {
			add(a.Digest)
		}
	case *GoNoGo:
		for _, d := range x.Subject.Digests {
			add(d)
		}
	}
	return list
}

// About returns the digests of the artifacts of the release that a record names,
// as [Artifacts] does: an image that the index of one lists stands for it.
func (r *Record) About(p Predicate) []Digest {
	list := Artifacts(p)
	for i, d := range list {
		for _, a := range r.Artifacts {
			if slices.Contains(a.Digests(), d) {
				list[i] = a.Digest
			}
		}
	}
	return list
}

// ArtifactsOf returns the artifacts of the release that a statement of p is about:
// those given by their digests; if that is nil, those that p names, and if it
// names none, all.
func (r *Record) ArtifactsOf(p Predicate, given []Digest) ([]Artifact, error) {
	if given == nil {
		given = r.About(p)
	}
	if given == nil {
		return r.Artifacts, nil
	}
	var about []Artifact
	for _, id := range given {
		is := func(a Artifact) bool { return a.Digest == id }
		i := slices.IndexFunc(r.Artifacts, is)
		if i < 0 {
			return nil, fmt.Errorf("%s is not an artifact of this release", id)
		}
		if !slices.ContainsFunc(about, is) {
			about = append(about, r.Artifacts[i])
		}
	}
	return about, nil
}

// Owners returns who is responsible for the fact: who decided, acted or looked.
// If one of them signs, the record is the owner's own word; else it is what
// somebody else says of them (R18). Some kinds name nobody.
func Owners(p Predicate) []Actor {
	switch x := p.(type) {
	case *Approval:
		return []Actor{x.Approver}
	case *BreakGlass:
		return []Actor{x.User}
	case *CodeReview:
		return []Actor{x.Reviewer}
	case *ComplianceReview:
		return []Actor{x.Reviewer}
	case *ConfigChange:
		return []Actor{x.Maker}
	case *Delegation:
		return []Actor{x.GrantedBy}
	case *FlagChange:
		return []Actor{x.Actor}
	case *GoNoGo:
		return []Actor{x.Approver}
	case *Import:
		return []Actor{x.By}
	case *MonthlyReport:
		return []Actor{x.Reviewer}
	case *Promotion:
		if x.ExecutedBy != nil {
			return []Actor{*x.ExecutedBy}
		}
	case *Redaction:
		return []Actor{x.Redactor}
	case *Train:
		return []Actor{x.Captain}
	case *VerificationRecord:
		return []Actor{x.By}
	}
	return approvers(signoffs(p))
}

// signoffs returns the decisions on which a record of a kind that nobody else
// is responsible for rests.
func signoffs(p Predicate) []Signoff {
	switch x := p.(type) {
	case *DecisionRecord:
		return x.Approvals
	case *Emergency:
		return []Signoff{x.Approval}
	case *Exception:
		return x.Approvals
	case *Freeze:
		return []Signoff{x.Approval}
	case *GateBypass:
		return []Signoff{x.Approval}
	case *PolicyChange:
		return x.Approvals
	case *Quarantine:
		return []Signoff{x.Approval}
	case *Rollback:
		return []Signoff{x.Approval}
	case *Window:
		return []Signoff{x.Approval}
	}
	return nil
}

func approvers(list []Signoff) []Actor {
	var who []Actor
	for _, s := range list {
		who = append(who, s.Who)
	}
	return who
}

// References returns the ids of other records that a record relies on: the
// window or emergency of a change, the exceptions behind a decision.
func References(p Predicate) []string {
	var ids []string
	add := func(window *WindowUse, more ...string) {
		if window != nil {
			ids = append(ids, window.Window)
		}
		for _, id := range more {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	switch x := p.(type) {
	case *ConfigChange:
		add(x.Window, x.Emergency, x.Deployment)
	case *FlagChange:
		add(x.Window, x.Emergency)
	case *GateBypass:
		add(nil, x.Exception)
	case *GoNoGo:
		add(nil, append(x.Exceptions[:len(x.Exceptions):len(x.Exceptions)], x.Delegation)...)
	case *Hotfix:
		add(nil, append(x.Waivers[:len(x.Waivers):len(x.Waivers)], x.SecurityReview.Exception)...)
	case *Incident:
		add(x.Window, x.Emergency)
	case *Promotion:
		add(x.Window, x.Emergency)
	case *Rollback:
		add(x.Window, x.Emergency, x.Incident)
	case *VerificationRecord:
		add(nil, x.Promotion)
	}
	return ids
}
