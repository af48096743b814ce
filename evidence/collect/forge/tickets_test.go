package forge

import (
	"regexp"
	"strings"
	"testing"
)

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
