package cut_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/collect/internal/cut"
	"github.com/release-dossier/dossier/internal/strictjson"
)

func texts(member, text string) string {
	if text != "" && (member == "title" || member == "body") {
		return cut.Gone
	}
	return text
}

func emails(_, text string) string { return cut.Emails(text) }

func TestOut(t *testing.T) {
	const body = `{"title":"a ana@x.example b","user":{"login":"ana","email":"ana@x.example"},"list":["1+ana@users.noreply.github.com","z@y.example"],"n":1.50,"esc":"\u0061"}`
	for _, tt := range []struct {
		name string
		left func(member, text string) string
		want string
	}{
		{"emails", emails, `{"title":"a [withheld] b","user":{"login":"ana","email":"[withheld]"},"list":["1+ana@users.noreply.github.com","[withheld]"],"n":1.50,"esc":"\u0061"}`},
		{"texts", texts, `{"title":"[withheld]","user":{"login":"ana","email":"ana@x.example"},"list":["1+ana@users.noreply.github.com","z@y.example"],"n":1.50,"esc":"\u0061"}`},
	} {
		got, pieces, err := cut.Out([]byte(body), tt.left)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %s, %v", tt.name, got, err)
		}
		if pieces[0] != (cut.Piece{Pointer: "/title", Value: "a ana@x.example b"}) {
			t.Errorf("%s: %+v", tt.name, pieces)
		}
	}
}

func TestOutOfLists(t *testing.T) {
	got, pieces, err := cut.Out([]byte(`{"body":[["x"],{"0":"y"}],"title":""}`), texts)
	if err != nil || string(got) != `{"body":[["[withheld]"],{"0":"[withheld]"}],"title":""}` || len(pieces) != 2 || pieces[1].Pointer != "/body/1/0" {
		t.Errorf("%s, %+v, %v", got, pieces, err)
	}
}

// FuzzOut: what is left is JSON, cutting again finds nothing, and without
// pieces nothing has changed.
func FuzzOut(f *testing.F) {
	for _, s := range []string{`{}`, `"a@b.c"`, `[1,"x",{"body":"a@b.c d@e.f","body ":null}]`, `{"a@b.c":"a@b.c"}`, `{"title":{"title":["a@b.example"]}}`, "{\"\\u0062ody\":\"x\"}"} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, byContent bool) {
		if strictjson.Check(body) != nil {
			return
		}
		left := texts
		if byContent {
			left = emails
		}
		out, pieces, err := cut.Out(body, left)
		if err != nil {
			t.Fatal(err)
		}
		if err := strictjson.Check(out); err != nil {
			t.Fatalf("%q is no JSON any more: %q, %v", body, out, err)
		}
		if again, more, err := cut.Out(out, left); err != nil || len(more) > 0 || !bytes.Equal(again, out) {
			t.Fatalf("%q: something was left in %q: %v", body, out, more)
		}
		if len(pieces) == 0 && !bytes.Equal(out, body) {
			t.Fatalf("%q became %q and nothing is said to be cut", body, out)
		}
		for _, p := range pieces {
			if p.Value == "" || p.Value == cut.Gone || byContent && !strings.Contains(p.Value, "@") {
				t.Fatalf("%q: cut %+v", body, p)
			}
		}
	})
}
