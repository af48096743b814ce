package sigstore

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	v1 "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
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
//
// The zero Config names no services.
type Config struct {
	authorities, issuers []root.Service
	logs, stamps         choice
}

// choice are services and how many of them one signature is sent to.
type choice struct {
	list []root.Service
	how  root.ServiceConfiguration
}

// ParseConfig reads a signing configuration.
func ParseConfig(data []byte) (*Config, error) {
	if len(data) > MaxConfig {
		return nil, fmt.Errorf("the signing configuration has %d bytes, at most %d are read", len(data), MaxConfig)
	}
	if err := strictjson.Check(data); err != nil {
		return nil, err
	}
	message, err := root.NewSigningConfigProtobuf(data)
	if err != nil {
		return nil, fmt.Errorf("not a signing configuration of version 0.2: %w", err)
	}
	file, err := root.NewSigningConfigFromProtobuf(message)
	if err != nil {
		return nil, fmt.Errorf("not a signing configuration of version 0.2: %w", err)
	}
	c := &Config{authorities: file.FulcioCertificateAuthorityURLs(), issuers: file.OIDCProviderURLs()}
	c.logs.list, c.stamps.list = file.RekorLogURLs(), file.TimestampAuthorityURLs()
	// The library dereferences what a file may leave out.
	if message.GetRekorTlogConfig() != nil {
		c.logs.how = file.RekorLogURLsConfig()
	} else if len(c.logs.list) > 0 {
		return nil, errors.New("rekorTlogUrls names logs, and rekorTlogConfig does not say how many to use: for one, {\"selector\": \"ANY\"}")
	}
	if message.GetTsaConfig() != nil {
		c.stamps.how = file.TimestampAuthorityURLsConfig()
	} else if len(c.stamps.list) > 0 {
		return nil, errors.New("tsaUrls names timestamp authorities, and tsaConfig does not say how many to use: for one, {\"selector\": \"ANY\"}")
	}
	for _, list := range [][]root.Service{c.authorities, c.issuers, c.logs.list, c.stamps.list} {
		for _, s := range list {
			if err := checkEndpoint(s.URL); err != nil {
				return nil, err
			}
			if s.ValidityPeriodStart.IsZero() {
				return nil, fmt.Errorf("the service %s has no start of its validity", s.URL)
			}
		}
	}
	return c, nil
}

// WithTimestampAuthority returns c with the timestamp authority at that URL in the
// place of those that c names.
func (c *Config) WithTimestampAuthority(url string) (*Config, error) {
	if err := checkEndpoint(url); err != nil {
		return nil, err
	}
	changed := *c
	changed.stamps = choice{
		list: []root.Service{{URL: url, MajorAPIVersion: tsaVersions[0], ValidityPeriodStart: time.Unix(0, 0)}},
		how:  root.ServiceConfiguration{Selector: v1.ServiceSelector_ANY},
	}
	return &changed, nil
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
	if len(c.authorities) == 0 {
		return "", errors.New("the signing configuration names no certificate authority (caUrls): sign with a key, or use another configuration")
	}
	s, err := root.SelectService(c.authorities, fulcioVersions, at)
	if err != nil {
		return "", fmt.Errorf("certificate authority: %w", err)
	}
	return s.URL, nil
}

// Issuer is the OpenID Connect issuer at which people sign in.
func (c *Config) Issuer(at time.Time) (string, error) {
	if len(c.issuers) == 0 {
		return "", errors.New("the signing configuration names no OpenID Connect issuer (oidcUrls): give an identity token")
	}
	s, err := root.SelectService(c.issuers, oidcVersions, at)
	if err != nil {
		return "", fmt.Errorf("OpenID Connect issuer: %w", err)
	}
	return s.URL, nil
}

// choose picks as many services as the configuration asks for; none if it lists
// none.
func (c choice) choose(what string, versions []uint32, at time.Time) ([]string, error) {
	if len(c.list) == 0 {
		return nil, nil
	}
	chosen, err := root.SelectServices(c.list, c.how, versions, at)
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
		{"certificate authority", c.authorities},
		{"OpenID Connect issuer", c.issuers},
		{"transparency log", c.logs.list},
		{"timestamp authority", c.stamps.list},
	} {
		for _, s := range group.list {
			list = append(list, Service{group.kind, s.URL, s.MajorAPIVersion, s.Operator, s.ValidityPeriodStart, s.ValidityPeriodEnd})
		}
	}
	return list
}
