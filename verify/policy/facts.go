package policy

import (
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

// Facts are what controls judge: what verification established about one
// release, the policy's parameters, and what several controls compute from
// both, each once. One goroutine judges one release.
type Facts struct {
	*verify.Facts
	// Params are the values that controls take from the policy.
	Params Params
	// strict reports that what only a seal or a proven time can show is unknown
	// without one, where the lower profiles warn (rules of format, preface).
	strict bool

	// known reports whether a control is one of this version or of the policy.
	known func(id string) bool

	// rules are those of the policy, sorted by ID, and judged is what each came to;
	// nil for one that is not asked at the gate, or not judged yet.
	rules  []rule
	judged []*verify.Check

	// tried are the exceptions that name a control which did not hold, uses those
	// of them that waived it.
	tried []attempt
	uses  []use

	inferred   lazy[[]string]
	promoted   lazy[[]promoted]
	entered    lazy[map[string][]promoted]
	required   lazy[map[string][]Requirement]
	exempt     lazy[[]exempt]
	pulled     lazy[[]*pull]
	broughtBy  lazy[map[string]*pull]
	ran        lazy[[]checked]
	signatures lazy[map[string]verify.CommitSignature]
	classified lazy[changesRead]
	wrote      lazy[map[string][]author]
	input      lazy[inputMade]
	authors    lazy[authorsFound]
	approvals  lazy[*standing]
	inRange    lazy[map[string]*gitobj.CommitWithID]
	forms      lazy[branchForms]
	onCommits  lazy[map[string][]checked]
	categories lazy[map[string][]checked]
	looked     lazy[map[*evidence.Promotion][]look]

	mainLineOf lazy[map[string]bool]
	mentioned  lazy[*mentions]
	byDigest   lazy[map[evidence.Digest]int]
	ids        lazy[map[string]map[string]bool]
	opened     lazy[[]window]
	acted      lazy[[]action]
	urgent     lazy[[]emergency]
}

// lazy is a value that is computed when it is first asked for.
type lazy[T any] struct {
	known bool
	value T
}

func (l *lazy[T]) get(compute func() T) T {
	if !l.known {
		l.value, l.known = compute(), true
	}
	return l.value
}
