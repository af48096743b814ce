package secrets

import (
	"context"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"pgregory.net/rapid"
)

func TestRulesAreComplete(t *testing.T) {
	s, err := defaultRules()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.rules) < 200 {
		t.Errorf("only %d rules", len(s.rules))
	}
	for _, r := range s.rules {
		if r.pattern != nil {
			r.pattern() // panics if its expression does not compile
		}
	}
}

func TestParseRulesRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"syntax":        "[[rules]",
		"unknown key":   "[[rules]]\nid = \"a\"\nregex = 'a'\nkeywords = [\"a\"]\nnew = 1\n",
		"no id":         "[[rules]]\nregex = 'a'\nkeywords = [\"a\"]\n",
		"twice":         strings.Repeat("[[rules]]\nid = \"a\"\nregex = 'a'\nkeywords = [\"a\"]\n", 2),
		"no keywords":   "[[rules]]\nid = \"a\"\nregex = 'a'\n",
		"bad path":      "[[rules]]\nid = \"a\"\npath = '('\n",
		"bad allowance": "[[allowlists]]\nregexes = ['(']\n",
		"like nothing":  "[[rules]]\nid = \"a\"\nregex = 'a'\nlike = \"b\"\n",
		"unknown rule":  "[[allowlists]]\nregexes = ['a']\ntargetRules = [\"a\"]\n",
	} {
		if _, err := parseRules(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestRulesFindWhatTheyMatch generates texts that a rule's expression matches
// and checks that trying it around keywords only finds them too.
func TestRulesFindWhatTheyMatch(t *testing.T) {
	var doc document
	if _, err := toml.Decode(gitleaks, &doc); err != nil {
		t.Fatal(err)
	}
	var own document
	if _, err := toml.Decode(additions, &own); err != nil {
		t.Fatal(err)
	}
	doc.Rules = append(doc.Rules, own.Rules...)
	bare, err := parseRules(gitleaks, additions)
	if err != nil {
		t.Fatal(err)
	}
	bare.global = nil
	tried := 0
	for i, f := range doc.Rules {
		if f.Regex == "" {
			continue
		}
		r := bare.rules[i]
		r.entropy, r.allow, r.path = 0, nil, nil
		whole := regexp.MustCompile(f.Regex)
		gen := rapid.StringMatching(f.Regex)
		for seed := range 6 {
			text, ok := example(gen, seed)
			text = "x " + text + "\n" + strings.Repeat("filler ", 400)
			if !strings.Contains(strings.ToLower(text), r.keywords[0]) {
				text = r.keywords[0] + "\n" + text
			}
			if !ok || !whole.MatchString(text) || !isASCII(text) {
				continue // a boundary is not met, or a letter such as the Kelvin sign is in it
			}
			tried++
			found := bare.search("m", []byte(text))
			if !slices.ContainsFunc(found, func(c candidate) bool { return c.rule == r }) {
				t.Errorf("rule %s matches %q and does not find it", r.id, text[:min(len(text), 200)])
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d texts were tried", tried)
	}
}

func example(gen *rapid.Generator[string], seed int) (text string, ok bool) {
	defer func() { ok = recover() == nil }()
	return gen.Example(seed), true
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f })
}

func TestHeads(t *testing.T) {
	tests := []struct {
		expression string
		keywords   []string
		want       bool
	}{
		{`(?i)(?:access|auth|passw(?:or)?d)=`, []string{"access", "auth", "passwd", "password"}, true},
		{`(?i)(?:access|auth|passw(?:or)?d)=`, []string{"access", "auth", "passwd"}, false},
		{`(?:[Aa]pi|API)x+`, []string{"api"}, true},
		{`sonar[_.-]?(login|token)`, []string{"sonar"}, true},
		{`(?:sonar)?(login|token)`, []string{"sonar"}, false},
		{`[a-z]+key`, []string{"key"}, false},
		{`x*key`, []string{"key"}, false},
		{`(?i)sk-x`, []string{"sk-"}, true},
		{`é+`, []string{"e"}, false},
	}
	for _, tt := range tests {
		if got := begins(mustParse(tt.expression), tt.keywords); got != tt.want {
			t.Errorf("%s with %v: got %v", tt.expression, tt.keywords, got)
		}
	}
}

func TestWords(t *testing.T) {
	w := newWords([]string{"he", "hers", "his", "she"})
	var got []string
	w.find([]byte("usHERS, sheHIS"), func(k uint16, start, end int) {
		got = append(got, "usHERS, sheHIS"[start:end])
	})
	want := []string{"sHE", "HE", "HERS", "she", "he", "HIS"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("token " + pat))
	f.Add([]byte(`{"payload":"eyJhIjoiYiJ9eyJhIjoiYiJ9eyJhIjoiYiJ9eyJhIjoiYiJ9eyJhIjoiYiJ9eyJhIjoiYiJ9"}`))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add([]byte(key))
	s, err := New(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		hits, _, err := s.Scan(context.Background(), "m", io.LimitReader(strings.NewReader(string(data)), 1<<20))
		if err != nil && string(data[:min(3, len(data))]) != "\x1f\x8b\x08" {
			t.Fatal(err)
		}
		for _, h := range hits {
			if h.Line < 1 || h.Offset < 0 || h.Offset > int64(len(data)) || h.Count < 1 {
				t.Errorf("%+v", h)
			}
		}
	})
}
