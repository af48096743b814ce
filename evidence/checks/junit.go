package checks

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// junit reads JUnit XML. There is no standard; what is common to Ant, Maven
// Surefire, Gradle, pytest, gotestsum, GoogleTest and CTest is understood.
type junit struct {
	*tally
	x *xmlReader
}

func readJUnit(b *builder, in *input) error {
	j := &junit{newTally(b), newXMLReader(in)}
	root, err := j.x.rootElement("testsuites", "testsuite")
	if err != nil {
		return err
	}
	if err := j.suite(root); err != nil {
		return err
	}
	return j.x.end()
}

// suite reads testsuites or testsuite, which may be nested.
func (j *junit) suite(e xml.StartElement) error {
	name := attr(e, "name")
	before, direct := *j.Tests, Tests{}
	j.lasted(attr(e, "timestamp"), attr(e, "time"))
	err := j.x.children(func(child xml.StartElement) error {
		switch child.Name.Local {
		case "testsuite":
			return j.suite(child.Copy())
		case "testcase":
			v, err := j.testcase(name, child)
			direct.Total++
			direct.count(v, 1)
			return err
		case "failure", "error":
			j.fail("the suite %q as a whole failed", clean(name))
		}
		return nil
	})
	if err == nil {
		j.compare(e, before, direct)
	}
	return err
}

// compare holds what a suite claims against its cases. Some tools leave
// nested suites out of the totals, so either count may match. Cases that are
// claimed and not shown may be the ones that failed: the file is no pass.
func (j *junit) compare(e xml.StartElement, before, direct Tests) {
	for _, c := range []struct {
		name        string
		all, direct int64
	}{
		{"tests", j.Tests.Total - before.Total, direct.Total},
		{"failures", j.Tests.Failures - before.Failures, direct.Failures},
		{"errors", j.Tests.Errors - before.Errors, direct.Errors},
	} {
		s := attr(e, c.name)
		claimed, err := strconv.ParseUint(s, 10, 63)
		if s == "" || err == nil && (int64(claimed) == c.all || int64(claimed) == c.direct) {
			continue
		}
		j.problem("suite %q: the attribute %s says %q, the cases show %d", clean(attr(e, "name")), c.name, clean(s), c.all)
		if err != nil || int64(claimed) > c.all {
			j.fail("the suite %q claims %s=%q, more than its cases show", clean(attr(e, "name")), c.name, clean(s))
		}
	}
}

// testcase reads one case and counts it.
func (j *junit) testcase(suite string, e xml.StartElement) (verdict, error) {
	class, name := attr(e, "classname"), attr(e, "name")
	key := keyOf(suite, class, name, attr(e, "file"))
	full := strings.TrimPrefix(class+"."+name, ".")
	c := junitCase{verdict: statusVerdict(e)}
	if err := j.x.children(c.child); err != nil {
		return c.verdict, err
	}
	j.Tests.Total++
	j.Tests.count(c.verdict, 1)
	if c.verdict >= failure {
		j.noteFailed(full)
	}
	j.noteRuns(c.again+1, c.again)
	return c.verdict, j.remember(key, full, c)
}

// remember compares a case with earlier ones of the same name. The format does
// not say whether such a case is a rerun or another test, so the earlier
// failure stays counted.
func (j *junit) remember(k caseKey, name string, c junitCase) error {
	s, err := j.state(k)
	if err != nil {
		return fmt.Errorf("%w: split the file by suite", err)
	}
	if c.verdict == passed && (c.flaky || s.bad) && !s.flaky {
		s.flaky = true
		j.noteFlaky(name)
		if s.bad {
			j.problem("%s failed and passed under the same name", clean(name))
		}
	}
	s.bad = s.bad || c.verdict >= failure
	j.seen[k] = s
	return nil
}

// junitCase is what the children of a testcase say.
type junitCase struct {
	verdict verdict
	flaky   bool
	again   int64 // executions that Surefire reports beyond the first
}

// child takes one child. Surefire marks the failed executions of a test that
// was run again as flaky (it passed in the end) or rerun (it never did).
func (c *junitCase) child(e xml.StartElement) error {
	switch e.Name.Local {
	case "failure":
		c.verdict = max(c.verdict, failure)
	case "error":
		c.verdict = max(c.verdict, broken)
	case "skipped":
		c.verdict = max(c.verdict, skipped)
	case "flakyFailure", "flakyError":
		c.flaky = true
		c.again++
	case "rerunFailure", "rerunError":
		// Never seen without failure or error; alone it still is no pass.
		c.verdict = max(c.verdict, failure)
		c.again++
	}
	return nil
}

// statusVerdict reads the attributes with which GoogleTest and CTest mark a
// case that was not run or, without any child, failed.
func statusVerdict(e xml.StartElement) verdict {
	v := passed
	for _, s := range []string{attr(e, "status"), attr(e, "result")} {
		switch strings.ToLower(s) {
		case "notrun", "skipped", "suppressed", "disabled", "ignored":
			v = max(v, skipped)
		case "fail", "failed", "failure":
			v = max(v, failure)
		case "error":
			v = max(v, broken)
		}
	}
	return v
}
