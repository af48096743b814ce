package main

import (
	"net/url"
	"strconv"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// stamping is the value of --timestamp and sign.timestamp: whether a timestamp is
// added to a signature, and by which authority (RFC 3161).
type stamping struct {
	wanted bool
	// authority is its URL; "" is what the signing configuration names.
	authority string
}

// Set implements pflag.Value.
func (s *stamping) Set(text string) error {
	if wanted, err := strconv.ParseBool(text); err == nil {
		*s = stamping{wanted: wanted}
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return misgiven("is neither true nor false nor the URL of a timestamp authority")
	}
	*s = stamping{wanted: true, authority: text}
	return nil
}

// String implements pflag.Value.
func (s *stamping) String() string {
	if s.authority != "" {
		return s.authority
	}
	return strconv.FormatBool(s.wanted)
}

// Type implements pflag.Value.
func (s *stamping) Type() string { return "URL" }

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (s *stamping) UnmarshalStrict(n *strictyaml.Node) error {
	if n.Kind() != strictyaml.Scalar || s.Set(n.Text()) != nil {
		return n.Errorf("want true, false or the URL of a timestamp authority")
	}
	return nil
}
