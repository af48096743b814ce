package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// code FILE HEADING LANGUAGE OUT writes the code of a language that a document
// shows, in order, to OUT: all of it, or what is below a heading.
func codeIn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: code FILE HEADING LANGUAGE OUT")
	}
	data, err := os.ReadFile(filepath.Join(documents, args[0]))
	ts.Check(err)
	text := string(data)
	if args[1] != "" {
		_, below, ok := strings.Cut(text, "\n## "+args[1]+"\n")
		if !ok {
			ts.Fatalf("%s has no heading %q", args[0], args[1])
		}
		text, _, _ = strings.Cut(below, "\n## ")
	}
	var code strings.Builder
	for _, m := range regexp.MustCompile("(?s)\n```"+args[2]+"\n(.*?\n)```\n").FindAllStringSubmatch(text, -1) {
		code.WriteString(m[1])
	}
	if code.Len() == 0 {
		ts.Fatalf("%s shows no %s", args[0], args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(code.String()), 0o644))
}

// documents is the top of the repository. The directory of the process is that
// of the package until scripts change into their own.
var documents = func() string {
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		panic(err)
	}
	return dir
}()
