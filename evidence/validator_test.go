package evidence

import (
	"testing"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// FuzzQuick checks records of every kind with and without saying where: both
// find something wrong, or neither does.
func FuzzQuick(f *testing.F) {
	for i, s := range []string{
		`{}`, `{"id":"a","at":"2026-11-20T09:00:00Z","decision":"approved","refs":[{}]}`,
		`{"version":"1","artifacts":[{"name":"a","digest":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"size":-1}]}`,
		`{"id":"a","scope":{"repository":"https://example.com/a","commits":["x"]},"steps":[""],"at":{"from":"2026-11-20T09:00:00Z"}}`,
	} {
		f.Add([]byte(s), uint8(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		check := func(v any, validate func(*validator)) {
			if strictjson.Unmarshal(data, v) != nil {
				return
			}
			quick, slow := validator{quick: true}, validator{}
			validate(&quick)
			validate(&slow)
			if (quick.err == nil) != (slow.err == nil) {
				t.Errorf("%T %s: %v, but quick: %v", v, data, slow.err, quick.err)
			}
		}
		record, approval, links := new(Record), new(Approval), new(Links)
		check(record, record.validate)
		check(approval, approval.validate)
		check(links, links.validate)
		p := kinds()[int(kind)%len(kinds())].New()
		if _, approval := p.(*Approval); !approval {
			check(p, func(v *validator) { validateFacts(v, p); p.Head().validateLinks(v) })
		}
	})
}
