package http

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// maxText bounds one text that is mapped, in bytes.
const maxText = 4096

// conversion makes a value of a record from text. Host is that of the system.
type conversion func(text, host string) (any, error)

// conversions are the forms a field can have. All but "integer" and "boolean"
// give text or, for digests, a digest set.
func conversions() map[string]conversion {
	return map[string]conversion{
		"":             asText,
		"text":         asText,
		"integer":      asInteger,
		"boolean":      asBoolean,
		"uri":          asURI,
		"account":      asAccount, // account:<host>:<id>, rules of format R12
		"digest":       asDigest,  // sha256:<hex>, also behind an image's "@"
		"commit":       asCommit,
		"time-rfc3339": asTime(time.RFC3339Nano),
		"time-offset":  asTime("2006-01-02T15:04:05-0700"),
		"time-utc":     asTime(time.DateTime),
		"time-unix":    asUnix(time.Second),
		"time-unix-ms": asUnix(time.Millisecond),
	}
}

func forms() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(conversions())), func(s string) bool { return s == "" })
}

// plainText returns a JSON scalar as text. Numbers are whole, because ids are;
// what a terminal could take for a command is refused.
func plainText(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, checkText(v)
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return "", fmt.Errorf("the number %v is not whole", v)
		}
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case map[string]any:
		return "", errors.New("is an object, want one value")
	case []any:
		return "", errors.New("is a list, want one value")
	}
	return "", errors.New("is not one value")
}

// checkText refuses text that is too long, empty, or dangerous on a terminal.
func checkText(s string) error {
	switch {
	case s == "":
		return errors.New("is empty")
	case len(s) > maxText:
		return fmt.Errorf("has %d bytes, at most %d are mapped", len(s), maxText)
	case strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }):
		return errors.New("holds a control character")
	}
	return nil
}

func asText(s, _ string) (any, error) { return s, nil }

func asInteger(s, _ string) (any, error) {
	n, err := strconv.ParseInt(s, 10, 54)
	if err != nil {
		return nil, fmt.Errorf("%.40q is not a whole number", s)
	}
	return n, nil
}

func asBoolean(s, _ string) (any, error) {
	if s != "true" && s != "false" {
		return nil, fmt.Errorf("%.40q is neither true nor false", s)
	}
	return s == "true", nil
}

// asURI keeps only what a report may make a link of.
func asURI(s, _ string) (any, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(s, " <>\"") {
		return nil, errors.New("is not an address with http or https and without a user")
	}
	return s, nil
}

func asAccount(s, host string) (any, error) {
	id, err := evidence.ParseIdentity("account:" + host + ":" + s)
	return string(id), err
}

// asDigest takes what stands behind the last "@", as registries and Flux write
// it. An image without digest has none: its tag says nothing about its bytes.
func asDigest(s, _ string) (any, error) {
	name, hex, ok := strings.Cut(s[strings.LastIndexByte(s, '@')+1:], ":")
	if name == "sha1" {
		name = "gitCommit"
	}
	if set := (evidence.DigestSet{name: hex}); ok && set.Validate() == nil {
		return map[string]any{name: hex}, nil
	}
	return nil, fmt.Errorf("%.120q holds no digest", s)
}

// asCommit takes full object ids: an abbreviated one may come to mean another
// commit.
func asCommit(s, _ string) (any, error) {
	name := "gitCommit"
	if len(s) == 64 {
		name = "sha256"
	}
	if (evidence.DigestSet{name: s}).Validate() != nil {
		return nil, fmt.Errorf("%.80q is not a full object id", s)
	}
	return map[string]any{name: s}, nil
}

func asTime(layout string) conversion {
	return func(s, _ string) (any, error) {
		t, err := time.Parse(layout, s)
		if err != nil || len(s) > len(time.RFC3339Nano) {
			return nil, fmt.Errorf("%.40q is not a time like %s", s, layout)
		}
		return rfc3339(t)
	}
}

func asUnix(unit time.Duration) conversion {
	return func(s, _ string) (any, error) {
		n, err := strconv.ParseInt(s, 10, 54)
		if err != nil {
			return nil, fmt.Errorf("%.40q is not a number of seconds or milliseconds", s)
		}
		if unit == time.Second {
			return rfc3339(time.Unix(n, 0))
		}
		return rfc3339(time.UnixMilli(n))
	}
}

// rfc3339 is the form of all times in records.
func rfc3339(t time.Time) (any, error) {
	s := t.UTC().Format(time.RFC3339Nano)
	if _, err := evidence.ParseTime(s); err != nil {
		return nil, err
	}
	return s, nil
}
