package policy

import (
	"path"

	"github.com/release-dossier/dossier/verify"
)

// codeNotRead says that the record lists evidence that could not be read.
const codeNotRead = "not-read"

// read turns what rests on evidence that could not be read into unknown: what
// the record says of itself is never better than what it lacks. A failure stays
// one, unless it is that nothing was recorded.
func (r *rule) read(f *Facts, res Result) Result {
	switch {
	case res.Outcome == verify.Pass, res.Outcome == verify.Warn, res.Outcome == verify.NotApplicable:
	case res.Outcome == verify.Fail && res.Code == codeMissing:
	default:
		return res
	}
	for i, c := range f.Record.Collected {
		for k, u := range c.Unread {
			if !covers(u.Unknown, r.ID) {
				continue
			}
			out := unknown(codeNotRead, "%s did not give %s: %s", c.Source, u.What, u.Why).
				at(inRecord(f, "/collected/%d/unread/%d", i, k)).wants(res.Expected)
			out.Fix = verify.Fix{Before: "create the dossier again once " + c.Source + " answers", Now: "create the dossier of the next release with all systems answering"}
			if fix := u.Fix(); fix != "" {
				out.Fix.Before = c.Source + ": " + fix + "; then create the dossier again"
			}
			return out
		}
	}
	return res
}

// covers reports whether one of the patterns matches a control's id.
func covers(patterns []string, id string) bool {
	for _, p := range patterns {
		if ok, err := path.Match(p, id); ok || p == "*" || err != nil {
			return true // a pattern that cannot be read excludes nothing
		}
	}
	return false
}
