package policy_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/release-dossier/dossier/internal/controlvectors"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

var update = flag.Bool("update", false, "rewrite what the control cases want to what is found")

const (
	// controlsDir holds the cases of the controls, for us and for others; its
	// README describes them.
	controlsDir = "../../testdata/controls"
	// pendingFile lists the controls that lack a case that passes or one that
	// fails. It only ever becomes shorter.
	pendingFile = "testdata/vectors-pending.txt"
)

// suite reads the cases once, and verifies the base.
var suite = sync.OnceValues(func() (*controlvectors.Suite, error) { return controlvectors.Load(controlsDir) })

func loadSuite(t testing.TB) (*controlvectors.Suite, *controlvectors.Result) {
	t.Helper()
	s, err := suite()
	if err != nil {
		t.Fatal(err)
	}
	base, err := s.Base.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s, base
}

// TestControlsBase asks of the base release that it is genuine and that its
// policy accepts it: every other case is a change of it.
func TestControlsBase(t *testing.T) {
	_, base := loadSuite(t)
	for id, c := range base.Layers {
		t.Errorf("%s: %s: expected %s, found %s", id, c.Outcome, c.Expected, c.Found)
	}
	for id, c := range base.Controls {
		switch {
		case c.Outcome == verify.Fail || c.Outcome == verify.Unknown:
			t.Errorf("%s: %s (%s): expected %s, found %s", id, c.Outcome, c.Code, c.Expected, c.Found)
		case c.Outcome == verify.Pass && (c.Proof.Grade == "" || c.Proof.By == "" || len(c.Inputs) == 0):
			t.Errorf("%s passes without saying how that is known", id)
		}
	}
}

// TestControls runs every case: -run TestControls/tag/annotated runs those of
// one control.
func TestControls(t *testing.T) {
	s, _ := loadSuite(t)
	for i, c := range s.Cases {
		if i%sampling != 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			runCase(t, s, c)
		})
	}
}

func runCase(t *testing.T, s *controlvectors.Suite, c *controlvectors.Case) {
	if _, ok := policy.Lookup(c.Control); !ok {
		t.Fatalf("%s is no control of this version", c.Control)
	}
	base, err := s.BaseResult(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		lines, err := c.Update(base, got)
		if err != nil {
			t.Error(err)
		}
		if lines != nil {
			t.Logf("%s:\n  %s", c.File, strings.Join(lines, "\n  "))
		}
		return
	}
	for _, difference := range c.Differences(base, got) {
		t.Error(difference)
	}
	judgeWording(t, got.Controls[c.Control])
}

// judgeWording asks of a finding what a reader needs.
func judgeWording(t *testing.T, c verify.Check) {
	t.Helper()
	control, _ := policy.Lookup(c.ID)
	if c.Outcome == verify.Fail {
		if c.Title != control.Failing && c.Title != "Not shown: "+control.Title || c.Expected == "" || c.Found == "" || c.Fix.Now == "" {
			t.Errorf("the failure says too little: %+v", c)
		}
	}
	if c.Outcome == verify.Unknown && c.Why == "" {
		t.Error("unknown without why")
	}
	if strings.Contains(c.Found+c.Expected, "%!") {
		t.Errorf("broken format: %q %q", c.Expected, c.Found)
	}
}

// TestControlsHaveCases asks for a case that passes and one that fails for each
// control; a recommendation that is not followed is a warning, and so is what is
// only told.
func TestControlsHaveCases(t *testing.T) {
	s, _ := loadSuite(t)
	passes, fails, excluded := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range s.Cases {
		control, _ := policy.Lookup(c.Control)
		switch {
		case c.Outcome == verify.NotApplicable:
			excluded[c.Control] = true
		case c.Outcome == verify.Pass:
			passes[c.Control] = true
		case c.Outcome == verify.Fail, c.Outcome == verify.Warn && control.Level != policy.Must:
			fails[c.Control] = true
		}
	}
	data, err := os.ReadFile(pendingFile)
	if err != nil {
		t.Fatal(err)
	}
	pending := strings.Fields(string(data))
	if *update {
		pending = slices.DeleteFunc(pending, func(id string) bool { return passes[id] && fails[id] })
		if err := os.WriteFile(pendingFile, []byte(strings.Join(pending, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range pending {
		if _, ok := policy.Lookup(id); !ok || passes[id] && fails[id] {
			t.Errorf("%s: remove %s: it has its cases, or is no control", pendingFile, id)
		}
	}
	for _, control := range policy.Controls() {
		switch {
		case slices.Contains(pending, control.ID):
			continue
		case control.Check == nil && excluded[control.ID]:
			continue // one dossier does not decide it
		}
		if !passes[control.ID] {
			t.Errorf("%s/%s has no case that passes", controlsDir, control.ID)
		}
		if !fails[control.ID] {
			t.Errorf("%s/%s has no case that fails", controlsDir, control.ID)
		}
	}
}

func BenchmarkControls(b *testing.B) {
	s, _ := loadSuite(b)
	for b.Loop() {
		if _, err := s.Base.Verify(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
