package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/release-dossier/dossier/verify"
)

const hostile = "\x1b[31mX\u202e\r\n\x00\u009b2J\u2066\u200b\xff\u0301\u0301\u0301\u0301\u0301\u2028\U000e0041FAILED"

// poison puts text into every string below v, behind what is there if keep.
func poison(v reflect.Value, text string, keep bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() && v.CanSet() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		poison(v.Elem(), text, keep)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type().Field(i).Type.PkgPath() != "time" {
				poison(v.Field(i), text, keep)
			}
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		}
		for i := range v.Len() {
			poison(v.Index(i), text, keep)
		}
	case reflect.String:
		if keep {
			text = v.String() + text
		}
		v.SetString(text)
	}
}

// poisoned are reports with hostile text in every field, in all shapes of page.
func poisoned(text string) []*verify.Report {
	var list []*verify.Report
	for _, keep := range []bool{true, false} {
		for _, r := range situations() {
			verdict, outcomes := r.Verdict, map[int]verify.Check{}
			for i, c := range r.Checks {
				outcomes[i] = c
			}
			poison(reflect.ValueOf(r), text, keep)
			r.Verdict = verdict
			list = append(list, r)
			real := *r // the same with outcomes and layers that have a meaning
			real.Checks = append([]verify.Check(nil), r.Checks...)
			for i, c := range outcomes {
				real.Checks[i].Outcome, real.Checks[i].Layer, real.Checks[i].Level = c.Outcome, c.Layer, c.Level
			}
			list = append(list, &real)
		}
	}
	return list
}

// terminalSafe reports the first rune that a terminal might obey or hide.
func terminalSafe(t *testing.T, where, got string) {
	t.Helper()
	if !utf8.ValidString(got) {
		t.Errorf("%s: not UTF-8", where)
	}
	for i, r := range got {
		if r != '\n' && hidden(r, utf8.RuneLen(r)) {
			t.Errorf("%s: %U is printed: %q", where, r, got[max(0, i-40):i+4])
			return
		}
	}
}

func TestHostileText(t *testing.T) {
	for i, r := range poisoned(hostile) {
		for _, all := range []bool{false, true} {
			got := text(t, r, Options{All: all})
			terminalSafe(t, fmt.Sprintf("report %d, all %v", i, all), got)
		}
		var b bytes.Buffer
		if err := Summary(&b, []Result{{Report: r}, {Target: r.Target, Err: errors.New(r.Target)}}, Options{}); err != nil {
			t.Fatal(err)
		}
		terminalSafe(t, "summary", b.String())
	}
}

func TestHostileLong(t *testing.T) {
	for _, r := range poisoned(strings.Repeat("long \u202e", 1000)) {
		page, _, _ := strings.Cut(text(t, r, Options{}), "Repeat:") // a command is never broken within a word
		for line := range strings.SplitSeq(page, "\n") {
			if !strings.Contains(line, "--release") && !strings.Contains(line, "dossier ") && columns(line) > 90 {
				t.Fatalf("%d columns: %.200s", columns(line), line)
			}
		}
	}
}

// TestNoForgedLine: a line break in evidence cannot begin a line of its own.
func TestNoForgedLine(t *testing.T) {
	r := untrusted()
	r.Release.Version = "1\nACCEPTED   payments 1 meets sox"
	r.Chain[0].Text = "v1\r\nACCEPTED" + strings.Repeat(" ", 74) + "ACCEPTED"
	for line := range strings.SplitSeq(text(t, r, Options{}), "\n") {
		if strings.HasPrefix(line, "ACCEPTED") {
			t.Errorf("forged: %q", line)
		}
	}
}

func TestHostileJSON(t *testing.T) {
	for i, r := range poisoned(hostile) {
		got := jsonText(t, r)
		terminalSafe(t, fmt.Sprintf("report %d", i), got)
		if !json.Valid([]byte(got)) {
			t.Fatalf("report %d: not JSON", i)
		}
		var back struct{ Target string }
		if err := json.Unmarshal([]byte(got), &back); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(r.Target, "\ufffd"); back.Target != want {
			t.Errorf("report %d: target is %q, want %q", i, back.Target, want)
		}
	}
}
