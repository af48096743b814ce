package redact_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/redact"
)

// FuzzGuessable: nothing is said to be hidden that is too short to be.
func FuzzGuessable(f *testing.F) {
	salt := make([]byte, 32)
	for i := range salt {
		salt[i] = byte(7 * i)
	}
	f.Add(fmt.Appendf(nil, `{"salt":%q}`, hex.EncodeToString(salt)))
	f.Add(fmt.Appendf(nil, "{\"salt\":%q}\n{\"url\":\"https://example.com\"}\n", hex.EncodeToString(salt)))
	f.Add([]byte(`{"salt":"0000000000000000000000000000000000000000000000000000000000000000"}`))
	f.Add([]byte(`{"who":"ana@acme.example","amount":"12.50"}`))
	f.Add(bytes.Repeat([]byte("a"), 4096))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := redact.Guessable(bundle.BytesBlob(data))
		if err != nil {
			t.Fatal(err)
		}
		// 32 bytes have 43 characters in base64, and 512 bytes are not made of fewer.
		switch {
		case got == redact.Salted && len(data) < 43, got == redact.Long && len(data) < 500:
			t.Errorf("%d bytes are %s: %q", len(data), got, data)
		case got != redact.Salted && got != redact.Long && got != redact.Short:
			t.Errorf("%q", got)
		}
	})
}
