package trust

import (
	"errors"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// maxPattern bounds patterns, in bytes.
const maxPattern = 1024

// Match reports whether the repository address s is covered by pattern. A
// pattern is compared with the whole address, in which * stands for any
// characters but "/"; the pattern "*" alone covers every repository. Both may
// leave "https://" out, otherwise they are compared as they are:
// evidence.NormalRepository gives addresses their one form.
func Match(pattern, s string) bool {
	if pattern == "*" {
		return true
	}
	return glob(strings.TrimPrefix(pattern, "https://"), strings.TrimPrefix(s, "https://"))
}

// glob matches the whole of s, * standing for any characters but "/". It takes
// at most len(pattern) * len(s) steps: on a mismatch only the last * is tried
// again, one character further.
func glob(pattern, s string) bool {
	p, i := 0, 0
	star, resume := -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p, i = p+1, i+1
		case star >= 0 && s[resume] != '/':
			resume++
			p, i = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// repositoryPattern checks a pattern and returns its normal form. The host is
// literal: a pattern there would cover hosts of strangers.
func repositoryPattern(pattern string) (string, error) {
	if pattern == "*" {
		return pattern, nil
	}
	if !strings.Contains(pattern, "*") {
		return evidence.NormalRepository(pattern)
	}
	if len(pattern) > maxPattern {
		return "", fmt.Errorf("the pattern has %d bytes, at most %d are read", len(pattern), maxPattern)
	}
	host, path, ok := strings.Cut(strings.TrimPrefix(pattern, "https://"), "/")
	if !ok || path == "" || strings.Contains(host, "*") {
		return "", errors.New(`the host of a repository pattern is literal and a path follows: write "github.com/org/*", or "*" alone for every repository`)
	}
	// What holds for an address holds for one that the pattern covers.
	covered, err := evidence.NormalRepository("https://" + host + "/" + strings.ReplaceAll(path, "*", "x"))
	if err != nil {
		return "", err
	}
	host, _, _ = strings.Cut(strings.TrimPrefix(covered, "https://"), "/")
	normal := "https://" + host + "/" + path
	if !Match(normal, covered) {
		return "", errors.New("the path of the repository pattern is not in its normal form: leave out .git and the slash at the end")
	}
	return normal, nil
}

// identityPattern checks who a grant names: an identity in which * may stand
// in the subject of oidc and x509 (rules of format, R12).
func identityPattern(s string) error {
	scheme, rest, _ := strings.Cut(s, ":")
	switch scheme {
	case "mailto", "account":
		return fmt.Errorf("%s: identities are claims or accounts and sign nothing: name a key, person or role", scheme)
	case "oidc", "x509":
		if issuer, _, _ := strings.Cut(rest, "|"); strings.Contains(issuer, "*") {
			return errors.New("the issuer is literal: * may stand in the subject only")
		}
	}
	id, err := evidence.ParseIdentity(s)
	if err != nil {
		return err
	}
	if string(id) != s {
		return fmt.Errorf("write the identity in its normal form %.200q", id)
	}
	return nil
}

// matchIdentity compares scheme and issuer literally and the subject as a
// pattern. Identities without issuer are literal throughout.
func matchIdentity(pattern, id string) bool {
	prefix, subject, ok := strings.Cut(pattern, "|")
	gotPrefix, got, _ := strings.Cut(id, "|")
	if !ok || !strings.HasPrefix(pattern, "oidc:") && !strings.HasPrefix(pattern, "x509:") {
		return pattern == id
	}
	return prefix == gotPrefix && glob(subject, got)
}
