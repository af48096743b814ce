package http

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Credential says where the secret is and how it is sent. The zero value sends
// none.
type Credential struct {
	// Variable is the name of the environment variable that holds the secret.
	Variable string
	// Header is the request header; "" means the mapping's, or Authorization.
	Header string
	// Scheme is "Bearer"; "Basic", for a secret of the form user:password; or
	// "none", for a bare secret. "" means the mapping's.
	Scheme string
}

// minSecret is the length from which a text is known to be the secret and not
// a word that answers hold anyway, in bytes.
const minSecret = 8

// secret is a credential with its value. It must not be printed.
type secret struct {
	variable, header, value string
	// forms are the texts that may not appear anywhere.
	forms []string
}

func newSecret(c Credential, rule credentialRule, environ map[string]string) (*secret, error) {
	if c.Variable == "" {
		return &secret{}, nil
	}
	s := &secret{variable: c.Variable, header: c.Header}
	if s.header == "" {
		s.header = rule.Header
	}
	if s.header == "" {
		s.header = "Authorization"
	}
	scheme := c.Scheme
	if scheme == "" {
		scheme = rule.Scheme.Value
	}
	value := environ[c.Variable]
	switch {
	case !headerName(s.header):
		return nil, fmt.Errorf("%.40q cannot be the header of a credential", s.header)
	case value == "":
		return nil, fmt.Errorf("the environment variable %.80s is not set: it holds the credential", c.Variable)
	case len(value) < minSecret || len(value) > 8<<10:
		return nil, fmt.Errorf("the environment variable %.80s has %d bytes, which is no usable credential", c.Variable, len(value))
	case strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r >= 0x7f }):
		return nil, fmt.Errorf("the environment variable %.80s holds a line break or characters beyond ASCII", c.Variable)
	}
	return s, s.encode(scheme, value)
}

// check refuses a header or scheme that cannot be one.
func (c Credential) check() error {
	switch {
	case c.Header != "" && !headerName(c.Header):
		return fmt.Errorf("%.40q cannot be the header of a credential", c.Header)
	case !slices.Contains([]string{"", "none", "Bearer", "Basic"}, c.Scheme):
		return fmt.Errorf(`unknown scheme %.20q: want "Bearer", "Basic" or "none"`, c.Scheme)
	}
	return nil
}

// checkValue refuses a value that cannot be sent. A variable that is not set is
// no mistake where nobody is asked.
func (c Credential) checkValue(rule credentialRule, environ map[string]string) error {
	if environ[c.Variable] == "" {
		return nil
	}
	_, err := newSecret(c, rule, environ)
	return err
}

func (s *secret) encode(scheme, value string) error {
	s.forms = []string{value}
	switch scheme {
	case "", "none":
		s.value = value
	case "Bearer":
		s.value = "Bearer " + value
	case "Basic":
		_, password, ok := strings.Cut(value, ":")
		if !ok {
			return fmt.Errorf("the environment variable %.80s has no colon: want user:password", s.variable)
		}
		encoded := base64.StdEncoding.EncodeToString([]byte(value))
		s.value = "Basic " + encoded
		s.forms = append(s.forms, encoded)
		if len(password) >= minSecret {
			s.forms = append(s.forms, password)
		}
	default:
		return fmt.Errorf(`unknown scheme %.20q: want "Bearer", "Basic" or "none"`, scheme)
	}
	return nil
}

func (s *secret) addTo(h http.Header) {
	if s.value != "" {
		h.Set(s.header, s.value)
	}
}

// in reports whether text shows the secret.
func (s *secret) in(text string) bool {
	for _, form := range s.forms {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

// inValue reports whether a JSON value shows it, also behind escapes.
func (s *secret) inValue(v any) bool {
	switch v := v.(type) {
	case string:
		return s.in(v)
	case []any:
		for _, item := range v {
			if s.inValue(item) {
				return true
			}
		}
	case map[string]any:
		for name, item := range v {
			if s.in(name) || s.inValue(item) {
				return true
			}
		}
	}
	return false
}

// clean returns err, or one without its text if that shows the secret.
func (s *secret) clean(err error) error {
	if err == nil || !s.in(err.Error()) {
		return err
	}
	return errors.New("the error's text repeated the credential and was left out")
}
