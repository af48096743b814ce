package checks

import (
	"errors"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
)

// Predicate types of in-toto statements (in-toto attestation framework,
// predicates test-result and vulns).
const (
	testResultType = "https://in-toto.io/attestation/test-result/v0.1"
	vulnsTypeV01   = "https://in-toto.io/attestation/vulns/v0.1"
	vulnsTypeV02   = "https://in-toto.io/attestation/vulns/v0.2"
)

const (
	// maxSubjects is the most subjects of a statement (rules of format, R10).
	maxSubjects = 1000
	// maxDigests is the most digests of one subject; more algorithms are not
	// in use.
	maxDigests = 16
)

// readStatement walks through a statement. Its predicate may come before its
// type, so predicate reads what it expects and the type is compared at the end.
func readStatement(b *builder, j *jsonReader, predicate func(name string) error, types ...string) error {
	var kind, predicateType string
	seen := false
	err := j.object(func(name string) error {
		switch name {
		case "_type":
			return j.decode(&kind)
		case "predicateType":
			return j.decode(&predicateType)
		case "subject":
			return j.array(func() error { return b.subject(j) })
		case "predicate":
			seen = true
			return j.object(predicate)
		case "payload":
			return j.fail(errors.New("this is an envelope: give it as an attestation, or the statement in its payload as a result"))
		}
		return j.skip()
	})
	if err == nil {
		err = j.end()
	}
	if err != nil {
		return err
	}
	if kind != "https://in-toto.io/Statement/v1" && kind != "https://in-toto.io/Statement/v0.1" {
		return fmt.Errorf("at /_type: got %q, want https://in-toto.io/Statement/v1", clean(kind))
	}
	for _, t := range types {
		if seen && predicateType == t {
			return nil
		}
	}
	return fmt.Errorf("at /predicateType: got %q, want %s with a predicate", clean(predicateType), types[len(types)-1])
}

// subject keeps one subject. A malformed digest is an error, for nothing could
// be compared with it.
func (b *builder) subject(j *jsonReader) error {
	var s evidence.ResourceDescriptor
	if err := j.decode(&s); err != nil {
		return err
	}
	if len(b.Subjects) >= maxSubjects {
		return j.fail(fmt.Errorf("more than %d subjects, the most that are read", maxSubjects))
	}
	if err := s.Validate(); err != nil {
		return j.fail(err)
	}
	for _, hex := range s.Digest {
		if len(s.Digest) > maxDigests || len(hex) > maxText {
			return j.fail(errors.New("the subject has too many or too long digests"))
		}
	}
	b.Subjects = append(b.Subjects, evidence.ResourceDescriptor{Name: clean(s.Name), URI: clean(s.URI), Digest: s.Digest})
	return nil
}

// readTestStatement reads a test-result predicate. Tests that warned have
// passed.
func readTestStatement(b *builder, in *input) error {
	j, t := newJSONReader(in), newTally(b)
	said := ""
	err := readStatement(b, j, func(name string) error {
		switch name {
		case "result":
			return j.decode(&said)
		case "passedTests":
			return j.array(func() error { _, err := t.listed(j, passed); return err })
		case "failedTests":
			return j.array(func() error { _, err := t.listed(j, failure); return err })
		case "warnedTests":
			return j.array(func() error {
				warned, err := t.listed(j, passed)
				b.problem("the test %q passed with a warning", warned)
				return err
			})
		}
		return j.skip()
	}, testResultType)
	if err != nil {
		return err
	}
	return b.statementSays(said)
}

// listed counts one name in a list of tests.
func (t *tally) listed(j *jsonReader, v verdict) (string, error) {
	var name string
	if err := j.decode(&name); err != nil {
		return "", err
	}
	k := keyOf(name)
	s, err := t.state(k)
	if err != nil {
		return "", j.fail(err)
	}
	if s.last != running && s.last != v {
		t.problem("the test %q is listed as passed and as failed", clean(name))
	}
	s.last = max(s.last, v)
	t.seen[k] = s
	t.Tests.Total++
	t.Tests.count(v, 1)
	if v == failure {
		t.noteFailed(name)
	}
	return clean(name), nil
}

// statementSays compares the stated result with the lists.
func (b *builder) statementSays(said string) error {
	switch said {
	case "FAILED":
		b.fail("the statement says FAILED")
	case "PASSED", "WARNED":
		if b.Tests.Failures > 0 {
			b.problem("the statement says %s and lists failed tests", said)
		}
		if b.Tests.Total == 0 {
			b.nothing = fmt.Sprintf("the statement says %s and names no test that ran", said)
		}
	default:
		return fmt.Errorf("at /predicate/result: got %q, want PASSED, WARNED or FAILED", clean(said))
	}
	return nil
}

// readVulnStatement reads a vulns predicate.
func readVulnStatement(b *builder, in *input) error {
	j := newJSONReader(in)
	list := false
	err := readStatement(b, j, func(name string) error {
		switch name {
		case "scanner":
			return b.scanner(j, &list)
		case "metadata":
			var m struct {
				Started  string `json:"scanStartedOn"`
				Finished string `json:"scanFinishedOn"`
			}
			err := j.decode(&m)
			b.started(m.Started)
			b.finished(m.Finished)
			return err
		}
		return j.skip()
	}, vulnsTypeV01, vulnsTypeV02)
	if err == nil && !list {
		b.nothing = "the statement has no list of results: it does not say that a scan took place"
	}
	return err
}

// scanner reads the scanner with its list of results.
func (b *builder) scanner(j *jsonReader, list *bool) error {
	var t evidence.CheckTool
	err := j.object(func(name string) error {
		switch name {
		case "uri":
			return j.decode(&t.Name)
		case "version":
			return j.decode(&t.Version)
		case "db":
			return b.database(j, &t)
		case "result":
			*list = j.dec.PeekKind() != 'n'
			return j.array(func() error { return b.scanned(j) })
		}
		return j.skip()
	})
	b.tool(t)
	return err
}

// database reads which vulnerability database the scanner used, and how old it
// was.
func (b *builder) database(j *jsonReader, t *evidence.CheckTool) error {
	var db struct {
		URI     string `json:"uri"`
		Version string `json:"version"`
		Updated string `json:"lastUpdate"`
	}
	if err := j.decode(&db); err != nil {
		return err
	}
	t.Database, t.DatabaseVersion = db.URI, db.Version
	if at, ok := b.moment(db.Updated); ok {
		t.DatabaseAt = &at
	}
	return nil
}

// scanned counts one vulnerability. Scores are words or numbers, by method; the
// worst of them counts.
func (b *builder) scanned(j *jsonReader) error {
	var v struct {
		ID       string `json:"id"`
		Severity items[struct {
			Score string `json:"score"`
		}] `json:"severity"`
	}
	if err := j.decode(&v); err != nil {
		return err
	}
	severity := Unknown
	for _, s := range v.Severity {
		severity = worse(severity, parseSeverity(s.Score))
	}
	return b.open(nameless(v.ID, "(no id)"), severity, 1)
}
