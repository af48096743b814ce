package sigstore

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// MaxConfig is the most bytes of a signing configuration that are read.
const MaxConfig = 1 << 20

// Versions of the interfaces that are spoken here.
var (
	fulcioVersions = []uint32{1} // which is what signing configurations call Fulcio's v2
	oidcVersions   = []uint32{1}
	tsaVersions    = []uint32{1}
	rekorVersions  = []uint32{2}
)

// maxServices bounds how many authorities or logs one signature is sent to.
const maxServices = 8

// Config is a signing configuration: which services to use, and how many of each
// (signing_config.json, media type
// application/vnd.dev.sigstore.signingconfig.v0.2+json).
type Config struct {
	file *root.SigningConfig
}

// ParseConfig reads a signing configuration.
func ParseConfig(data []byte) (*Config, error) {
	if len(data) > MaxConfig {
		return nil, fmt.Errorf("the signing configuration has %d bytes, at most %d are read", len(data), MaxConfig)
	}
	if err := strictjson.Check(data); err != nil {
		return nil, err
	}
	file, err := root.NewSigningConfigFromJSON(data)
	if err != nil {
		return nil, fmt.Errorf("not a signing configuration of version 0.2: %w", err)
	}
	for _, list := range [][]root.Service{file.FulcioCertificateAuthorityURLs(), file.OIDCProviderURLs(), file.RekorLogURLs(), file.TimestampAuthorityURLs()} {
		for _, s := range list {
			if err := checkEndpoint(s.URL); err != nil {
				return nil, err
			}
			if s.ValidityPeriodStart.IsZero() {
				return nil, fmt.Errorf("the service %s has no start of its validity", s.URL)
			}
		}
	}
	return &Config{file}, nil
}

func checkEndpoint(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return fmt.Errorf("%.200q is not the URL of a service", text)
	}
	return nil
}

// authority is the base URL of the Fulcio to use at a time.
func (c *Config) authority(at time.Time) (string, error) {
	list := c.file.FulcioCertificateAuthorityURLs()
	if len(list) == 0 {
		return "", errors.New("the signing configuration names no certificate authority (caUrls): sign with a key, or use another configuration")
	}
	s, err := root.SelectService(list, fulcioVersions, at)
	if err != nil {
		return "", fmt.Errorf("certificate authority: %w", err)
	}
	return s.URL, nil
}

// Issuer is the OpenID Connect issuer at which people sign in.
func (c *Config) Issuer(at time.Time) (string, error) {
	list := c.file.OIDCProviderURLs()
	if len(list) == 0 {
		return "", errors.New("the signing configuration names no OpenID Connect issuer (oidcUrls): give an identity token")
	}
	s, err := root.SelectService(list, oidcVersions, at)
	if err != nil {
		return "", fmt.Errorf("OpenID Connect issuer: %w", err)
	}
	return s.URL, nil
}

func (c *Config) timestamps(at time.Time) ([]string, error) {
	return choose("timestamp authority", c.file.TimestampAuthorityURLs(), c.file.TimestampAuthorityURLsConfig(), tsaVersions, at)
}

func (c *Config) logs(at time.Time) ([]string, error) {
	return choose("Rekor v2 log", c.file.RekorLogURLs(), c.file.RekorLogURLsConfig(), rekorVersions, at)
}

// choose picks as many services as the configuration asks for; none if it lists
// none.
func choose(what string, list []root.Service, how root.ServiceConfiguration, versions []uint32, at time.Time) ([]string, error) {
	if len(list) == 0 {
		return nil, nil
	}
	chosen, err := root.SelectServices(list, how, versions, at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(chosen) > maxServices {
		return nil, fmt.Errorf("%s: the signing configuration asks for %d of them, at most %d are used", what, len(chosen), maxServices)
	}
	var urls []string
	for _, s := range chosen {
		urls = append(urls, s.URL)
	}
	return urls, nil
}

// Service is one service of a signing configuration.
type Service struct {
	// Kind is "certificate authority", "OpenID Connect issuer", "transparency log"
	// or "timestamp authority".
	Kind     string `json:"kind"`
	URL      string `json:"url"`
	Version  uint32 `json:"version"`
	Operator string `json:"operator,omitempty"`
	// Start and End are when it is to be used; a zero end is open.
	Start time.Time `json:"start"`
	End   time.Time `json:"end,omitzero"`
}

// Services are all services that the configuration names.
func (c *Config) Services() []Service {
	var list []Service
	for _, group := range []struct {
		kind string
		list []root.Service
	}{
		{"certificate authority", c.file.FulcioCertificateAuthorityURLs()},
		{"OpenID Connect issuer", c.file.OIDCProviderURLs()},
		{"transparency log", c.file.RekorLogURLs()},
		{"timestamp authority", c.file.TimestampAuthorityURLs()},
	} {
		for _, s := range group.list {
			list = append(list, Service{group.kind, s.URL, s.MajorAPIVersion, s.Operator, s.ValidityPeriodStart, s.ValidityPeriodEnd})
		}
	}
	return list
}
