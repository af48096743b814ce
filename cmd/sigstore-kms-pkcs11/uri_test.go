//go:build cgo

package main

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzParseURI: a reference that is read names one token and a key, and no PIN;
// written again it is the same.
func FuzzParseURI(f *testing.F) {
	f.Add("token=release;object=ci?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/run/pin")
	f.Add("serial=0001;id=%01%02;type=private")
	f.Add("token=a;token=b;object=c")
	f.Add("token=a;object=b?pin-value=1234")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := parseURI(text)
		if err != nil {
			return
		}
		if (u.token == "") == (u.serial == "") || u.object == "" && u.id == "" {
			t.Errorf("%q: %+v", text, u)
		}
		again := ""
		for _, part := range []struct{ before, name, value string }{
			{"", "token", u.token}, {";", "serial", u.serial}, {";", "object", u.object}, {";", "id", u.id},
			{"?", "module-path", u.module}, {"&", "pin-source", u.pinSource},
		} {
			again += part.before + part.name + "=" + strings.ReplaceAll(url.QueryEscape(part.value), "+", "%20")
		}
		if same, err := parseURI(again); err != nil || *same != *u {
			t.Errorf("%q is %+v, and %q is %+v, %v", text, u, again, same, err)
		}
	})
}
