package sigstore

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// FetchKeys fetches the key set of an OpenID Connect issuer, and says from where. o
// needs no more than its Timeout and Transport. What is fetched is the issuer's as
// far as the connection to it is: https, or to this machine.
func FetchKeys(ctx context.Context, issuer string, o Options) (keys []byte, from string, err error) {
	u, err := url.Parse(issuer)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, "", fmt.Errorf("the issuer %.200q is not one of https: whoever is between could make up its keys", issuer)
	}
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

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
