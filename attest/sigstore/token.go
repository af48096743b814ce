package sigstore

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// MaxToken is the most bytes of an identity token that are read.
const MaxToken = 64 << 10

// DefaultAudience is the audience that Fulcio expects of tokens.
const DefaultAudience = "sigstore"

// Token is an OpenID Connect identity token. Nothing here verifies it: the
// services that it is for do.
type Token struct {
	// Issuer is who it says issued it.
	Issuer string
	// Expires is when it ends.
	Expires time.Time
	// Audiences are whom it is for.
	Audiences []string
	raw       string
	subject   string // what is signed to prove possession of a key
	nonce     string
}

// Raw is the token as it is sent (JWS compact serialisation, RFC 7515).
func (t Token) Raw() string { return t.raw }

// ParseToken reads what a token says of itself.
func ParseToken(raw string) (Token, error) {
	raw = strings.TrimSpace(raw)
	parts := strings.Split(raw, ".")
	if len(raw) > MaxToken || len(parts) != 3 {
		return Token{}, errors.New("it is not an identity token (a JWT of three parts)")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return Token{}, errors.New("it is not an identity token: its payload is not base64url")
	}
	var c struct {
		Issuer   string          `json:"iss"`
		Subject  string          `json:"sub"`
		Audience json.RawMessage `json:"aud"`
		Expires  float64         `json:"exp"`
		Nonce    string          `json:"nonce"`
		Email    string          `json:"email"`
		Verified any             `json:"email_verified"`
	}
	if err := strictjson.Check(payload); err != nil {
		return Token{}, fmt.Errorf("it is not an identity token: %w", err)
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return Token{}, fmt.Errorf("it is not an identity token: %w", err)
	}
	t := Token{Issuer: c.Issuer, Expires: time.Unix(int64(c.Expires), 0).UTC(), raw: raw, subject: c.Subject, nonce: c.Nonce}
	if c.Email != "" {
		if c.Verified != true && c.Verified != "true" {
			return Token{}, fmt.Errorf("its issuer %s has not verified the address %.100q: no certificate is issued for it", c.Issuer, c.Email)
		}
		t.subject = c.Email
	}
	if t.Issuer == "" || t.subject == "" {
		return Token{}, errors.New("the identity token names no issuer or no subject")
	}
	var one string
	if json.Unmarshal(c.Audience, &one) == nil {
		t.Audiences = []string{one}
	} else if json.Unmarshal(c.Audience, &t.Audiences) != nil {
		return Token{}, errors.New("the identity token names no audience")
	}
	return t, nil
}

// TokenSource is where identity tokens come from: [Static], [GitHubActions],
// [Browser] and [Device] are some. Others, such as a secret store or the token
// service of another CI system, are written by those who have them.
type TokenSource interface {
	// Token returns an identity token (JWS compact serialisation, RFC 7515) whose
	// audience is that of the service it is for. It is called again when a
	// certificate is about to end.
	Token(ctx context.Context) (string, error)
}

// asking is a TokenSource that asks a service, by the transport and within the
// time of [Options] where there are any.
type asking interface {
	ask(ctx context.Context, c *client) (Token, error)
}

// tokenOf gets a token.
func tokenOf(ctx context.Context, s TokenSource, o *Options) (Token, error) {
	if s == nil {
		return Token{}, errors.New("there is no source of tokens")
	}
	if own, ok := s.(asking); ok {
		return own.ask(ctx, o.newClient("identity token"))
	}
	raw, err := s.Token(ctx)
	if err != nil {
		return Token{}, err
	}
	return ParseToken(raw)
}

// rawOf asks with what is usual: Go's default transport and timeout.
func rawOf(ctx context.Context, s asking) (string, error) {
	t, err := s.ask(ctx, new(Options).newClient("identity token"))
	return t.raw, err
}

// Static is a token that the caller has: of a file, a variable of the job
// (GitLab's id_tokens), or another tool.
type Static string

// Token implements [TokenSource].
func (s Static) Token(context.Context) (string, error) { return string(s), nil }

// GitHubActions asks the runner of a GitHub Actions job for a token. The job needs
// "permissions: id-token: write".
type GitHubActions struct {
	// URL and Secret are ACTIONS_ID_TOKEN_REQUEST_URL and
	// ACTIONS_ID_TOKEN_REQUEST_TOKEN of the job's environment.
	URL, Secret string
	// Audience is whom the token is for; "" is [DefaultAudience].
	Audience string
}

// Token implements [TokenSource].
func (g GitHubActions) Token(ctx context.Context) (string, error) { return rawOf(ctx, g) }

func (g GitHubActions) ask(ctx context.Context, c *client) (Token, error) {
	u, err := url.Parse(g.URL)
	if err != nil || u.Host == "" || g.Secret == "" {
		return Token{}, errors.New("the job has no token service: does it have \"permissions: id-token: write\"?")
	}
	query := u.Query()
	audience := g.Audience
	if audience == "" {
		audience = DefaultAudience
	}
	query.Set("audience", audience)
	u.RawQuery = query.Encode()
	answer, err := c.do(ctx, http.MethodGet, u.String(), map[string]string{"Authorization": "Bearer " + g.Secret, "Accept": "application/json"}, nil)
	if err != nil {
		return Token{}, err
	}
	var got struct {
		Value string `json:"value"`
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		return Token{}, fmt.Errorf("the runner's answer is not JSON: %w", err)
	}
	return ParseToken(got.Value)
}

// FetchToken gets a token for another purpose than a certificate: an approval that
// the forge signs (see docs/format.md). o needs no more than its Timeout and
// Transport.
func FetchToken(ctx context.Context, s TokenSource, o Options) (Token, error) {
	return tokenOf(ctx, s, &o)
}
