package policy

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/verify"
)

// change is a patch to the base release or its policy, with what comes of it.
type change struct {
	name    string
	control string
	patch   func(t *testing.T, f *verify.Facts, p *Params)
	want    verify.Outcome
	code    string
	// also are controls whose outcome changes as well and that is no
	// consequence of the first.
	also []string
}

func outcomes(checks []verify.Check) map[string]verify.Outcome {
	out := map[string]verify.Outcome{}
	for _, c := range checks {
		out[c.ID] = c.Outcome
	}
	return out
}

func minimal(t testing.TB) *Policy {
	t.Helper()
	p, err := Profile(Minimal)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBase pins what comes of the release that the changes start from: nothing
// but the warning that is always there without a seal.
func TestBase(t *testing.T) {
	checks, view := minimal(t).Judge(baseFacts(t))
	for _, c := range checks {
		want := verify.Pass
		if c.ID == "approval/not-withdrawn" {
			want = verify.Warn
		}
		if c.Outcome != want {
			t.Errorf("%s: %s (%s): %s", c.ID, c.Outcome, c.Code, c.Found)
		}
		if c.Outcome == verify.Pass && (c.Proof.Grade == "" || c.Proof.By == "") {
			t.Errorf("%s passes without saying how that is known", c.ID)
		}
		if c.Outcome == verify.Pass && len(c.Inputs) == 0 {
			t.Errorf("%s passes without inputs", c.ID)
		}
	}
	if view.Asked != len(checks) || view.Asked+view.NotAsked != CatalogueSize {
		t.Errorf("asked %d of %d checks, not asked %d", view.Asked, len(checks), view.NotAsked)
	}
}

// TestChanges applies every change alone: the control named has the outcome
// wanted, and no other control changes but those that say they follow from it.
func TestChanges(t *testing.T) {
	base, _ := minimal(t).Judge(baseFacts(t))
	before := outcomes(base)
	for _, c := range refusedChanges() {
		t.Run(strings.ReplaceAll(c.control, "/", "_")+"/"+c.name, func(t *testing.T) {
			f, p := baseFacts(t), minimal(t)
			c.patch(t, f, &p.Params)
			checks, _ := p.Judge(f)
			expected := map[string]bool{c.control: true}
			for _, id := range c.also {
				expected[id] = true
			}
			for _, got := range checks {
				switch {
				case got.FollowsFrom != "" && !slices.ContainsFunc(checks, func(x verify.Check) bool { return x.ID == got.FollowsFrom && x.Blocks() }):
					t.Errorf("%s follows from %s, which does not block", got.ID, got.FollowsFrom)
				case got.ID == c.control:
					if got.Outcome != c.want || got.Code != c.code {
						t.Errorf("%s (%s), want %s (%s): %s", got.Outcome, got.Code, c.want, c.code, got.Found)
					}
					judgeWording(t, got)
				case got.Outcome != before[got.ID] && !expected[got.ID] && got.FollowsFrom == "":
					t.Errorf("%s changed as well: %s (%s): %s", got.ID, got.Outcome, got.Code, got.Found)
				case expected[got.ID] && got.Outcome == before[got.ID]:
					t.Errorf("%s did not change", got.ID)
				}
			}
		})
	}
}

// judgeWording asks of a finding what a reader needs.
func judgeWording(t *testing.T, c verify.Check) {
	t.Helper()
	control, _ := Lookup(c.ID)
	if c.Outcome == verify.Fail {
		if c.Title != control.Failing && c.Title != "Not shown: "+control.Title || c.Expected == "" || c.Found == "" || c.Fix.Now == "" {
			t.Errorf("the failure says too little: %+v", c)
		}
	}
	if c.Outcome == verify.Warn && c.Title != map[string]string{Must: control.Title, Should: control.Failing}[c.Level] {
		t.Errorf("a warning of level %s is titled %q", c.Level, c.Title)
	}
	if c.Outcome == verify.Unknown && c.Why == "" {
		t.Error("unknown without why")
	}
	if strings.Contains(c.Found+c.Expected, "%!") {
		t.Errorf("broken format: %q %q", c.Expected, c.Found)
	}
}

// TestRegistry pins the facts that come from the catalogue and demands that
// every control explains itself.
func TestRegistry(t *testing.T) {
	var ids []string
	for _, c := range Controls() {
		ids = append(ids, c.ID)
		theme, _, _ := strings.Cut(c.ID, "/")
		switch {
		case theme == "" || c.Sections == "" || c.Theme == "" || c.Applies == "" || c.Waive == "":
			t.Errorf("%s lacks facts of the catalogue", c.ID)
		case c.Title == "" || c.Failing == "" || c.Logic == "" || len(c.Evidence) == 0 || c.Fix.Before == "":
			t.Errorf("%s does not explain itself", c.ID)
		case c.Level == Must && c.Fix.Now == "":
			t.Errorf("%s does not say what to do afterwards", c.ID)
		case !slices.Contains([]string{Must, Should, May}, c.Level):
			t.Errorf("%s: level %q", c.ID, c.Level)
		case c.Question < 1 || c.Question > 7:
			t.Errorf("%s: question %d", c.ID, c.Question)
		case !slices.Contains(verify.Gates(), c.Gate) || !slices.Contains(profiles, c.profile()):
			t.Errorf("%s: gate %q, profile %q", c.ID, c.Gate, c.Profile)
		case strings.HasSuffix(c.Title, ".") || strings.HasSuffix(c.Failing, "."):
			t.Errorf("%s: a title is no sentence with a full stop", c.ID)
		}
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("the controls are not sorted or not unique")
	}
	catalogue := readCatalogue(t)
	for _, c := range Controls() {
		got := strings.Join([]string{c.ID, c.Level, c.Sections, c.Applies, c.Waive}, "\t")
		if diff := cmp.Diff(catalogue[c.ID], got); diff != "" {
			t.Errorf("%s differs from the catalogue:\n%s", c.ID, diff)
		}
	}
}

// TestProfilesContainEachOther checks the ladder.
func TestProfilesContainEachOther(t *testing.T) {
	var below map[string]bool
	for _, name := range profiles {
		p, err := Profile(name)
		if err != nil {
			t.Fatal(err)
		}
		asked := map[string]bool{}
		for _, r := range p.rules {
			asked[r.ID] = true
		}
		for id := range below {
			if !asked[id] {
				t.Errorf("%s does not ask %s, which the profile below asks", name, id)
			}
		}
		if len(asked) <= len(below) && name != Standard && name != SOX {
			t.Errorf("%s asks nothing more than the profile below", name)
		}
		below = asked
	}
	if got, want := len(below), len(Controls()); got != want {
		t.Errorf("the highest profile asks %d of %d controls", got, want)
	}
}

// TestGatesContainEachOther checks that a later gate asks all an earlier one does.
func TestGatesContainEachOther(t *testing.T) {
	var before map[string]verify.Outcome
	for _, g := range verify.Gates() {
		f := baseFacts(t)
		f.Gate = g
		checks, view := minimal(t).Judge(f)
		now := outcomes(checks)
		for id := range maps.Keys(before) {
			if _, ok := now[id]; !ok {
				t.Errorf("gate %s does not ask %s", g, id)
			}
		}
		if len(now) == 0 || view.Asked != len(now) {
			t.Errorf("gate %s asks %d, the view says %d", g, len(now), view.Asked)
		}
		before = now
	}
	if _, early := outcomesAt(t, verify.GateStaging)["approval/production-present"]; early {
		t.Error("the approval for production is asked before staging")
	}
}

func outcomesAt(t *testing.T, g verify.Gate) map[string]verify.Outcome {
	f := baseFacts(t)
	f.Gate = g
	checks, _ := minimal(t).Judge(f)
	return outcomes(checks)
}
