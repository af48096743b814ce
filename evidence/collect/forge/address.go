package forge

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// address is the form in which an address is kept and looked up: the query
// sorted, no fragment.
func address(u *url.URL) string {
	v := *u
	v.RawQuery = v.Query().Encode()
	v.Fragment, v.RawFragment, v.ForceQuery = "", "", false
	return v.String()
}

// pageOf returns the page that an address asks for, or 0.
func pageOf(address string) int64 {
	u, err := url.Parse(address)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(u.Query().Get("page"), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// nextPage returns the address of the page after asked. Only the query is
// taken from the header: GitHub writes paths by number there, and a path on
// another host must not get in.
func nextPage(asked *url.URL, h http.Header) string {
	query := ""
	if link, err := url.Parse(nextLink(h.Get("Link"))); err == nil {
		query = link.RawQuery
	}
	if query == "" {
		n, err := strconv.ParseInt(h.Get("X-Next-Page"), 10, 32)
		if err != nil || n <= 0 {
			return ""
		}
		q := asked.Query()
		q.Set("page", strconv.FormatInt(n, 10))
		query = q.Encode()
	}
	next := *asked
	next.RawQuery = query
	return address(&next)
}

// maxLink bounds the part of a Link header that is read, in bytes.
const maxLink = 16 << 10

// nextLink returns the target of relation "next" in a Link header (RFC 8288,
// section 3), or "".
func nextLink(header string) string {
	if len(header) > maxLink {
		return ""
	}
	for header != "" {
		_, rest, ok := strings.Cut(header, "<")
		if !ok {
			return ""
		}
		target, rest, ok := strings.Cut(rest, ">")
		if !ok {
			return ""
		}
		var params string
		params, header, _ = strings.Cut(rest, ",")
		for p := range strings.SplitSeq(params, ";") {
			if p = strings.TrimSpace(p); p == `rel="next"` || p == "rel=next" {
				return target
			}
		}
	}
	return ""
}
