package policy

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// TestUnread makes unknown what rests on a system that did not answer, and
// leaves what is wrong anyway.
func TestUnread(t *testing.T) {
	p, err := Profile(Minimal)
	if err != nil {
		t.Fatal(err)
	}
	outcome := func(f *verify.Facts, id string) (verify.Outcome, string) {
		checks, _ := p.Judge(f)
		for _, c := range checks {
			if c.ID == id {
				return c.Outcome, c.Code
			}
		}
		t.Fatalf("%s was not asked", id)
		return "", ""
	}
	unread := func(f *verify.Facts, patterns ...string) {
		f.Record.Collected = []evidence.Collected{{Source: "ci"}, {Source: "forge", Unread: []evidence.Unread{
			{What: "GET /rulesets", Why: "403", Needs: "administration: read", Unknown: patterns},
		}}}
	}
	tests := []struct {
		name   string
		change func(*verify.Facts)
		id     string
		want   verify.Outcome
		code   string
	}{
		{"all was read", func(*verify.Facts) {}, "tag/annotated", verify.Pass, ""},
		{"nothing of it", func(f *verify.Facts) { unread(f, "sod/*") }, "tag/annotated", verify.Pass, ""},
		{"by pattern", func(f *verify.Facts) { unread(f, "sod/*", "tag/*") }, "tag/annotated", verify.Unknown, "not-read"},
		{"by name", func(f *verify.Facts) { unread(f, "tag/annotated") }, "tag/annotated", verify.Unknown, "not-read"},
		{"everything", func(f *verify.Facts) { unread(f, "*") }, "tag/annotated", verify.Unknown, "not-read"},
		{"a broken pattern", func(f *verify.Facts) { unread(f, "[") }, "tag/annotated", verify.Unknown, "not-read"},
		{"missing", func(f *verify.Facts) { unread(f, "tag/*"); f.Record.Tag.Object = "" }, "tag/present", verify.Unknown, "not-read"},
		{"wrong anyway", func(f *verify.Facts) { unread(f, "tag/*"); f.Record.Tag.Name = "v1.3.03" }, "tag/format", verify.Fail, "tag-name-form"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := baseFacts(t)
			tt.change(f)
			if got, code := outcome(f, tt.id); got != tt.want || code != tt.code {
				t.Errorf("got %s (%s), want %s (%s)", got, code, tt.want, tt.code)
			}
		})
	}
}
