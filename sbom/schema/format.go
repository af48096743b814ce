package schema

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// findFormat returns the check for the keyword format. It is nil for no
// format, for "string" (a slip of early schemas), and for idn-email, which the
// validator that the tests compare with does not assert either.
func findFormat(name string) (func(string) bool, error) {
	switch name {
	case "", "idn-email", "string":
		return nil, nil
	case "date":
		return isDate, nil
	case "date-time":
		return isDateTime, nil
	case "uri":
		return isURI, nil
	case "iri-reference":
		return isReference, nil
	}
	return nil, fmt.Errorf("the format %q is not known", name)
}

// isDate checks a full-date (RFC 3339, section 5.6).
func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// isDateTime checks a date-time (RFC 3339, section 5.6). A leap second is
// allowed where one can be.
func isDateTime(s string) bool {
	if len(s) < len("2006-01-02T15:04:05Z") || s[10] != 'T' && s[10] != 't' || !isDate(s[:10]) {
		return false
	}
	clock, zone := s[11:19], s[19:]
	if clock[2] != ':' || clock[5] != ':' {
		return false
	}
	hour, ok1 := within60(clock[:2], 23)
	minute, ok2 := within60(clock[3:5], 59)
	second, ok3 := within60(clock[6:], 60)
	offset, ok4 := offsetOf(withoutFraction(zone))
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return false
	}
	at := hour*60 + minute - offset
	if at < 0 {
		at += 24 * 60
	}
	return second < 60 || at == 24*60-1
}

// within60 reads a number from 0 to most. Like other validators it takes a
// sign ("+1"), which RFC 3339 does not have.
func within60(s string, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= most
}

// withoutFraction cuts a fraction of at least one digit off the front.
func withoutFraction(s string) string {
	digits, ok := strings.CutPrefix(s, ".")
	rest := strings.TrimLeft(digits, "0123456789")
	if !ok || rest == digits {
		return s // a point without digits is no offset either
	}
	return rest
}

// offsetOf reads a time-offset, in minutes.
func offsetOf(s string) (int, bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != len("+00:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	hour, ok1 := within60(s[1:3], 23)
	minute, ok2 := within60(s[4:], 59)
	offset := hour*60 + minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, ok1 && ok2
}

// isURI checks an absolute URI (RFC 3986).
func isURI(s string) bool {
	u, ok := parseURI(s)
	return ok && u.IsAbs()
}

// isReference checks an IRI reference (RFC 3987), which may be relative.
func isReference(s string) bool {
	_, ok := parseURI(s)
	return ok && !strings.Contains(s, `\`)
}

// parseURI is url.Parse, which leaves an IPv6 address as host unchecked.
func parseURI(s string) (*url.URL, bool) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, false
	}
	host := u.Hostname()
	if !strings.Contains(host, ":") {
		return u, true
	}
	addr, err := netip.ParseAddr(host)
	bracketed := strings.Contains(u.Host, "[") && strings.Contains(u.Host, "]")
	return u, err == nil && bracketed && addr.Zone() == ""
}
