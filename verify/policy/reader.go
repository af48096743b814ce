package policy

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify/trust"
)

// maxLayers is how many documents may extend one another.
const maxLayers = 8

// Reader reads policy documents. The zero Reader reads those that extend a
// built-in profile and have no rules of their own.
type Reader struct {
	// Open returns a document that another one extends, by its path, which is
	// relative to that of the other. Nil refuses such documents.
	Open func(name string) ([]byte, error)
	// Rules compiles the rules that a policy writes itself. Package verify/cel
	// has one. Nil refuses such rules.
	Rules Compiler
}

// Parse reads a policy document. The name stands in error texts only; errors
// about the document are of type *strictyaml.Error and name line and column.
func Parse(name string, data []byte) (*Policy, error) { return Reader{}.Parse(name, data) }

// ParseFile reads a policy document, or the form for small projects that keeps
// both documents in one file under the keys trust and policy. What the file
// does not hold is nil.
func ParseFile(name string, data []byte) (*Policy, *trust.Trust, error) {
	return Reader{}.ParseFile(name, data)
}

// FromNode reads a policy document that is a part of a larger file.
func FromNode(n *strictyaml.Node) (*Policy, error) { return Reader{}.read("", n, nil) }

// Parse reads a policy document. See the function of that name.
func (r Reader) Parse(name string, data []byte) (*Policy, error) {
	n, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return r.read(name, n, nil)
}

// ParseFile reads a file that holds a policy, a trust document or both. See the
// function of that name.
func (r Reader) ParseFile(name string, data []byte) (p *Policy, t *trust.Trust, err error) {
	n, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, nil, err
	}
	if n.Lookup("trust") == nil && n.Lookup("policy") == nil {
		p, err := r.read(name, n, nil)
		return p, nil, err
	}
	for _, m := range n.Members() {
		switch m.Name {
		case "policy":
			p, err = r.read(name, m.Value, nil)
		case "trust":
			t, err = trust.Reader{Open: r.Open}.FromNode(name, m.Value)
		default:
			err = m.Key.Errorf("unknown key beside trust and policy")
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return p, t, nil
}

// read reads a document and what it extends. below are the files that extend
// it.
func (r Reader) read(name string, n *strictyaml.Node, below []string) (*Policy, error) {
	if m := n.Lookup("policy"); m != nil && len(below) > 0 {
		n = m // a file that holds both documents
	}
	var d document
	if err := n.Decode(&d); err != nil {
		return nil, err
	}
	parent, err := r.parent(name, d.Extends, below)
	if err != nil {
		return nil, err
	}
	p, err := d.over(parent, name, r.Rules)
	if err != nil {
		return nil, err
	}
	if len(below) == 0 {
		p.expose() // what extends this file may say otherwise
	}
	return p, p.seal()
}

// parent returns what a document extends: a built-in profile, or a file, which
// a digest may pin.
func (r Reader) parent(name string, extends text, below []string) (*Policy, error) {
	ref := extends.Value
	if slices.Contains(profiles, ref) {
		return &Policy{Profile: ref, Params: DefaultParams(), rules: rulesOf(ref), origins: map[string]Origin{}}, nil
	}
	file, pin, pinned := strings.Cut(ref, "@")
	switch {
	case strings.Contains(ref, "://"):
		return nil, extends.Errorf("%.80q is an address: a policy extends a profile or a file, so that it means the same everywhere", ref)
	case !strings.ContainsAny(file, "./\\"):
		return nil, extends.Errorf("%w", checkProfile(ref))
	case path.IsAbs(file) || filepath.IsAbs(file):
		return nil, extends.Errorf("%.80q is absolute: give a path from the file that extends it", file)
	case r.Open == nil:
		return nil, extends.Errorf("extends a file, and files are not read here: pack the policy into one file")
	}
	full := path.Join(path.Dir(filepath.ToSlash(name)), file)
	if slices.Contains(below, full) || len(below) >= maxLayers {
		return nil, extends.Errorf("%s extends itself, or more than %d documents extend one another", full, maxLayers)
	}
	data, err := r.Open(full)
	if err != nil {
		return nil, extends.Errorf("%w", err)
	}
	if pinned {
		want, err := evidence.ParseDigest(pin)
		if err != nil {
			return nil, extends.Errorf("after @: %w", err)
		}
		if got := evidence.Sum(data); got != want {
			return nil, extends.Errorf("%s has the digest %s", full, got)
		}
	}
	n, err := strictyaml.Parse(full, data)
	if err != nil {
		return nil, err
	}
	p, err := r.read(full, n, append(below, full))
	if err != nil {
		return nil, err
	}
	p.extended = true
	return p, nil
}

// Origin is where a policy gives a value.
type Origin struct {
	// File is the document's name, Line the line in it, from 1. Both are zero
	// for what a profile or a default gives.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// String writes it for people: "policy.yaml:7".
func (o Origin) String() string {
	if o.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", either(o.File, "policy"), o.Line)
}

func origin(name string, at strictyaml.Pos) Origin { return Origin{name, at.Line} }
