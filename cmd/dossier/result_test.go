package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/internal/result"
)

// result COMMAND MEMBER... checks that the last command wrote to standard output one
// result of that name, by its schema, with these members and no others.
func resultIs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: result COMMAND MEMBER...")
	}
	text := ts.ReadFile("stdout")
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text)) // which allows nothing after it
	if err != nil {
		ts.Fatalf("standard output is not one JSON value: %v", err)
	}
	schema, err := resultSchema()
	ts.Check(err)
	ts.Check(schema.Validate(v))
	var r map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(text), &r))
	if got := string(r["command"]); got != `"`+args[0]+`"` {
		ts.Fatalf("the command is %s, want %q", got, args[0])
	}
	var got []string
	for name := range r {
		if name != "format" && name != "command" {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(args[1:]))
	if !slices.Equal(got, want) {
		ts.Fatalf("members %v, want %v", got, want)
	}
}

// same MEMBER A B checks that a member of two JSON objects is there and the same.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: same MEMBER A B")
	}
	var values [2]any
	for i, file := range args[1:] {
		var o map[string]any
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &o))
		if values[i] = o[args[0]]; values[i] == nil {
			ts.Fatalf("%s has no %s", file, args[0])
		}
	}
	if !reflect.DeepEqual(values[0], values[1]) {
		ts.Fatalf("%s is %v in %s and %v in %s", args[0], values[0], args[1], values[1], args[2])
	}
}

// resultSchema is the published schema.
var resultSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	return c.Compile(filepath.Join(documents, "docs", "result", "v1.schema.json"))
})

// TestEveryCommandTellsPrograms: what a command did or found is for programs too.
func TestEveryCommandTellsPrograms(t *testing.T) {
	without := map[string]string{
		"completion":   "the script is for a shell",
		"help":         "it is for people",
		"trust people": "it prints a part of a trust document",
		"show":         "it prints an exhibit, or saves its bytes",
	}
	seen := map[string]bool{}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		name := strings.TrimPrefix(cmd.CommandPath(), "dossier ")
		group := len(cmd.Commands()) > 0 && name != "sbom" // it prints its help
		first, _, _ := strings.Cut(name, " ")
		key := name
		if first == "completion" {
			key = first
		}
		_, excepted := without[key]
		seen[key] = true
		if has := cmd.Flags().Lookup("json") != nil; !group && has == excepted {
			t.Errorf("%s: has --json: %v, excepted: %v", name, has, excepted)
		}
	}
	// The names of the groups make the kinds in them.
	walk((&Cmd{Args: []string{"--help", "add", "attest", "new"}}).root())
	for name := range without {
		if !seen[name] {
			t.Errorf("there is no command %s", name)
		}
	}
	if !seen["add incident"] || !seen["attest freeze"] || !seen["new exception"] {
		t.Error("the kinds of records were not looked at")
	}
}

// TestJSONIsSafe: no terminal acts upon what is printed, and programs read the same.
func TestJSONIsSafe(t *testing.T) {
	const hostile = "\x1b[2J\x7f\u009b\u202e\u200b\U000e0041<é>"
	var out bytes.Buffer
	c := &Cmd{Stdout: &out, command: "init"}
	if err := c.printResult(result.Result{Notes: []string{hostile}}); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.String() {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%q is printed", r)
		}
	}
	var r result.Result
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.Notes[0] != hostile || r.Format != result.Format {
		t.Errorf("%+v, %v", r, err)
	}
}
