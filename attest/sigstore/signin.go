package sigstore

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// DefaultClientID is the OAuth client that Sigstore's issuers know.
const DefaultClientID = "sigstore"

// SignIn is where a person signs in.
type SignIn struct {
	// Issuer is the OpenID Connect issuer, see [Config.Issuer].
	Issuer string
	// ClientID is "" for [DefaultClientID].
	ClientID string
	// Timeout is how long the person may take; zero is two minutes.
	Timeout time.Duration
}

const defaultSignIn = 2 * time.Minute

func (s *SignIn) timeout() time.Duration {
	if s.Timeout > 0 {
		return s.Timeout
	}
	return defaultSignIn
}

// Browser has a person sign in with a browser on this machine: the authorization
// code flow (RFC 8252) with PKCE (RFC 7636), state and nonce, answered on a port of
// the loopback address.
type Browser struct {
	SignIn
	// Open opens the address in a browser, or shows it.
	Open func(url string) error
}

// Device has a person sign in with any browser, by a short code (RFC 8628): for
// machines without one.
type Device struct {
	SignIn
	// Show tells the person where to go and what to enter.
	Show func(url, code string) error
}

// discovered is what an issuer says of itself (OpenID Connect Discovery 1.0).
type discovered struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Device        string `json:"device_authorization_endpoint"`
	Keys          string `json:"jwks_uri"`
}

// discover asks an issuer for its addresses.
func (c *client) discover(ctx context.Context, issuer string) (*discovered, error) {
	base := strings.TrimRight(issuer, "/")
	answer, err := c.do(ctx, http.MethodGet, base+"/.well-known/openid-configuration", nil, nil)
	if err != nil {
		return nil, err
	}
	d := new(discovered)
	if err := json.Unmarshal(answer, d); err != nil {
		return nil, fmt.Errorf("the issuer's description is not JSON: %w", err)
	}
	if strings.TrimRight(d.Issuer, "/") != base {
		return nil, fmt.Errorf("the issuer %s calls itself %.200q", issuer, d.Issuer)
	}
	for _, address := range []string{d.Authorization, d.Token, d.Device, d.Keys} {
		if address != "" && strings.HasPrefix(base, "https://") && !strings.HasPrefix(address, "https://") {
			return nil, fmt.Errorf("the issuer %s names %.200q, which is not https: neither codes nor keys go that way", issuer, address)
		}
	}
	return d, nil
}

// config is the client's side of the OAuth flows.
func (s *SignIn) config(ctx context.Context, c *client) (*oauth2.Config, error) {
	d, err := c.discover(ctx, s.Issuer)
	if err != nil {
		return nil, err
	}
	id := s.ClientID
	if id == "" {
		id = DefaultClientID
	}
	return &oauth2.Config{
		ClientID: id, Scopes: []string{"openid", "email"},
		Endpoint: oauth2.Endpoint{AuthURL: d.Authorization, TokenURL: d.Token, DeviceAuthURL: d.Device, AuthStyle: oauth2.AuthStyleInParams},
	}, nil
}

// Token implements [TokenSource].
func (b Browser) Token(ctx context.Context) (string, error) { return rawOf(ctx, b) }

func (b Browser) ask(ctx context.Context, c *client) (Token, error) {
	config, err := b.config(ctx, c)
	if err != nil {
		return Token{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, b.timeout(), errors.New("nobody signed in in time"))
	defer cancel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Token{}, err
	}
	config.RedirectURL = "http://" + listener.Addr().String() + "/auth/callback"
	state, nonce, proof := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	codes := make(chan reply, 1)
	server := &http.Server{Handler: callback(state, codes), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // it ends when the server is closed
	defer func() { _ = server.Close() }()
	if err := b.Open(config.AuthCodeURL(state, oauth2.S256ChallengeOption(proof), oauth2.SetAuthURLParam("nonce", nonce))); err != nil {
		return Token{}, err
	}
	var r reply
	select {
	case <-ctx.Done():
		return Token{}, context.Cause(ctx)
	case r = <-codes:
	}
	if r.err != nil {
		return Token{}, r.err
	}
	got, err := config.Exchange(c.within(ctx), r.code, oauth2.VerifierOption(proof))
	return identityToken(got, err, nonce)
}

// reply is what the browser brings back.
type reply struct {
	code string
	err  error
}

// callback is the page to which the issuer sends the browser. Only the first
// request with the state that was sent counts.
func callback(state string, codes chan<- reply) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /auth/callback", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
			http.Error(w, "This is not the sign-in that was asked for.", http.StatusBadRequest)
			return
		}
		result := reply{code: q.Get("code")}
		if result.code == "" {
			result.err = fmt.Errorf("the issuer did not let you sign in: %s", excerpt([]byte(q.Get("error")+" "+q.Get("error_description"))))
		}
		select {
		case codes <- result:
		default:
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, "You can close this page and go back to the terminal.")
	})
	return mux
}

// Token implements [TokenSource].
func (d Device) Token(ctx context.Context) (string, error) { return rawOf(ctx, d) }

func (d Device) ask(ctx context.Context, c *client) (Token, error) {
	config, err := d.config(ctx, c)
	if err != nil {
		return Token{}, err
	}
	if config.Endpoint.DeviceAuthURL == "" {
		return Token{}, fmt.Errorf("the issuer %s has no device flow: use a browser", d.Issuer)
	}
	ctx, cancel := context.WithTimeoutCause(c.within(ctx), d.timeout(), errors.New("nobody signed in in time"))
	defer cancel()
	proof := oauth2.GenerateVerifier()
	asked, err := config.DeviceAuth(ctx, oauth2.S256ChallengeOption(proof))
	if err != nil {
		return Token{}, err
	}
	if err := d.Show(asked.VerificationURI, asked.UserCode); err != nil {
		return Token{}, err
	}
	got, err := config.DeviceAccessToken(ctx, asked, oauth2.VerifierOption(proof))
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return identityToken(got, err, "") // the flow has no nonce
}

// within makes the OAuth library use the client's transport, bounds and refusal of
// redirects.
func (c *client) within(ctx context.Context) context.Context {
	h := *c.http
	h.Timeout = c.timeout
	return context.WithValue(ctx, oauth2.HTTPClient, &h)
}

// identityToken takes the identity token of an answer. It must have the nonce that
// was sent, if one was.
func identityToken(got *oauth2.Token, err error, nonce string) (Token, error) {
	if err != nil {
		return Token{}, err
	}
	raw, ok := got.Extra("id_token").(string)
	if !ok {
		return Token{}, errors.New("the issuer's answer holds no identity token")
	}
	t, err := ParseToken(raw)
	if err == nil && nonce != "" && t.nonce != nonce {
		err = errors.New("the issuer's token is of another sign-in (its nonce differs)")
	}
	return t, err
}
