package sigstore

import (
	"context"
	"net/http"
)

// FetchKeys fetches the key set of an OpenID Connect issuer, and says from where. o
// needs no more than its Timeout and Transport. What is fetched is the issuer's as
// far as the connection to it is.
func FetchKeys(ctx context.Context, issuer string, o Options) (keys []byte, from string, err error) {
	c := o.newClient("issuer of the token")
	d, err := c.discover(ctx, issuer)
	if err != nil {
		return nil, "", err
	}
	if err := checkEndpoint(d.Keys); err != nil {
		return nil, "", err
	}
	keys, err = c.do(ctx, http.MethodGet, d.Keys, nil, nil)
	return keys, d.Keys, err
}
