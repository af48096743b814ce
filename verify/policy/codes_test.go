package policy_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

// source is what the source of this package says of codes: those that each function
// names, and what it calls.
type source struct {
	constants map[string]string
	functions map[string][]*ast.FuncDecl // by name, of whatever type
	checks    map[string]ast.Expr        // of controls by id
}

var codeForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)*-?$`)

func readSource(t *testing.T) *source {
	s := &source{map[string]string{}, map[string][]*ast.FuncDecl{}, map[string]ast.Expr{}}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, s.declared)
	}
	return s
}

func (s *source) declared(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		s.functions[n.Name.Name] = append(s.functions[n.Name.Name], n)
	case *ast.ValueSpec:
		for i, v := range n.Values {
			if l, ok := v.(*ast.BasicLit); ok && l.Kind == token.STRING {
				s.constants[n.Names[i].Name], _ = strconv.Unquote(l.Value)
			}
		}
	case *ast.CompositeLit:
		id, check := "", ast.Expr(nil)
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				switch key, _ := kv.Key.(*ast.Ident); {
				case key == nil:
				case key.Name == "ID":
					id = s.text(kv.Value)
				case key.Name == "Check":
					check = kv.Value
				}
			}
		}
		if _, ok := policy.Lookup(id); ok && check != nil {
			s.checks[id] = check
		}
	}
	return true
}

// text is the value of a literal, of a constant, or of what a sum begins with.
func (s *source) text(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(x.Value)
		return text
	case *ast.Ident:
		return s.constants[x.Name]
	case *ast.BinaryExpr:
		return s.text(x.X)
	}
	return ""
}

// names returns the codes that a node names, and which functions it uses.
func (s *source) names(n ast.Node) (codes, uses map[string]bool) {
	codes, uses = map[string]bool{}, map[string]bool{}
	add := func(x ast.Expr) {
		if text := s.text(x); codeForm.MatchString(text) {
			codes[text] = true
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			uses[n.Name] = true
		case *ast.CallExpr:
			f, _ := n.Fun.(*ast.Ident)
			switch {
			case f == nil || len(n.Args) == 0:
			case f.Name == "fail" || f.Name == "unknown":
				add(n.Args[0])
			case f.Name == "warn" && len(n.Args) > 1:
				add(n.Args[1])
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
				add(n.Value)
			}
		}
		return true
	})
	return codes, uses
}

// reached returns all codes that a check can come to by the functions it uses.
func (s *source) reached(check ast.Expr) map[string]bool {
	all, seen := map[string]bool{}, map[string]bool{}
	open := []ast.Node{check}
	for len(open) > 0 {
		codes, uses := s.names(open[0])
		open = open[1:]
		maps.Copy(all, codes)
		for name := range uses {
			if !seen[name] {
				seen[name] = true
				for _, f := range s.functions[name] {
					open = append(open, f.Body)
				}
			}
		}
	}
	return all
}

// TestCodes compares codes.json, by which "explain" tells whose code one is: the
// cases say it; of what no case comes to, the source does. Every code that the
// source names is a control's or has a meaning of its own.
func TestCodes(t *testing.T) {
	suite, err := suite()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]bool{}
	add := func(code, control string) {
		if found[code] == nil {
			found[code] = map[string]bool{}
		}
		found[code][control] = true
	}
	for _, c := range suite.Cases {
		if c.Code != "" {
			add(c.Code, c.Control)
		}
	}
	s := readSource(t)
	inCases := maps.Clone(found)
	for id, check := range s.checks {
		for code := range s.reached(check) {
			if _, ok := inCases[code]; !ok {
				add(code, id)
			}
		}
	}
	list := map[string][]string{}
	for code, ids := range found {
		const few = 20
		if _, ok := verify.LookupCode(code); !ok || len(ids) <= few { // else it is everybody's
			list[code] = slices.Sorted(maps.Keys(ids))
		}
	}
	data, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "codes.json", append(data, '\n'))
	named := map[string]bool{}
	for _, all := range s.functions {
		for _, f := range all {
			codes, _ := s.names(f)
			maps.Copy(named, codes)
		}
	}
	if len(named) < 250 {
		t.Fatalf("%d codes: the source has another form", len(named))
	}
	for _, code := range slices.Sorted(maps.Keys(named)) {
		if _, ok := verify.LookupCode(code); !ok && found[code] == nil {
			t.Errorf("the code %s is nobody's and has no meaning", code)
		}
	}
}

func TestWithCode(t *testing.T) {
	for code, want := range map[string]string{"lightweight-tag": "tag/annotated", "rule-false": "", "no-code": "", "": ""} {
		if got := strings.Join(policy.WithCode(code), " "); got != want {
			t.Errorf("%q is of %q, want %q", code, got, want)
		}
	}
	if len(policy.WithCode("check-timed-out")) == 0 {
		t.Error("a code that what was recorded completes is nobody's")
	}
}
