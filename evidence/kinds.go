package evidence

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// KindInfo describes one kind of record that is stated by a statement of its
// own.
type KindInfo struct {
	// Name is the kind's name in grants and commands: "go-no-go".
	Name string
	// Type is its predicate type, a URI: [PredicateBase] + Name + "/v1".
	Type string
	// Title is its name for people.
	Title string
	// Sections are the field list in the controls catalogue and the sections
	// of the release policy that ask for it.
	Sections string
	// Scoped says that a record of the kind may stand by its scope, without a
	// release (R9). It always has a scope then, but for approvals.
	Scoped bool
	// New returns an empty record of the kind.
	New func() Predicate
}

// Kinds returns all kinds, sorted by name.
func Kinds() []KindInfo { return slices.Clone(kinds()) }

// kinds is the one list of kinds.
var kinds = sync.OnceValue(func() []KindInfo {
	list := []KindInfo{
		{Name: "approval", Title: "Approval", Sections: "3.12; 1.13.3.3", Scoped: true, New: func() Predicate { return new(Approval) }},
		{Name: "backport", Title: "Backport", Sections: "3.23; 1.27.2", New: func() Predicate { return new(Backport) }},
		{Name: "break-glass", Title: "Break-glass use", Sections: "3.4; 1.21.3.6, 1.19.3.3", New: func() Predicate { return new(BreakGlass) }},
		{Name: "compliance-review", Title: "Compliance review", Sections: "3.28", New: func() Predicate { return new(ComplianceReview) }},
		{Name: "config-change", Title: "Configuration change", Sections: "3.24; 1.19", New: func() Predicate { return new(ConfigChange) }},
		{Name: "decision", Title: "Decision", Sections: "3.26", New: func() Predicate { return new(DecisionRecord) }},
		{Name: "delegation", Title: "Delegation", Sections: "3.34; 2.6.2", New: func() Predicate { return new(Delegation) }},
		{Name: "emergency", Title: "Emergency change", Sections: "3.3; 1.6.3, 1.11.3.2, 1.16, 1.21.3.5, 1.32.3.2", Scoped: true, New: func() Predicate { return new(Emergency) }},
		{Name: "exception", Title: "Exception", Sections: "3.2; 1.32.3.1, 1.32.5.1, 1.32.5.2", Scoped: true, New: func() Predicate { return new(Exception) }},
		{Name: "flag-change", Title: "Flag change", Sections: "3.21; 1.17", New: func() Predicate { return new(FlagChange) }},
		{Name: "forward-port", Title: "Forward-port", Sections: "3.23; 1.16.3", New: func() Predicate { return new(ForwardPort) }},
		{Name: "freeze", Title: "Freeze", Sections: "3.7; 1.6.3, 1.11.3.1, 1.14.3, 1.22.3.1", Scoped: true, New: func() Predicate { return new(Freeze) }},
		{Name: "gate-bypass", Title: "Gate bypass", Sections: "3.33; 1.13.3.5", New: func() Predicate { return new(GateBypass) }},
		{Name: "go-no-go", Title: "Go/no-go decision", Sections: "3.10; 1.14.3, 1.14.7, 2.6.3", New: func() Predicate { return new(GoNoGo) }},
		{Name: "hotfix", Title: "Hotfix", Sections: "3.5; 1.16.6.2, 1.16.3, 2.7.3", New: func() Predicate { return new(Hotfix) }},
		{Name: "import", Title: "Import of attestations", Sections: "R9", New: func() Predicate { return new(Import) }},
		{Name: "incident", Title: "Incident", Sections: "3.6; 1.22.5.2, 1.16.3.6, 1.22.3", New: func() Predicate { return new(Incident) }},
		{Name: "migration", Title: "Database migration", Sections: "3.24; 1.19", New: func() Predicate { return new(Migration) }},
		{Name: "monthly-report", Title: "Monthly report", Sections: "3.28", New: func() Predicate { return new(MonthlyReport) }},
		{Name: "policy-change", Title: "Policy change", Sections: "3.27; 1.32.3.4", New: func() Predicate { return new(PolicyChange) }},
		{Name: "promotion", Title: "Promotion", Sections: "3.12; 1.13.3.2, 1.21.3.3, 1.21.5.1, 1.17, 1.22", New: func() Predicate { return new(Promotion) }},
		{Name: "quarantine", Title: "Test quarantine", Sections: "3.22; 1.13.3.5, 1.29", New: func() Predicate { return new(Quarantine) }},
		{Name: "redaction", Title: "Redaction", Sections: "R2", New: func() Predicate { return new(Redaction) }},
		{Name: "release-branch", Title: "Release branch", Sections: "3.8; 1.15.5.2, 1.15.3", New: func() Predicate { return new(ReleaseBranch) }},
		{Name: "retention", Title: "Retention statement", Sections: "3.19; 1.21.3.4", New: func() Predicate { return new(Retention) }},
		{Name: "review", Title: "Code review", Sections: "3.9, 3.14; 1.11.3", New: func() Predicate { return new(CodeReview) }},
		{Name: "role-directory", Title: "Role directory", Sections: "3.20; 1.5.3, 2.11.2", Scoped: true, New: func() Predicate { return new(RoleDirectory) }},
		{Name: "rollback", Title: "Rollback", Sections: "3.32; 1.22.3", New: func() Predicate { return new(Rollback) }},
		{Name: "seal", Title: "Seal", Sections: "R8", New: func() Predicate { return new(Seal) }},
		{Name: "train", Title: "Release train", Sections: "3.11; 1.8.5, 1.14.3, 1.14.6", New: func() Predicate { return new(Train) }},
		{Name: "verification", Title: "Verification", Sections: "3.12, 3.14; 1.13.3.2, 1.21.3.3", New: func() Predicate { return new(VerificationRecord) }},
		{Name: "window", Title: "Change window", Sections: "3.25; 1.21.3.5", Scoped: true, New: func() Predicate { return new(Window) }},
	}
	for i := range list {
		list[i].Type = PredicateBase + list[i].Name + "/v1"
	}
	return list
})

// LookupKind returns the kind of that name or type URI.
func LookupKind(name string) (KindInfo, bool) {
	list := kinds()
	i := slices.IndexFunc(list, func(k KindInfo) bool { return k.Name == name || k.Type == name })
	if i < 0 {
		return KindInfo{}, false
	}
	return list[i], true
}

// KindOf returns the kind of a record.
func KindOf(p Predicate) (KindInfo, bool) {
	info, ok := kindsByType()[reflect.TypeOf(p)]
	return info, ok
}

var kindsByType = sync.OnceValue(func() map[reflect.Type]KindInfo {
	m := map[reflect.Type]KindInfo{}
	for _, k := range kinds() {
		m[reflect.TypeOf(k.New())] = k
	}
	return m
})

// DecodeKind reads and validates the predicate of an own statement of that
// type. It is as strict as [DecodeRecord]; its errors are [FieldError]s, but
// for a type that is not known.
func DecodeKind(uri string, predicate []byte) (Predicate, error) {
	info, ok := LookupKind(uri)
	if !ok || info.Type != uri {
		return nil, fmt.Errorf("predicate type %.200q is not known to this version: want %s<kind>/v1", uri, PredicateBase)
	}
	p := info.New()
	if err := decode(predicate, p); err != nil {
		return nil, err
	}
	if err := checkCritical(p.Head().Critical, reflect.TypeOf(p).Elem()); err != nil {
		return nil, err
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, nil
}
