package commits

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// Release is what people say of a release in the trailers of its annotated tag,
// or of the release pull request: all that an ordinary release asks them for.
type Release struct {
	// Rollback is how to go back: "redeploy 1.3.9".
	Rollback string
	// KnownIssues are what is known to be wrong; the one text "none" if nothing.
	KnownIssues []string
	// Risk is the risk of the release: "low".
	Risk string
	// Window is the id of the change window.
	Window string
	// Tickets are ids of tickets, each once, in their order.
	Tickets []string
}

// The keys of the trailers. Case does not matter.
const (
	RollbackKey    = "Rollback"
	KnownIssuesKey = "Known-issues"
	RiskKey        = "Risk"
	WindowKey      = "Window"
	TicketKey      = "Ticket"
	// ReleaseKindKey declares what kind of release it is; its words are
	// [ReleaseKinds], several with commas. Only that of the tag counts.
	ReleaseKindKey = "Release-kind"
)

var releaseKeys = []string{RollbackKey, KnownIssuesKey, RiskKey, WindowKey, TicketKey, ReleaseKindKey}

// ReleaseKinds are the words of the trailer [ReleaseKindKey]. Case does not matter.
func ReleaseKinds() []string { return slices.Clone(releaseKinds) }

var releaseKinds = []string{"normal", "patch", "hotfix", "emergency", "train", "manifest"}

// maxValue bounds the value of one trailer, in bytes, as a record bounds texts.
const maxValue = 16 << 10

// ReadRelease reads the release's trailers from one or more texts: those of the
// tag and those of the pull request, as [gitobj.ParseTrailers] gives them.
// Known-issues and Ticket may be repeated, and Ticket may list several, with
// commas between them. Two different values of another trailer are an error,
// because nobody could say which of them holds; so are values that are empty or
// no text. Other trailers are not read.
func ReadRelease(texts ...[]gitobj.Trailer) (Release, error) {
	var r Release
	for _, t := range slices.Concat(texts...) {
		at := slices.IndexFunc(releaseKeys, func(key string) bool { return strings.EqualFold(key, t.Key) })
		if at < 0 {
			continue
		}
		err := checkValue(t.Value)
		if err == nil {
			err = r.set(releaseKeys[at], t.Value)
		}
		if err != nil {
			return Release{}, fmt.Errorf("trailer %s: %w", releaseKeys[at], err)
		}
	}
	return r, nil
}

func checkValue(s string) error {
	switch {
	case s == "":
		return errors.New("it has no value: write one, or leave the line out")
	case len(s) > maxValue:
		return fmt.Errorf("its value has %d bytes, at most %d are read", len(s), maxValue)
	case !utf8.ValidString(s):
		return errors.New("its value is not UTF-8")
	case strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) && c != '\t' }):
		return errors.New("its value holds control characters")
	}
	return nil
}

func (r *Release) set(key, value string) error {
	switch key {
	case KnownIssuesKey:
		r.KnownIssues = appendNew(r.KnownIssues, value)
	case TicketKey:
		for ticket := range strings.SplitSeq(value, ",") {
			if ticket = strings.TrimSpace(ticket); ticket != "" {
				r.Tickets = appendNew(r.Tickets, ticket)
			}
		}
	case RollbackKey:
		return setOnce(&r.Rollback, value)
	case RiskKey:
		return setOnce(&r.Risk, value)
	case WindowKey:
		return setOnce(&r.Window, value)
	}
	return nil
}

// CheckKinds refuses trailers that declare what is no kind of release: before the
// tag is attested, its author can still mend it.
func CheckKinds(text []gitobj.Trailer) error {
	for _, t := range text {
		if !strings.EqualFold(t.Key, ReleaseKindKey) {
			continue
		}
		if err := checkKinds(t.Value); err != nil {
			return fmt.Errorf("trailer %s: %w", ReleaseKindKey, err)
		}
	}
	return nil
}

