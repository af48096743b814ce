package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
)

// comments are the doc comments of package evidence: of "Type" and of
// "Type.Field".
type comments map[string]string

func readComments(dir string) (comments, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	c := comments{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range f.Decls {
			if g, ok := decl.(*ast.GenDecl); ok {
				c.types(g)
			}
		}
	}
	return c, nil
}

func (c comments) types(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		c[t.Name.Name] = text(g.Doc)
		s, ok := t.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range s.Fields.List {
			for _, name := range field.Names {
				c[t.Name.Name+"."+name.Name] = text(field.Doc, field.Comment)
			}
		}
	}
}

// text is the first comment that is there, on one line and without the
// brackets of Go's links.
func text(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if s := strings.Join(strings.Fields(g.Text()), " "); s != "" {
			return strings.NewReplacer("[", "", "]", "").Replace(s)
		}
	}
	return ""
}

func (c comments) lookup(t reflect.Type, field string) string {
	if field == "" {
		return c[t.Name()]
	}
	return c[t.Name()+"."+field]
}
