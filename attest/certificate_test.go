package attest_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/internal/testca"
)

func TestWithCertificate(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	company := testca.NewAuthority(t, "Acme", begin, nil)
	ana, ben := company.Employee(t, "ana@acme.example", begin, nil), company.Employee(t, "ben@acme.example", begin, nil)
	key, err := attest.LoadSigner(ana.KeyPEM(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.WithCertificate(key, append(ana.PEM(), company.PEM()...))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := attest.Sign(context.Background(), s, []byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"}}],"predicateType":"https://example.com/t/v1","predicate":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := attest.ParseBundle(raw)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Chain) != 1 || !bytes.Equal(b.Chain[0], ana.Certificate.Raw) || b.Hint != "" || key.Public().Verify(b.SignedBytes(), b.Signature) != nil {
		t.Errorf("%+v", b)
	}
	for name, file := range map[string][]byte{
		"empty": nil, "a key": ana.KeyPEM(t), "of somebody else": ben.PEM(), "too long": bytes.Repeat([]byte("\n"), 1<<20),
	} {
		if _, err := attest.WithCertificate(key, file); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
