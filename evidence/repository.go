package evidence

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// maxRepository bounds the address of a repository, in bytes.
const maxRepository = 1024

// NormalRepository folds the ways to write a repository's address into one:
// https, host in lower case, no user, no ".git", no slash at the end (controls
// catalogue, G1). It accepts URLs with the schemes https, http, ssh and git,
// git's short form "git@host:org/repo" and an address without scheme such as
// "github.com/org/repo". Whoever has the same path on the same host is taken
// to be the same repository, so the port of ssh and git addresses is dropped.
// Paths of the local machine name no repository to others and are errors.
func NormalRepository(address string) (string, error) {
	if len(address) > maxRepository {
		return "", fmt.Errorf("the repository's address is longer than %d bytes", maxRepository)
	}
	if strings.ContainsFunc(address, func(r rune) bool { return r <= 0x20 || r >= 0x7f }) || strings.Contains(address, `\`) {
		return "", notRepository("holds white space, a backslash or characters beyond ASCII")
	}
	full, err := withScheme(address)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(full)
	if err != nil {
		return "", notRepository("is not a URL") // url's own text would show a password
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "", notRepository("has a query or fragment")
	}
	host, err := normalHost(u)
	if err != nil {
		return "", err
	}
	path, err := normalPath(u)
	if err != nil {
		return "", err
	}
	return "https://" + host + path, nil
}

// notRepository never quotes the address: it may hold a password.
func notRepository(why string) error {
	return errors.New("the repository's address " + why + ": give it as https://host/org/repo")
}

// withScheme turns git's short form and addresses without scheme into URLs.
func withScheme(s string) (string, error) {
	if strings.Contains(s, "://") {
		return s, nil
	}
	first, rest, _ := strings.Cut(s, "/")
	if host, path, ok := strings.Cut(first, ":"); ok {
		// Without a user, "C:repo" is a drive and "x:repo" an entry of somebody's
		// SSH configuration.
		_, name, user := strings.Cut(host, "@")
		if !user && !strings.Contains(host, ".") || user && name == "" {
			return "", notRepository("is a local path, a drive or an unknown host")
		}
		if rest != "" {
			path += "/" + rest
		}
		return "ssh://" + host + "/" + strings.TrimLeft(path, "/"), nil
	}
	if rest == "" || strings.HasPrefix(first, ".") || !strings.Contains(first, ".") {
		return "", notRepository("is a local path")
	}
	return "https://" + s, nil
}

// normalHost returns the host in lower case, and a port that is not the
// scheme's own. IPv6 addresses and names beyond ASCII are refused: no forge is
// known by one, and they have more than one spelling.
func normalHost(u *url.URL) (string, error) {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", notRepository("has no usable host name")
		}
	}
	port := u.Port()
	switch u.Scheme {
	case "https":
		if port == "443" {
			port = ""
		}
	case "http":
		if port == "80" {
			port = ""
		}
	case "ssh", "git+ssh", "ssh+git", "git":
		port = ""
	default:
		return "", notRepository(fmt.Sprintf("has the scheme %.20q", u.Scheme))
	}
	if port != "" {
		host += ":" + port
	}
	return host, nil
}

// normalPath decodes and encodes each element anew, so that one path has one
// spelling.
func normalPath(u *url.URL) (string, error) {
	raw := strings.Trim(u.EscapedPath(), "/")
	parts := strings.Split(raw, "/")
	for i, part := range parts {
		name, err := url.PathUnescape(part)
		for i == len(parts)-1 && strings.HasSuffix(name, ".git") {
			name = strings.TrimSuffix(name, ".git")
		}
		if err != nil || name == "" || name == "." || name == ".." || strings.ContainsFunc(name, notInPath) {
			return "", notRepository("has an empty or unusable path element")
		}
		parts[i] = url.PathEscape(name)
	}
	return "/" + strings.Join(parts, "/"), nil
}

// notInPath lists what, once decoded, would split an element, hide in a
// terminal or stand for bytes that are not UTF-8.
func notInPath(r rune) bool { return r < 0x20 || r == 0x7f || r == '/' || r == '\\' || r == '\uFFFD' }
