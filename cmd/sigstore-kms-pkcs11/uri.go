//go:build cgo

package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// uri is what an RFC 7512 URI says, as far as it is needed here.
type uri struct {
	token, serial string
	object, id    string
	module        string
	pinSource     string
}

// parseURI reads the part of a reference after pkcs11://.
func parseURI(text string) (*uri, error) {
	u := &uri{}
	path, query, _ := strings.Cut(text, "?")
	for _, part := range []struct {
		text, separator string
		into            map[string]*string
	}{
		{path, ";", map[string]*string{"token": &u.token, "serial": &u.serial, "object": &u.object, "id": &u.id, "type": new(string)}},
		{query, "&", map[string]*string{"module-path": &u.module, "pin-source": &u.pinSource}},
	} {
		seen := map[string]bool{}
		for attribute := range strings.SplitSeq(part.text, part.separator) {
			if attribute == "" {
				continue
			}
			name, value, _ := strings.Cut(attribute, "=")
			switch into := part.into[name]; {
			case name == "pin-value":
				return nil, errors.New("pin-value: everybody on the machine can see a command line: name a file with pin-source, or set PKCS11_PIN")
			case into == nil:
				return nil, fmt.Errorf("%.40q is no attribute that is known here", name)
			case seen[name]:
				return nil, fmt.Errorf("%s stands there twice", name)
			default:
				decoded, err := url.PathUnescape(value)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				*into, seen[name] = decoded, true
			}
		}
	}
	if (u.token == "") == (u.serial == "") {
		return nil, errors.New("name the token: token=LABEL or serial=NUMBER, one of them")
	}
	if u.object == "" && u.id == "" {
		return nil, errors.New("name the key: object=LABEL or id=BYTES")
	}
	return u, nil
}

// pin is the token's PIN.
func (u *uri) pin(getenv func(string) string, readFile func(string) ([]byte, error)) (string, error) {
	if u.pinSource == "" {
		if pin := getenv("PKCS11_PIN"); pin != "" {
			return pin, nil
		}
		return "", errors.New("no PIN: add &pin-source=FILE to the reference, or set PKCS11_PIN")
	}
	data, err := readFile(strings.TrimPrefix(strings.TrimPrefix(u.pinSource, "file://"), "file:"))
	if err != nil {
		return "", fmt.Errorf("pin-source: %w", err)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}
