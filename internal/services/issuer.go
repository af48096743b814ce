package services

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Audience is the audience of tokens for Fulcio.
const Audience = "sigstore"

// Claims are the claims of a token. Those that every token has (iss, aud, iat,
// nbf, exp) are filled in where they are missing; a nil takes one out.
type Claims map[string]any

// Issuer is an OpenID Connect issuer: discovery and keys, the code flow with PKCE,
// the device flow, and the token service that a GitHub Actions job sees.
type Issuer struct {
	URL string

	mu      sync.Mutex
	rsa     *rsa.PrivateKey
	ecdsa   *ecdsa.PrivateKey
	signIn  Claims
	job     Claims
	codes   map[string]url.Values // what was asked for, by code
	pending int                   // how often a device is told to wait
}

// Key identifiers of the issuer's keys.
const (
	RS256 = "rsa-1"
	ES256 = "ec-1"
)

// NewIssuer starts an issuer, which ends with the test.
func NewIssuer(t testing.TB) *Issuer {
	t.Helper()
	i := &Issuer{codes: map[string]url.Values{}, pending: 1}
	i.Rotate(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) { w.Write(i.KeySet()) })
	mux.HandleFunc("GET /auth", i.authorize)
	mux.HandleFunc("POST /token", i.exchange)
	mux.HandleFunc("POST /device", i.device)
	mux.HandleFunc("GET /actions/token", i.actions)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	i.URL = server.URL
	return i
}

// Rotate gives the issuer new keys under the same identifiers.
func (i *Issuer) Rotate(t testing.TB) {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rsa, i.ecdsa = r, e
}

// SignIn sets who signs in with a browser or a device.
func (i *Issuer) SignIn(c Claims) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.signIn = c
}

// Job sets the claims of the tokens that a job gets.
func (i *Issuer) Job(c Claims) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.job = c
}

// JobEnvironment is what a GitHub Actions job with "id-token: write" finds in its
// environment.
func (i *Issuer) JobEnvironment() []string {
	return []string{
		"GITHUB_ACTIONS=true",
		"ACTIONS_ID_TOKEN_REQUEST_URL=" + i.URL + "/actions/token?api-version=2.0",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=job-secret",
	}
}

// KeySet is the issuer's keys, a JWK set (RFC 7517).
func (i *Issuer) KeySet() []byte {
	i.mu.Lock()
	defer i.mu.Unlock()
	point, err := i.ecdsa.PublicKey.Bytes()
	if err != nil {
		panic(err) // it was generated here
	}
	text, err := json.Marshal(map[string]any{"keys": []any{
		map[string]string{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": RS256,
			"n": encode(i.rsa.N.Bytes()), "e": encode(big.NewInt(int64(i.rsa.E)).Bytes()),
		},
		map[string]string{
			"kty": "EC", "alg": "ES256", "use": "sig", "kid": ES256, "crv": "P-256",
			"x": encode(point[1:33]), "y": encode(point[33:]),
		},
	}})
	if err != nil {
		panic(err)
	}
	return text
}

// Token mints a token, signed with RS256.
func (i *Issuer) Token(c Claims) string {
	return i.Sign(Claims{"alg": "RS256", "typ": "JWT", "kid": RS256}, c)
}

// Sign mints a token with a header of the caller's, signed with the key that the
// header's kid names.
func (i *Issuer) Sign(header, c Claims) string {
	now := time.Now().Unix()
	all := Claims{"iss": i.URL, "aud": Audience, "iat": now, "nbf": now, "exp": now + 600}
	maps.Copy(all, c)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	h, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	p, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	input := encode(h) + "." + encode(p)
	digest := sha256.Sum256([]byte(input))
	i.mu.Lock()
	defer i.mu.Unlock()
	var sig []byte
	if header["kid"] == ES256 {
		r, s, e := ecdsa.Sign(rand.Reader, i.ecdsa, digest[:])
		if err = e; err == nil {
			sig = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	} else {
		sig, err = rsa.SignPKCS1v15(rand.Reader, i.rsa, crypto.SHA256, digest[:])
	}
	if err != nil {
		panic(err)
	}
	return input + "." + encode(sig)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

// refuse answers with an OAuth error (RFC 6749, section 5.2).
func refuse(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	json.NewEncoder(w).Encode(map[string]string{"error": code})
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL + "/auth",
		"token_endpoint": i.URL + "/token", "device_authorization_endpoint": i.URL + "/device",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256"},
		"code_challenge_methods_supported":      []string{"S256"},
	})
}

// authorize is the page at which somebody signs in; here all do at once.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" {
		http.Error(w, "not a code flow with PKCE", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	i.mu.Lock()
	i.codes[code] = q
	i.mu.Unlock()
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// exchange gives a token for a code, once.
func (i *Issuer) exchange(w http.ResponseWriter, r *http.Request) {
	code := r.PostFormValue("code")
	if r.PostFormValue("grant_type") == "urn:ietf:params:oauth:grant-type:device_code" {
		code = r.PostFormValue("device_code")
	}
	i.mu.Lock()
	asked, ok := i.codes[code]
	waits := asked.Get("device") != "" && i.pending > 0
	if waits {
		i.pending--
	} else {
		delete(i.codes, code)
	}
	who := maps.Clone(i.signIn)
	i.mu.Unlock()
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case waits:
		refuse(w, "authorization_pending")
		return
	case !ok || asked.Get("code_challenge") != encode(challenge[:]):
		refuse(w, "invalid_grant")
		return
	}
	if nonce := asked.Get("nonce"); nonce != "" {
		who["nonce"] = nonce
	}
	answer(w, map[string]any{"access_token": "none", "token_type": "Bearer", "id_token": i.Token(who)})
}

// device begins a device flow (RFC 8628).
func (i *Issuer) device(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	code := rand.Text()
	i.mu.Lock()
	r.PostForm.Set("device", "yes")
	i.codes[code] = r.PostForm
	i.mu.Unlock()
	answer(w, map[string]any{
		"device_code": code, "user_code": "ABCD-EFGH", "verification_uri": i.URL + "/verify", "expires_in": 60, "interval": 1,
	})
}

// actions is the token service of GitHub Actions.
func (i *Issuer) actions(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer job-secret" {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	i.mu.Lock()
	job := maps.Clone(i.job)
	i.mu.Unlock()
	if audience := r.URL.Query().Get("audience"); audience != "" {
		if _, fixed := job["aud"]; !fixed {
			job["aud"] = audience
		}
	}
	answer(w, map[string]any{"count": 1, "value": i.Token(job)})
}

// Workflow are the claims of a job that a person dispatched in a repository, as
// GitHub Actions states them. Changes are taken over.
func Workflow(changes Claims) Claims {
	const repository, workflow = "acme/hello", "acme/hello/.github/workflows/release.yml@refs/heads/main"
	const commit = "0123456789abcdef0123456789abcdef01234567"
	c := Claims{
		"sub": fmt.Sprintf("repo:%s:ref:refs/heads/main", repository), "repository": repository, "repository_id": "101",
		"repository_owner": "acme", "repository_owner_id": "7", "repository_visibility": "private",
		"ref": "refs/heads/main", "ref_type": "branch", "ref_protected": "true", "sha": commit,
		"workflow": "release", "workflow_ref": workflow, "workflow_sha": commit,
		"job_workflow_ref": workflow, "job_workflow_sha": commit,
		"event_name": "workflow_dispatch", "actor": "tom", "actor_id": "4211",
		"run_id": "7001", "run_number": "12", "run_attempt": "1", "runner_environment": "github-hosted", "jti": rand.Text(),
	}
	maps.Copy(c, changes)
	return c
}
