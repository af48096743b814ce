package secrets

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// before is how most rules begin: whatever name the keyword is a part of. It
// only widens what is shown, and is costly to search for.
const before = `(?i)[\w.-]{0,50}?`

// assigned is what stands in most rules between the keyword and the secret, and
// ended what follows the secret; markup is what follows it in dossier.toml.
const (
	assigned = `(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}`
	ended    = `(?:[\x60'"\s;]|\\[nr]|$)`
	markup   = `[<&]`
)

const (
	maxBefore = 50
	// near is how far from a match a rule's keyword may be, if the match does
	// not begin with it.
	near = 1 << 10
)

// pattern is a rule's regular expression, prepared to be tried around keywords
// instead of everywhere.
type pattern struct {
	re *regexp.Regexp
	// atKeyword says that a match begins with a keyword; re is anchored there.
	atKeyword bool
	// named says that what stands before the keyword belongs to the match.
	named bool
	// boundary says that no word character stands before the keyword.
	boundary bool
	// reach is the most bytes around a keyword that can belong to a match.
	reach int
	// sign is the most bytes from a keyword to the sign of an assignment, and
	// secret the most bytes of what is assigned, up to what ends it; 0 is not
	// known.
	sign, secret int
	// markup says that it is markup that ends the secret.
	markup bool
}

// newPattern compiles a rule's regular expression.
func newPattern(text string, keywords []string) *pattern {
	p := &pattern{}
	if rest, ok := strings.CutPrefix(text, before); ok {
		p.named = true
		text = `(?i)` + rest
	}
	tree := mustParse(text)
	p.reach = longest(tree)
	if tree.Op == syntax.OpConcat && tree.Sub[0].Op == syntax.OpWordBoundary {
		p.boundary = true
		tree.Sub = tree.Sub[1:]
	}
	if begins(tree, keywords) {
		p.atKeyword = true
		p.measure(text)
		p.re = regexp.MustCompile(`\A(?:` + text + `)`)
		return p
	}
	if p.named {
		text = before + strings.TrimPrefix(text, `(?i)`)
	}
	p.re = regexp.MustCompile(text)
	p.reach = min(p.reach+maxBefore+near, overlap)
	return p
}

// measure finds out how long the parts of an assignment are, if text is one of a
// secret without anything that ends it.
func (p *pattern) measure(text string) {
	keyword, rest, ok := strings.Cut(text, assigned)
	secret, ends := strings.CutSuffix(rest, ended)
	if !ends {
		secret, ends = strings.CutSuffix(rest, markup)
		p.markup = ends
	}
	if !ok || !ends {
		return
	}
	if tree := mustParse(`(?i)` + secret); !holdsEnd(tree) {
		p.sign, p.secret = longest(mustParse(keyword))+25, longest(tree)
	}
}

// isEnd reports whether b ends a secret that is assigned.
func isEnd(b byte) bool { return strings.IndexByte("`'\" \t\n\f\r\v;\\<&", b) >= 0 }

// holdsEnd reports whether a match of re may hold what ends a secret.
func holdsEnd(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return slices.ContainsFunc(re.Rune, func(r rune) bool { return r < utf8.RuneSelf && isEnd(byte(r)) })
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1] && r < utf8.RuneSelf; r++ {
				if isEnd(byte(r)) {
					return true
				}
			}
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return true
	}
	return slices.ContainsFunc(re.Sub, holdsEnd)
}

func mustParse(text string) *syntax.Regexp {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		panic(err)
	}
	return tree
}

// head is a text, in lower case, with which a match may begin. If it is exact
// nothing else of the expression follows in between.
type head struct {
	text  string
	exact bool
}

// maxHeads is the most heads that are told apart.
const maxHeads = 64

// begins reports whether every match of re begins where one of the keywords
// does.
func begins(re *syntax.Regexp, keywords []string) bool {
	for _, h := range heads(re) {
		if !slices.ContainsFunc(keywords, func(k string) bool { return strings.HasPrefix(h.text, k) }) {
			return false
		}
	}
	return true
}

// heads returns the beginnings of all matches of re, as far as they are known.
func heads(re *syntax.Regexp) []head {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []head{{"", true}}
	case syntax.OpLiteral:
		return []head{{strings.ToLower(string(re.Rune)), true}}
	case syntax.OpCharClass:
		return classHeads(re.Rune)
	case syntax.OpCapture:
		return heads(re.Sub[0])
	case syntax.OpQuest:
		return append(heads(re.Sub[0]), head{"", true})
	case syntax.OpConcat:
		return concatHeads(re.Sub)
	case syntax.OpAlternate:
		var all []head
		for _, sub := range re.Sub {
			all = append(all, heads(sub)...)
		}
		return all
	}
	return []head{{}}
}

// classHeads lists a small class of characters. What folds to an ASCII letter
// without being one, as the long s does, is left out: keywords are ASCII.
func classHeads(ranges []rune) []head {
	var list []head
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1] && r < utf8.RuneSelf; r++ {
			list = append(list, head{strings.ToLower(string(r)), true})
			if len(list) > maxHeads {
				return []head{{}}
			}
		}
	}
	if len(list) == 0 {
		return []head{{}}
	}
	return list
}

func concatHeads(subs []*syntax.Regexp) []head {
	all := []head{{"", true}}
	for _, sub := range subs {
		tails := heads(sub)
		var joined []head
		for _, h := range all {
			if !h.exact {
				joined = append(joined, h)
				continue
			}
			for _, tail := range tails {
				joined = append(joined, head{h.text + tail.text, tail.exact})
			}
		}
		if len(joined) > maxHeads {
			for i := range all {
				all[i].exact = false
			}
			return all
		}
		all = joined
	}
	return all
}

// longest returns the most bytes that a match of re can have, or overlap if
// that is less.
func longest(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		n = len(string(re.Rune))
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		n = utf8.UTFMax
		if re.Op == syntax.OpCharClass && len(re.Rune) > 0 && re.Rune[len(re.Rune)-1] < utf8.RuneSelf {
			n = 1
		}
	case syntax.OpStar, syntax.OpPlus:
		n = overlap
	case syntax.OpRepeat:
		if n = overlap; re.Max >= 0 {
			n = re.Max * longest(re.Sub[0])
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			n = max(n, longest(sub))
		}
	case syntax.OpConcat, syntax.OpCapture, syntax.OpQuest:
		for _, sub := range re.Sub {
			n += longest(sub)
		}
	}
	return min(n, overlap)
}
