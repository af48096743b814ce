package verify_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify"
)

// explained checks that checks of the file, as they came out, are of a known kind,
// with one of its codes. Proofs that a plug-in verifies have codes of its own.
func explained(t testing.TB, checks []verify.Check) {
	t.Helper()
	for _, c := range checks {
		if c.Layer == verify.Controls && !strings.HasPrefix(c.ID, "policy/") {
			continue
		}
		k, ok := verify.LookupCheckKind(c.ID)
		if !ok && strings.HasPrefix(c.ID, "signatures/") && !strings.Contains(c.ID[len("signatures/"):], "/") { // of a kind not known here
			k, ok = verify.LookupCheckKind("signatures/unknown")
		}
		plugin := c.Layer == verify.Signatures || strings.HasPrefix(c.ID, "linkage/")
		_, known := verify.LookupCode(c.Code)
		switch {
		case !ok:
			t.Errorf("%s (%s) is of no kind", c.ID, c.Title)
		case k.Layer != c.Layer:
			t.Errorf("%s is of the layer %s, its kind of %s", c.ID, c.Layer, k.Layer)
		case c.Code != "" && !slices.Contains(k.Codes, c.Code) && (known || !plugin):
			t.Errorf("%s has the code %s, which is none of its kind", c.ID, c.Code)
		}
	}
}

// emitted are the literals that a package's source puts where a code or the ID of a
// check belongs.
type emitted struct {
	codes, ids map[string]bool
	constants  map[string]string
}

// codeArgument says which argument of a call is a code, by the name of what is
// called.
var codeArgument = map[string]int{
	"fails": 0, "refuse": 0, "contradicts": 0, "deny": 0, "check": 1, "digest": 1, "expected": 1, "worse": 1, "notCounted": 1, "notJudged": 1,
}

var codeForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

var checkID = regexp.MustCompile(`^(integrity|signatures|order|linkage|policy|vsa)/[a-z-]+$`)

func readEmitted(t *testing.T, files ...string) *emitted {
	e := &emitted{map[string]bool{}, map[string]bool{}, map[string]string{}}
	var parsed []*ast.File
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
		ast.Inspect(f, e.constant)
	}
	for _, f := range parsed {
		ast.Inspect(f, e.node)
	}
	return e
}

func (e *emitted) constant(n ast.Node) bool {
	if s, ok := n.(*ast.ValueSpec); ok {
		for i, v := range s.Values {
			if text, ok := literal(v); ok && i < len(s.Names) {
				e.constants[s.Names[i].Name] = text
			}
		}
	}
	return true
}

func literal(x ast.Expr) (string, bool) {
	l, ok := x.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

// code takes an expression for a code: a literal, or a constant.
func (e *emitted) code(x ast.Expr) {
	text, ok := literal(x)
	switch x := x.(type) {
	case *ast.Ident:
		text, ok = e.constants[x.Name], true
	case *ast.SelectorExpr:
		text, ok = e.constants[x.Sel.Name], true
	}
	if ok && codeForm.MatchString(text) {
		e.codes[text] = true
	}
}

func name(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}

func isCode(x ast.Expr) bool { return slices.Contains([]string{"Code", "code", "Why"}, name(x)) }

func (e *emitted) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BasicLit:
		if text, ok := literal(n); ok && checkID.MatchString(text) {
			e.ids[text] = true
		}
	case *ast.KeyValueExpr:
		if isCode(n.Key) {
			e.code(n.Value)
		}
	case *ast.AssignStmt:
		for i, l := range n.Lhs {
			if isCode(l) && len(n.Rhs) == len(n.Lhs) {
				e.code(n.Rhs[i])
			}
		}
	case *ast.CallExpr:
		if i, ok := codeArgument[name(n.Fun)]; ok && i < len(n.Args) {
			e.code(n.Args[i])
		}
		if text, ok := literal(slices.Concat(n.Args, []ast.Expr{ast.NewIdent("")})[0]); ok && name(n.Fun) == "link" {
			e.ids["linkage/"+text] = true
		}
		if text, ok := literal(slices.Concat(n.Args, []ast.Expr{ast.NewIdent("")})[0]); ok && name(n.Fun) == "check" {
			e.ids["vsa/"+text] = true
		}
	}
	return true
}

// TestEveryCodeIsExplained walks what the source can emit: each ID of a check is of
// a kind, and each code has a meaning. What is explained is emitted.
func TestEveryCodeIsExplained(t *testing.T) {
	var files []string
	for _, pattern := range []string{"*.go", "trust/allow.go", "oidc/oidc.go", "policy/judge.go", "policy/own.go", "report/format.go", "../evidence/bundle/limits.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err)
		}
		files = append(files, slices.DeleteFunc(found, func(f string) bool {
			return strings.HasSuffix(f, "_test.go") || f == "codes.go" || f == "checks.go"
		})...)
	}
	e := readEmitted(t, files...)
	if len(e.codes) < 90 || len(e.ids) < 40 {
		t.Fatalf("%d codes and %d ids: the source has another form", len(e.codes), len(e.ids))
	}
	listed := []string{"attestation-type-not-known"} // says why nothing is told of it, in no check
	for _, code := range slices.Sorted(maps.Keys(e.codes)) {
		if _, ok := verify.LookupCode(code); !ok && !slices.Contains(listed, code) {
			t.Errorf("the code %s has no meaning", code)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.ids)) {
		if _, ok := verify.LookupCheckKind(id); !ok {
			t.Errorf("the check %s is of no kind", id)
		}
	}
	texts := ""
	for _, f := range append(files, "policy/result.go", "policy/unread.go", "checks.go") {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts += string(data)
	}
	seen := map[string]bool{}
	for _, m := range verify.Codes() {
		if m.Meaning == "" || m.Fix == "" || seen[m.Code] {
			t.Errorf("%s: meaning %q, fix %q, or twice", m.Code, m.Meaning, m.Fix)
		}
		seen[m.Code] = true
		if !strings.Contains(texts, strconv.Quote(m.Code)) {
			t.Errorf("the code %s is explained and never emitted", m.Code)
		}
	}
	for _, k := range verify.CheckKinds() {
		if k.Asks == "" || len(k.Codes) == 0 {
			t.Errorf("%s: asks %q, %d codes", k.ID, k.Asks, len(k.Codes))
		}
		for _, code := range k.Codes {
			if !seen[code] {
				t.Errorf("%s: the code %s has no meaning", k.ID, code)
			}
		}
	}
}

// TestFormatHasTheMeanings compares the table of docs/format.md with the codes.
func TestFormatHasTheMeanings(t *testing.T) {
	doc, err := os.ReadFile("../docs/format.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(doc), "| code | layer |")
	table, _, _ = strings.Cut(table, "\n\n")
	var rows [][]string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|.*\\| ([^|]+) \\|$").FindAllStringSubmatch(table, -1) {
		rows = append(rows, []string{m[1], strings.ReplaceAll(m[2], "`", "")})
	}
	i := 0
	for _, m := range verify.Codes() {
		if strings.HasPrefix(m.Code, "vsa-") {
			continue
		}
		if i == len(rows) || rows[i][0] != m.Code || rows[i][1] != m.Meaning {
			t.Fatalf("row %d of docs/format.md: %q, want %s: %s", i, rows[min(i, len(rows)-1)], m.Code, m.Meaning)
		}
		i++
	}
	if i != len(rows) {
		t.Errorf("docs/format.md explains %s, and the code does not", rows[i][0])
	}
}
