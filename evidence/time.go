package evidence

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Time is a moment as its signer states it: RFC 3339 with an offset, kept in
// UTC with a precision of one second or finer as written. The zero value means
// "not stated"; where that is allowed the field is a pointer or has omitzero.
type Time struct{ time.Time }

// At returns t in UTC, cut to whole seconds, as statements carry it.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Second)} }

// ParseTime parses an RFC 3339 time with offset. Years before 1970 and after
// 9999 are refused.
func ParseTime(s string) (Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	// Go also takes an hour of one digit and a comma before the fraction.
	loose := strings.Index(s, ":") != len("2006-01-02T15") || strings.Contains(s, ",")
	if err != nil || loose || len(s) > len(time.RFC3339Nano) {
		return Time{}, fmt.Errorf("%.40q is not an RFC 3339 time such as 2026-11-20T09:00:00Z", s)
	}
	if y := t.UTC().Year(); y < 1970 || y > 9999 {
		return Time{}, fmt.Errorf("%.40q is outside the years 1970 to 9999", s)
	}
	return Time{t.UTC()}, nil
}

// MarshalText implements encoding.TextMarshaler.
func (t Time) MarshalText() ([]byte, error) {
	return t.UTC().AppendFormat(nil, time.RFC3339Nano), nil
}

// MarshalJSON hides the embedded time.Time's own method.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(time.RFC3339Nano) + `"`), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *Time) UnmarshalText(text []byte) error {
	got, err := ParseTime(string(text))
	if err == nil {
		*t = got
	}
	return err
}

// UnmarshalJSON hides the embedded time.Time's own method.
func (t *Time) UnmarshalJSON(data []byte) error {
	if len(data) < 2 || data[0] != '"' {
		return errors.New(`a time is a string such as "2026-11-20T09:00:00Z"`)
	}
	return t.UnmarshalText(data[1 : len(data)-1])
}
