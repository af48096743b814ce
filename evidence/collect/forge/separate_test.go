package forge

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/release-dossier/dossier/internal/strictjson"
)

func TestCutOut(t *testing.T) {
	body := jsontext.Value(`{"title":"a ana@x.example b","user":{"login":"ana","email":"ana@x.example"},"list":["1+ana@users.noreply.github.com","z@y.example"],"n":1.50,"esc":"\u0061"}`)
	for part, want := range map[string]string{
		PartEmails: `{"title":"a [withheld] b","user":{"login":"ana","email":"[withheld]"},"list":["1+ana@users.noreply.github.com","[withheld]"],"n":1.50,"esc":"\u0061"}`,
		PartTexts:  `{"title":"[withheld]","user":{"login":"ana","email":"ana@x.example"},"list":["1+ana@users.noreply.github.com","z@y.example"],"n":1.50,"esc":"\u0061"}`,
	} {
		got, lines, err := cutOut(body, part)
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", part, got, err)
		}
		if lines[0].Pointer != "/title" || lines[0].Value != "a ana@x.example b" {
			t.Errorf("%s: %+v", part, lines)
		}
	}
}

// FuzzCutOut: what is left is JSON of the same shape, holds no address, and
// everything that is not in the list of what was cut is as it was.
func FuzzCutOut(f *testing.F) {
	for _, s := range []string{`{}`, `"a@b.c"`, `[1,"x",{"body":"a@b.c d@e.f","body ":null}]`, `{"a@b.c":"a@b.c"}`, `{"title":{"title":["a@b.example"]}}`, "{\"\\u0062ody\":\"x\"}"} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, emails bool) {
		body, err := compact(data)
		if err != nil {
			return
		}
		part := PartTexts
		if emails {
			part = PartEmails
		}
		left, cut, err := cutOut(body, part)
		if err != nil {
			t.Fatal(err)
		}
		if err := strictjson.Check(left); err != nil {
			t.Fatalf("%q is no JSON any more: %q, %v", body, left, err)
		}
		again, more, err := cutOut(left, part)
		if err != nil || (part == PartEmails && len(more) > 0) || !bytes.Equal(again, left) {
			t.Fatalf("%q: something was left in %q: %v", body, left, more)
		}
		if len(cut) == 0 && !bytes.Equal(left, body) {
			t.Fatalf("%q became %q and nothing is said to be cut", body, left)
		}
		for _, l := range cut {
			if l.Value == "" || l.Value == Gone {
				t.Fatalf("%q: cut %+v", body, l)
			}
		}
	})
}

var ticketForm = regexp.MustCompile(`PAY-[0-9]+`)

// FuzzMentions: tickets are short and safe to show, whatever the text.
func FuzzMentions(f *testing.F) {
	f.Add("PAY-1: x", "<!-- PAY-2 --> PAY-3 <!--PAY-4")
	f.Add("\x1b[31mPAY-9\u202e", strings.Repeat("PAY-7 ", 999))
	f.Fuzz(func(t *testing.T, title, body string) {
		list := mentions(ticketForm, &Change{Free: Text{Title: title, Body: body}})
		for _, m := range list {
			if len(m.ID) > 100 || printable(m.ID, 100) != m.ID || len(m.In) == 0 {
				t.Fatalf("%+v", m)
			}
		}
		if len(list) > maxMentions {
			t.Fatalf("%d mentions", len(list))
		}
	})
}
