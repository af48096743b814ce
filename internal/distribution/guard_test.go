package distribution

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// The form in which a token is asked for, which holds a password or a refresh
// token, is sent to nobody else, whatever the server of tokens answers. Bytes that
// are uploaded may go where the registry keeps them.
func TestCredentialsAreNotRedirected(t *testing.T) {
	var got []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Content-Type"))
	}))
	defer other.Close()
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/there" {
			return
		}
		to := other.URL
		if r.URL.Path == "/here" {
			to = "/there"
		}
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}))
	defer tokens.Close()
	c := http.Client{Transport: NewGuard(Options{Limits: Limits{Requests: 10, Document: 1 << 10, Total: 1 << 10}})}
	form := url.Values{"refresh_token": {"s3cret"}}
	resp, err := c.PostForm(tokens.URL+"/token", form)
	if err == nil {
		resp.Body.Close()
	}
	if err == nil || strings.Contains(err.Error(), "s3cret") || len(got) > 0 {
		t.Errorf("got %v, and the other server %q", err, got)
	}
	resp, err = c.PostForm(tokens.URL+"/here", form)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	resp, err = c.Post(tokens.URL+"/upload", "application/octet-stream", strings.NewReader("blob"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if len(got) != 1 {
		t.Errorf("the other server got %q", got)
	}
}
