package http

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// base is the address that all requests of a source are below.
type base struct{ url *url.URL }

// CheckBase refuses an address that cannot be [Source.Base].
func CheckBase(address string) error {
	_, err := parseBase(address)
	return err
}

// parseBase accepts https, and http on the own machine, where kubectl proxy and
// test servers listen: a credential must not travel in the clear.
func parseBase(s string) (base, error) {
	const want = ": want https://host or https://host/path"
	u, err := url.Parse(s)
	switch {
	case err != nil: // whose text would show a password
		return base{}, errors.New("the base address is not a URL" + want)
	case u.User != nil:
		return base{}, errors.New("the base address holds a user: name the credential's environment variable instead")
	case u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		// Not shown: in what is not of this form a password may stand anywhere.
		return base{}, errors.New("the base address cannot be used" + want)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return base{}, fmt.Errorf("the base address %.200q is not encrypted: use https", s)
	}
	u.Host = strings.ToLower(u.Host)
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return base{u}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// host is the system's name in account identities, without port.
func (b base) host() string { return b.url.Hostname() }

// link returns the address of a path that is percent-encoded already.
func (b base) link(path string) string { return strings.TrimRight(b.url.String(), "/") + path }

// same reports whether u is at the same scheme, host and port.
func (b base) same(u *url.URL) bool {
	return u.Scheme == b.url.Scheme && strings.EqualFold(u.Host, b.url.Host) && u.User == nil
}

// below reports whether u is the base address or leads to a place below it: on
// one host there may be systems of others.
func (b base) below(u *url.URL) bool {
	if !b.same(u) {
		return false
	}
	rest, ok := strings.CutPrefix(u.Path, b.url.Path)
	return ok && (rest == "" || rest[0] == '/') && !climbs(u.Path)
}

// climbs reports whether a path has a segment of dots only, by which servers go
// up, some of them also before a parameter ("..;x").
func climbs(path string) bool {
	for segment := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		dots, _, _ := strings.Cut(segment, ";")
		if dots != "" && strings.Trim(dots, ".") == "" {
			return true
		}
	}
	return false
}