func checkKinds(value string) error {
	for word := range strings.SplitSeq(value, ",") {
		word = strings.TrimSpace(word)
		if slices.Contains(releaseKinds, strings.ToLower(word)) {
			continue
		}
		hint := ""
		if near := strictyaml.Suggest(word, releaseKinds); near != "" {
			hint = fmt.Sprintf("did you mean %q? ", near)
		}
		return fmt.Errorf("%.80q is no kind of release: %swant one of %s", word, hint, strings.Join(releaseKinds, ", "))
	}
	return nil
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func setOnce(have *string, value string) error {
	if *have != "" && *have != value {
		return fmt.Errorf("it is given twice, as %.80q and as %.80q: keep one", *have, value)
	}
	*have = value
	return nil
}

// Slip is a line that its author seems to have meant as a trailer of a release,
// and that is not read as one.
type Slip struct {
	// Line is its number in the message, from 1.
	Line int
	// Key is what stands before the colon or the value, Want the trailer it seems to mean.
	Key, Want string
}

// Slips finds lines that begin with the key of a release's trailer, or with one
// that is nearly it ("Known issues"), and that are none: they do not stand in
// the last paragraph, that paragraph holds other text as well, or the colon is
// missing ("Risk low"). Among the trailers it also finds keys that are nearly one
// ("Riks") or have one in them ("Rollback-plan").
func Slips(message string) []Slip {
	read := gitobj.ParseTrailers(message)
	var list []Slip
	n := 0
	for line := range strings.Lines(message) {
		n++
		key, _, ok := strings.Cut(line, ":")
		want := meant(key)
		if !ok {
			key, want = withoutColon(line)
		}
		trailer := slices.ContainsFunc(read, func(t gitobj.Trailer) bool { return t.Key == strings.TrimSpace(key) })
		if trailer && want == "" {
			want = nearly(strings.TrimSpace(key))
		}
		if want != "" && (!trailer || !strings.EqualFold(strings.TrimSpace(key), want)) {
			list = append(list, Slip{Line: n, Key: key, Want: want})
		}
	}
	return list
}

// withoutColon returns the key of a line such as "Risk low", and the trailer that
// it seems to mean. What follows has to be a value of that trailer, for sentences
// begin with such words too.
func withoutColon(line string) (key, want string) {
	words := strings.Fields(strings.NewReplacer("=", " ", " - ", " ").Replace(line))
	for n := 1; n <= 2 && n < len(words); n++ {
		key = strings.Join(words[:n], " ")
		first, rest := strings.ToLower(words[n]), len(words)-n
		switch want = meant(key); {
		case want == RiskKey && rest == 1 && slices.Contains([]string{"low", "medium", "high", "critical"}, first),
			want == RollbackKey && slices.Contains([]string{"redeploy", "flag", "config", "hotfix-forward", "none"}, first),
			want == KnownIssuesKey && rest == 1 && first == "none",
			want == WindowKey && rest == 1,
			want == TicketKey && rest == 1 && strings.ContainsAny(first, "0123456789"):
			return key, want
		}
	}
	return "", ""
}

// nearly returns the trailer of a release that a trailer's key resembles, "" for
// none.
func nearly(key string) string {
	key = strings.ToLower(key)
	var known []string
	for _, want := range releaseKeys {
		lower := strings.ToLower(want)
		if strings.HasPrefix(key, lower+"-") || strings.HasSuffix(key, "-"+lower) {
			return want
		}
		known = append(known, lower)
	}
	if i := slices.Index(known, strictyaml.Suggest(key, known)); i >= 0 {
		return releaseKeys[i]
	}
	return ""
}

// meant returns the trailer that key seems to stand for, "" for none.
func meant(key string) string {
	plain := func(s string) string {
		s = strings.Map(func(c rune) rune {
			if c == ' ' || c == '-' || c == '_' || c == '*' {
				return -1
			}
			return unicode.ToLower(c)
		}, s)
		return strings.TrimSuffix(s, "s")
	}
	key = plain(key)
	for _, want := range releaseKeys {
		if key == plain(want) {
			return want
		}
	}
	return ""
}
