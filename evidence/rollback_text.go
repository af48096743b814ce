package evidence

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

var (
	sha256Text  = lazyregexp.New(`\bsha256:[0-9a-f]{64}\b`)
	versionText = lazyregexp.New(`^v?[0-9]+(\.[0-9A-Za-z+-]+)*$`)
	rollbacks   = []string{"flag", "config", "redeploy", "hotfix-forward", "none"}
)

// ParseRollbackPlan reads what people write in one line: "METHOD VERSION
// (sha256:...)", that is how to go back, to which version, and the digests of its
// artifacts, or "none" and why. The whole text is kept as the step to take. ok is
// false if it does not begin with a method: then the text is all that is known.
func ParseRollbackPlan(text string) (p *RollbackPlan, ok bool) {
	words := strings.Fields(text)
	p = &RollbackPlan{Steps: []string{text}}
	if len(words) == 0 {
		return new(RollbackPlan), false
	}
	method := strings.ToLower(strings.Trim(words[0], ".,;:"))
	if !slices.Contains(rollbacks, method) {
		return p, false
	}
	p.Method = method
	if method == "none" {
		rest := strings.TrimPrefix(strings.TrimSpace(text), words[0])
		p.Steps, p.NoRollback = nil, strings.Trim(rest, "-:,; ()\t")
		return p, true
	}
	for _, word := range words[1:] {
		if word = strings.Trim(word, "(),;:"); versionText.MatchString(word) {
			p.TargetVersion = word
			break
		}
	}
	for _, d := range sha256Text.FindAllString(text, -1) {
		p.TargetDigests = append(p.TargetDigests, DigestSet{"sha256": strings.TrimPrefix(d, "sha256:")})
	}
	return p, true
}
