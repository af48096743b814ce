package checks

import (
	"bytes"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// goEvent is one event of go test -json (go doc test2json).
type goEvent struct {
	Time    string
	Action  string
	Package string
	Test    string
}

// goPackage is one package of the stream.
type goPackage struct {
	name   string
	round  uint16 // how often it was started
	ended  bool
	broken bool               // it failed although none of its tests did
	failed int64              // tests that failed in this round
	open   map[caseKey]string // tests that run, and their names
}

// goTest reads the stream. Every test, subtest, benchmark and example counts
// once, by its last round: a package that ended and starts again in the same
// stream is run again, as gotestsum --rerun-fails does.
type goTest struct {
	*tally
	packages map[caseKey]*goPackage
	order    []*goPackage
	running  int // tests that run, in all packages
}

// readGoTest reads one event a line. The go command prints build errors and
// warnings between them if its two outputs go to one file, so such lines are
// noted and passed over. A line that begins like an event must be one.
func readGoTest(b *builder, in *input) error {
	g := &goTest{tally: newTally(b), packages: map[caseKey]*goPackage{}}
	events := false
	err := eachLine(in, func(line []byte) error {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] != '{' {
			b.once("noise", "the stream holds lines that are no events, such as %q", clean(string(line)))
			return nil
		}
		events = true
		var ev goEvent
		if err := strictjson.Unmarshal(line, &ev); err != nil {
			return err
		}
		return g.event(ev)
	})
	if err != nil {
		return err
	}
	if !events {
		return fmt.Errorf("there is no event: give the output of go test -json")
	}
	b.tool(evidence.CheckTool{Name: "go test"})
	g.close()
	return nil
}

// event takes one event. Kinds that do not change a result are passed over.
func (g *goTest) event(ev goEvent) error {
	if ev.Action == "" {
		return fmt.Errorf("the event has no Action: give the output of go test -json")
	}
	if ev.Package == "" {
		if ev.Action == "build-fail" {
			g.fail("a package did not build")
		}
		return nil // output of the build
	}
	if t, ok := g.started(ev.Time); ok {
		g.latest(t)
	}
	p, err := g.enter(ev)
	if err != nil {
		return err
	}
	v, ends := goVerdict(ev.Action)
	switch {
	case ev.Test == "" && ends && ev.Action != "bench":
		g.endPackage(p, v)
	case ev.Test == "":
	case ends:
		return g.endTest(p, ev, v)
	case ev.Action == "run":
		return g.run(p, ev)
	}
	return nil
}

// run notes that a test runs, to miss its end.
func (g *goTest) run(p *goPackage, ev goEvent) error {
	if most := g.opts.Limits.Cases / 8; g.running >= most { // their names are kept
		return fmt.Errorf("more than %d tests run at once, the most that are read", most)
	}
	k := keyOf(ev.Package, ev.Test)
	if _, have := p.open[k]; !have {
		g.running++
		p.open[k] = clean(ev.Test)
	}
	return nil
}

// ended notes that a test no longer runs.
func (g *goTest) ended(p *goPackage, k caseKey) {
	if _, have := p.open[k]; have {
		g.running--
		delete(p.open, k)
	}
}

// goVerdict says how an action ends a test, and whether it ends it at all.
func goVerdict(action string) (verdict, bool) {
	switch action {
	case "pass", "bench":
		return passed, true
	case "skip":
		return skipped, true
	case "fail":
		return failure, true
	}
	return running, false
}

// enter finds the package of an event and opens a new round if it had ended.
func (g *goTest) enter(ev goEvent) (*goPackage, error) {
	k := keyOf(ev.Package)
	p := g.packages[k]
	if p == nil {
		if len(g.order) >= g.opts.Limits.Cases/8 {
			return nil, fmt.Errorf("more than %d packages, the most that are read", g.opts.Limits.Cases/8)
		}
		p = &goPackage{name: clean(ev.Package), open: map[caseKey]string{}}
		g.packages[k] = p
		g.order = append(g.order, p)
	}
	if again := ev.Action == "start" || ev.Action == "run"; p.ended && again {
		p.round = min(p.round, 1<<16-2) + 1
		p.ended, p.failed = false, 0
	}
	return p, nil
}

// endTest counts a test. A later round replaces an earlier one; within a round
// (go test -count) a failure stays.
func (g *goTest) endTest(p *goPackage, ev goEvent, v verdict) error {
	k := keyOf(ev.Package, ev.Test)
	g.ended(p, k)
	s, err := g.state(k)
	if err != nil {
		return err
	}
	if v == failure {
		p.failed++
	}
	name := ev.Package + "." + ev.Test
	if s.runs = min(s.runs, 1<<16-2) + 1; s.runs > 1 {
		g.noteRuns(int64(s.runs), 1)
	} else {
		g.Tests.Total++
	}
	if v == passed && s.bad && !s.flaky {
		s.flaky = true
		g.noteFlaky(name)
	}
	if v == failure && !s.bad {
		g.noteFailed(name)
	}
	kept := v
	if s.round == p.round {
		kept = max(v, s.last)
	}
	g.Tests.count(s.last, -1)
	g.Tests.count(kept, 1)
	s.last, s.bad, s.round = kept, s.bad || v == failure, p.round
	g.seen[k] = s
	return nil
}

// endPackage counts what broke beside the tests: a build, TestMain, a panic,
// a timeout.
func (g *goTest) endPackage(p *goPackage, v verdict) {
	p.ended = true
	if p.broken && v == passed {
		g.noteRuns(int64(p.round)+1, 1)
		g.noteFlaky(p.name)
	}
	p.broken = v == failure && p.failed == 0
	for k, name := range p.open {
		g.ended(p, k)
		if v == failure { // else it is a benchmark: these have no end of their own
			p.broken = true
			g.once("unfinished", "the test %s of %s did not end", name, p.name)
		}
	}
}

// close counts the packages that broke or that the stream leaves open.
func (g *goTest) close() {
	for _, p := range g.order {
		switch {
		case !p.ended:
			g.problem("the package %s did not end: the stream is cut off", p.name)
			g.fail("the stream is cut off before %s ended", p.name)
		case p.broken:
			g.Tests.Errors++
			g.Tests.Total++
			g.noteFailed(p.name)
		}
	}
}
