package http

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkExpansion wants a value to stay within its segment or to be refused.
func checkExpansion(t interface{ Fatalf(string, ...any) }, value string) {
	tmpl, err := parseTemplate("/a/{v}/b")
	if err != nil {
		t.Fatalf("%v", err)
	}
	path, err := tmpl.path(map[string]string{"v": value})
	if err != nil {
		return
	}
	u, err := url.Parse("https://host.example/base" + path + "?q=1")
	if err != nil || u.Host != "host.example" || u.RawQuery != "q=1" || u.Fragment != "" {
		t.Fatalf("%q leads to %v, %v", value, u, err)
	}
	segments := strings.Split(u.EscapedPath(), "/")
	if len(segments) != 5 || segments[1] != "base" || segments[2] != "a" || segments[4] != "b" {
		t.Fatalf("%q leaves its segment: %q", value, segments)
	}
	if got, err := url.PathUnescape(segments[3]); err != nil || got != value {
		t.Fatalf("%q arrives as %q, %v", value, got, err)
	}
	if clean := u.JoinPath().EscapedPath(); value != "" && clean != u.EscapedPath() {
		t.Fatalf("%q changes when the path is cleaned: %s, %s", value, u.EscapedPath(), clean)
	}
}

func TestTemplate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkExpansion(t, rapid.String().Draw(t, "value"))
	})
	for _, value := range []string{"..", ".", "...", "a/../b", `..\x`, "%2e%2e", "%2F", "a?b#c", "a;b", "@", "\x00", "\xff", "é"} {
		checkExpansion(t, value)
	}
}

func TestTemplateRefuses(t *testing.T) {
	for _, text := range []string{"/..", "/a/../b", "/..;/b", "/.;x=1/b"} {
		up, err := parseTemplate(text)
		if err != nil {
			t.Fatal(err)
		}
		if up.checkPath() == nil {
			t.Errorf("%s: accepted", text)
		}
	}
	tmpl, err := parseTemplate("/a/{v}/.{w}")
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range []map[string]string{
		{"v": "..", "w": "x"}, {"v": ".", "w": "x"}, {"v": "a/b", "w": "x"}, {"v": `a\b`, "w": "x"}, {"v": "x", "w": "."},
	} {
		if path, err := tmpl.path(values); err == nil {
			t.Errorf("%v: accepted as %s", values, path)
		}
	}
}

// TestQuery wants one value to stay one parameter.
func TestQuery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		tmpl, err := parseTemplate("number={v}")
		if err != nil {
			t.Fatal(err)
		}
		text := "a=" + percentEncode(tmpl.expand(map[string]string{"v": value}, same)) + "&b=2"
		q, err := url.ParseQuery(text)
		if err != nil || len(q) != 2 || q.Get("a") != "number="+value || q.Get("b") != "2" {
			t.Fatalf("%q becomes %v, %v", value, q, err)
		}
	})
}

func FuzzTemplate(f *testing.F) {
	f.Add("/rest/{ticket}", "PAY-1")
	f.Add("/{v}/..", "..")
	f.Add("/a{", "}")
	f.Fuzz(func(t *testing.T, text, value string) {
		checkExpansion(t, value)
		tmpl, err := parseTemplate(text)
		if err != nil || tmpl.checkPath() != nil {
			return
		}
		values := map[string]string{}
		for _, name := range tmpl.variables() {
			values[name] = value
		}
		path, err := tmpl.path(values)
		if err != nil {
			return
		}
		u, err := url.Parse("https://host.example" + path)
		if err != nil || u.Host != "host.example" || u.RawQuery != "" || u.Fragment != "" ||
			strings.Count(path, "/") != strings.Count(text, "/") {
			t.Errorf("%q with %q leads to %q, %v", text, value, path, err)
		}
	})
}
