package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// TestScenarios runs one script for each way in which releases are made. A
// script begins with the command "world", which makes the repository, the keys
// and what forge and ticket system say, and goes through the life of the release
// by the same commands as people and pipelines do. See
// testdata/scenarios/README.md.
func TestScenarios(t *testing.T) {
	if testing.Short() {
		t.Skip("each script makes a release and its whole life")
	}
	files, err := filepath.Glob(filepath.Join("testdata", "scenarios", scenarioFiles))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Files: files,
		Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"world":       makeWorld,
			"patch":       patch,
			"signed":      signed,
			"state":       state,
			"accepted":    accepted,
			"finds":       finds,
			"outcome":     outcome,
			"exits":       exits,
			"subst":       subst,
			"handwritten": handwritten,
			"fingerprint": fingerprint,
		},
	})
}

// step is a command of the life of a release, or several steps.
type step struct {
	At    string   `yaml:"at"`
	Run   []string `yaml:"run"`
	Steps []string `yaml:"steps"`
}

// state takes steps of the life of a release, by their names in steps.yaml.
//
//	state FILE STEP ...
func state(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: state FILE STEP ...")
	}
	var steps map[string]step
	readYAML(ts, ts.MkAbs("steps.yaml"), &steps)
	take(ts, steps, args[0], args[1:])
}

func take(ts *testscript.TestScript, steps map[string]step, file string, names []string) {
	for _, name := range names {
		s, ok := steps[name]
		if !ok {
			ts.Fatalf("no step %s: want one of %s", name, strings.Join(slices.Sorted(maps.Keys(steps)), ", "))
		}
		if s.Steps != nil {
			take(ts, steps, file, s.Steps)
			continue
		}
		ts.Setenv("NOW", s.At)
		ts.Setenv("FILE", file)
		var command []string
		for _, arg := range s.Run {
			command = append(command, os.Expand(arg, ts.Getenv))
		}
		if err := ts.Exec("dossier", command...); err != nil {
			ts.Fatalf("step %s: dossier %s: %v\n%s", name, strings.Join(command, " "), err, ts.ReadFile("stderr"))
		}
	}
}

// judgement is what a scenario reads of a report.
type judgement struct {
	Verdict verify.Verdict `json:"verdict"`
	Reasons []struct {
		Code string `json:"code"`
		Text string `json:"text"`
	} `json:"reasons"`
	Checks []finding `json:"checks"`
}

type finding struct {
	ID          string         `json:"id"`
	Level       string         `json:"level"`
	Outcome     verify.Outcome `json:"outcome"`
	Code        string         `json:"code"`
	Found       string         `json:"found"`
	Why         string         `json:"why"`
	Exception   string         `json:"exception"`
	FollowsFrom string         `json:"followsFrom"`
	// EnforcedFrom is set if the policy does not enforce it yet.
	EnforcedFrom *evidence.Time `json:"enforcedFrom"`
}

// accepted verifies that a release meets the policy.
//
//	accepted FILE [FLAG ...]
func accepted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: accepted FILE [FLAG ...]")
	}
	if j := judge(ts, args[0], args[1:]); j.Verdict != verify.Accepted {
		ts.Fatalf("%s: %s", args[0], j)
	}
}

// finds verifies that a release is not accepted because of these checks and no
// others. What merely follows from one of them does not count.
//
//	finds FILE CONTROL ... [-- FLAG ...]
func finds(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: finds FILE CONTROL ... [-- FLAG ...]")
	}
	want, flags := args[1:], []string(nil)
	if i := slices.Index(want, "--"); i >= 0 {
		want, flags = want[:i], want[i+1:]
	}
	want = slices.Sorted(slices.Values(want))
	j := judge(ts, args[0], flags)
	for _, id := range want {
		if !slices.ContainsFunc(j.Checks, func(f finding) bool { return f.ID == id }) {
			ts.Fatalf("%s: %s is not judged", args[0], id)
		}
	}
	var got []string
	for _, f := range j.causes() {
		got = append(got, f.ID)
	}
	slices.Sort(got)
	if !slices.Equal(slices.Compact(got), want) || j.Verdict != verify.NotAccepted {
		ts.Fatalf("%s: want %s\n%s", args[0], strings.Join(want, " "), j)
	}
}

// outcome verifies that a check has an outcome.
//
//	outcome FILE CONTROL OUTCOME [FLAG ...]
func outcome(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: outcome FILE CONTROL OUTCOME [FLAG ...]")
	}
	for _, f := range judge(ts, args[0], args[3:]).Checks {
		if f.ID == args[1] {
			if f.Outcome != verify.Outcome(args[2]) {
				ts.Fatalf("%s: want %s\n%s", args[0], args[2], f)
			}
			return
		}
	}
	ts.Fatalf("%s: %s is not judged", args[0], args[1])
}

// judge verifies a dossier by the world's trust and policy.
func judge(ts *testscript.TestScript, file string, flags []string) judgement {
	command := append([]string{
		"verify", file, "--release", "github.com/fintech/payments@" + ts.Getenv("VERSION"),
		"--trust", "trust.yaml", "--policy", "policy.yaml", "--format", "json",
	}, flags...)
	_ = ts.Exec("dossier", command...) // the verdict says more than its exit status
	var j judgement
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &j); err != nil {
		ts.Fatalf("dossier %s: %v\n%s", strings.Join(command, " "), err, ts.ReadFile("stderr"))
	}
	return j
}

// causes are the checks that keep a release from being accepted and follow from
// no other.
func (j judgement) causes() (list []finding) {
	for _, f := range j.Checks {
		if f.FollowsFrom == "" && (verify.Check{Outcome: f.Outcome, Level: f.Level, EnforcedFrom: f.EnforcedFrom}).Blocks() {
			list = append(list, f)
		}
	}
	return list
}

func (j judgement) String() string {
	var b strings.Builder
	b.WriteString(string(j.Verdict))
	for _, r := range j.Reasons {
		b.WriteString("\n" + r.Code + ": " + r.Text)
	}
	for _, f := range j.causes() {
		b.WriteString("\n" + f.String())
	}
	return b.String()
}

func (f finding) String() string {
	return fmt.Sprintf("%s %s (%s) %s: %s", f.ID, f.Outcome, f.Code, f.Why, f.Found)
}
