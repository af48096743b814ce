package checks

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/evidence"
)

// readCycloneDX reads the vulnerabilities of a CycloneDX document and passes
// over its components. One vulnerability is held at a time.
func readCycloneDX(b *builder, in *input) error {
	j := newJSONReader(in)
	format, version, list := "", "", false
	err := j.object(func(name string) error {
		switch name {
		case "bomFormat":
			return j.decode(&format)
		case "specVersion":
			return j.decode(&version)
		case "metadata":
			return b.bomMetadata(j)
		case "vulnerabilities":
			list = j.dec.PeekKind() != 'n'
			return j.array(func() error { return b.bomVulnerability(j) })
		}
		return j.skip()
	})
	if err == nil {
		err = j.end()
	}
	if err != nil {
		return err
	}
	if format != "CycloneDX" {
		return errors.New(`bomFormat is not "CycloneDX"`)
	}
	if len(version) != 3 || version < "1.4" || version > "1.9" {
		return fmt.Errorf("specVersion is %q: vulnerabilities came with 1.4", clean(version))
	}
	if !list {
		b.nothing = "the document has no list of vulnerabilities: it is an SBOM, not the result of a scan"
	}
	return nil
}

// bomMetadata takes the time at which the document was made, which for a scan
// result is its end, and the tools.
func (b *builder) bomMetadata(j *jsonReader) error {
	return j.object(func(name string) error {
		switch name {
		case "timestamp":
			var at string
			err := j.decode(&at)
			b.finished(at)
			return err
		case "tools":
			return b.bomTools(j)
		}
		return j.skip()
	})
}

// bomTools reads both forms: the list of 1.4 and the object of 1.5.
func (b *builder) bomTools(j *jsonReader) error {
	one := func() error {
		var t struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		}
		err := j.decode(&t)
		b.tool(evidence.CheckTool{Name: t.Name, Version: t.Version})
		return err
	}
	if j.dec.PeekKind() != '{' {
		return j.array(one)
	}
	return j.object(func(name string) error {
		if name == "components" || name == "services" {
			return j.array(one)
		}
		return j.skip()
	})
}

// bomVulnerability counts one vulnerability by its worst rating. A rating from
// a source that the organisation trusts less may be the worst one; which to
// believe is a matter of policy, not of reading.
func (b *builder) bomVulnerability(j *jsonReader) error {
	var v struct {
		ID      string `json:"id"`
		Ratings items[struct {
			Severity string         `json:"severity"`
			Score    jsontext.Value `json:"score"`
			Method   string         `json:"method"`
		}] `json:"ratings"`
		Analysis struct {
			State string `json:"state"`
		} `json:"analysis"`
	}
	if err := j.decode(&v); err != nil {
		return err
	}
	switch v.Analysis.State {
	case "resolved", "resolved_with_pedigree", "false_positive", "not_affected":
		b.Findings.Suppressed++
		return nil
	}
	severity := Unknown
	for _, r := range v.Ratings {
		s := parseSeverity(r.Severity)
		if s == Unknown && strings.HasPrefix(r.Method, "CVSS") {
			s = parseSeverity(string(r.Score))
		}
		severity = worse(severity, s)
	}
	return b.open(nameless(v.ID, "(no id)"), severity, 1)
}

// nameless gives what has no name one that can be listed.
func nameless(id, instead string) string {
	if strings.TrimSpace(id) == "" {
		return instead
	}
	return id
}
