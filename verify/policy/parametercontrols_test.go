package policy

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestParameterControls compares the table of which controls take which
// parameter with the code: what a control's check reads of Params, itself or in
// the functions that it calls.
func TestParameterControls(t *testing.T) {
	uses, calls, checks := readPackage(t)
	var out bytes.Buffer
	out.WriteString("package policy\n\nimport \"sync\"\n\n// parameterControls are the controls that take each parameter. The test of this\n// package writes it from the code.\nvar parameterControls = sync.OnceValue(func() map[string][]string {\n\treturn map[string][]string{\n")
	for _, x := range Parameters() {
		field := fieldOf(x)
		var ids []string
		for id, check := range checks {
			if reaches(check, field, uses, calls, map[string]bool{}) {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		// What nearly every control shares says nothing about one.
		if len(ids) > 0 {
			fmt.Fprintf(&out, "\t\t%q: %#v,\n", x.Name, ids)
		}
	}
	out.WriteString("\t}\n})\n")
	want, err := format.Source(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	const file = "parametertable.go"
	if flag.Lookup("update").Value.String() == "true" { // the flag is that of the control cases
		if err := os.WriteFile(file, want, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the code says: run go generate ./verify/policy (%v)", file, err)
	}
}

// fieldOf finds the field of Params that a parameter sets, by setting nothing
// else.
func fieldOf(x Parameter) string {
	var p Params
	x.reset(&p)
	before := reflect.ValueOf(&p).Elem()
	var name string
	var walk func(reflect.Value, reflect.Value)
	walk = func(a, zero reflect.Value) {
		for f, v := range a.Fields() {
			if f.Anonymous {
				walk(v, zero.FieldByIndex(f.Index))
			} else if ptr := x.pointer(&p); ptr == v.Addr().Interface() {
				name = f.Name
			}
		}
	}
	walk(before, reflect.ValueOf(Params{}))
	return name
}

// readPackage returns, by function, the fields of Params that it reads and the
// names that it calls, and the check of every control.
func readPackage(t *testing.T) (uses, calls map[string]map[string]bool, checks map[string]string) {
	uses, calls, checks = map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]string{}
	files, _ := filepath.Glob("*.go")
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if d.Recv != nil {
					name = "." + name
				}
				if uses[name] == nil {
					uses[name], calls[name] = map[string]bool{}, map[string]bool{}
				}
				readNames(d, uses[name], calls[name])
			case *ast.GenDecl:
				readControls(d, uses, calls, checks)
			}
		}
	}
	return uses, calls, checks
}

// readNames gathers the fields of Params that a piece of code reads, and the
// functions and methods that it calls or hands on. A function is named "f", a
// method ".m".
func readNames(n ast.Node, uses, calls map[string]bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.SelectorExpr:
			if inner, ok := x.X.(*ast.SelectorExpr); ok && inner.Sel.Name == "Params" {
				uses[x.Sel.Name] = true
			}
		case *ast.CallExpr:
			if method, ok := x.Fun.(*ast.SelectorExpr); ok {
				calls["."+method.Sel.Name] = true
			}
			for _, arg := range append([]ast.Expr{x.Fun}, x.Args...) {
				switch v := arg.(type) {
				case *ast.Ident:
					calls[v.Name] = true
				case *ast.IndexExpr: // of a generic function
					if name, ok := v.X.(*ast.Ident); ok {
						calls[name.Name] = true
					}
				case *ast.SelectorExpr:
					calls["."+v.Sel.Name] = true
				}
			}
		case *ast.KeyValueExpr:
			if name, ok := x.Value.(*ast.Ident); ok {
				calls[name.Name] = true
			}
		}
		return true
	})
}

// readControls finds the controls in a table, and names a check that is an
// expression by its control.
func readControls(d *ast.GenDecl, uses, calls map[string]map[string]bool, checks map[string]string) {
	ast.Inspect(d, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		var id string
		var check ast.Expr
		for _, e := range lit.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			switch key, _ := kv.Key.(*ast.Ident); {
			case key == nil:
			case key.Name == "ID":
				if v, ok := kv.Value.(*ast.BasicLit); ok {
					id = strings.Trim(v.Value, `"`)
				}
			case key.Name == "Check":
				check = kv.Value
			}
		}
		if id != "" && check != nil {
			checks[id] = "check of " + id
			uses[checks[id]], calls[checks[id]] = map[string]bool{}, map[string]bool{}
			readNames(check, uses[checks[id]], calls[checks[id]])
			if name, ok := check.(*ast.Ident); ok {
				calls[checks[id]][name.Name] = true
			}
		}
		return true
	})
}

func reaches(function, field string, uses, calls map[string]map[string]bool, seen map[string]bool) bool {
	if seen[function] {
		return false
	}
	seen[function] = true
	if uses[function][field] {
		return true
	}
	for callee := range calls[function] {
		if _, ours := uses[callee]; ours && reaches(callee, field, uses, calls, seen) {
			return true
		}
	}
	return false
}
