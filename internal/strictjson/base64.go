package strictjson

import (
	"bytes"
	"encoding/base64"
	"errors"
)

// Base64 is bytes as protobuf JSON holds them, and so a Sigstore bundle: in
// base64 of the standard or the URL alphabet, with padding or without. It is
// written in standard base64. Go's decoder would let line breaks through; a
// text has one meaning here or none.
type Base64 []byte

// MarshalText implements encoding.TextMarshaler.
func (b Base64) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Base64) UnmarshalText(text []byte) error {
	if bytes.IndexByte(text, '\r') >= 0 || bytes.IndexByte(text, '\n') >= 0 {
		return errors.New("base64 with a line break")
	}
	padded, bare := standard, bareStandard
	if bytes.IndexByte(text, '-') >= 0 || bytes.IndexByte(text, '_') >= 0 {
		padded, bare = url, bareURL // which in turn refuse + and /
	}
	enc := bare
	if bytes.HasSuffix(text, []byte("=")) {
		enc = padded
	}
	got := make([]byte, enc.DecodedLen(len(text)))
	n, err := enc.Decode(got, text)
	if err != nil {
		return errors.New("not base64 of RFC 4648, standard or URL alphabet")
	}
	*b = got[:n]
	return nil
}

// The encodings of RFC 4648, sections 4 and 5, with and without padding, in
// which a text has no bits to spare.
var (
	standard     = base64.StdEncoding.Strict()
	bareStandard = base64.RawStdEncoding.Strict()
	url          = base64.URLEncoding.Strict()
	bareURL      = base64.RawURLEncoding.Strict()
)
