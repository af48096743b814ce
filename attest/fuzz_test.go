package attest_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/hiddeco/sshsig"

	"github.com/release-dossier/dossier/attest"
)

func FuzzParseBundle(f *testing.F) {
	raw, key := signed(f)
	f.Add(raw)
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle+json;version=0.1","verificationMaterial":{"x509CertificateChain":{"certificates":[{"rawBytes":"AA"}]}},"dsseEnvelope":{"payload":"_-8","payloadType":"t","signatures":[{"sig":"AA=="}]}}`))
	f.Add([]byte(`{"payload":"e30","payloadType":"t","signatures":[{"sig":"AA=="}]}`))
	good, err := attest.ParseBundle(raw)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		attest.ParseEnvelope(data)
		b, err := attest.ParseBundle(data)
		if err != nil {
			return
		}
		if len(b.Payload) == 0 || len(b.Signature) == 0 || b.PayloadType == "" {
			t.Errorf("an incomplete bundle: %+v", b)
		}
		same := b.PayloadType == good.PayloadType && bytes.Equal(b.Payload, good.Payload)
		if key.Verify(b.SignedBytes(), b.Signature) == nil && !same {
			t.Error("another statement verifies")
		}
	})
}

func FuzzParseStatement(f *testing.F) {
	f.Add(payload(f, "app"))
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v0.1","subject":[{"digest":{"sha1":""}}],"predicateType":"t","predicate":{}}`))
	f.Add([]byte(" {\"predicate\" : {\"a\": [ ] } ,\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha1\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"}}],\"predicateType\":\"t\"}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		other, imported := attest.ParseImported(data)
		s, err := attest.ParseStatement(data)
		if err != nil {
			return
		}
		var copied struct{ Predicate json.RawMessage }
		if err := json.Unmarshal(data, &copied); err != nil || string(s.Predicate) != string(copied.Predicate) || string(other.Predicate) != string(s.Predicate) {
			t.Errorf("the predicate is %s, want %s, %v", s.Predicate, copied.Predicate, err)
		}
		if cap(s.Predicate) != len(s.Predicate) {
			t.Error("what is appended to the predicate changes the payload")
		}
		if imported != nil {
			t.Errorf("own but not importable: %v", imported)
		}
		if _, err := attest.NewStatement(s.Subject, s.PredicateType, s.Predicate); err != nil {
			t.Errorf("read but not writable: %v", err)
		}
	})
}

func FuzzParsePublicKey(f *testing.F) {
	_, key := signed(f)
	f.Add(key.PEM())
	f.Add([]byte(key.AuthorizedKey()))
	f.Add([]byte(fidoLine(f)))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := attest.ParsePublicKey(data)
		if err != nil {
			return
		}
		for _, form := range [][]byte{k.PEM(), []byte(k.AuthorizedKey())} {
			if again, err := attest.ParsePublicKey(form); err != nil || again.Identity() != k.Identity() {
				t.Errorf("written as %q it is %v, %v", form, again.Identity(), err)
			}
		}
	})
}

func FuzzLoadSigner(f *testing.F) {
	private, _, err := attest.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(private)
	f.Add(fidoKeyFile(f))
	f.Add([]byte("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n" +
		"eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjoxLCJyIjo4LCJwIjoxfX19\n" +
		"-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"))
	f.Add([]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := attest.LoadSigner(data, passphrase)
		if err != nil {
			return
		}
		if _, err := s.Sign(t.Context(), data); err != nil {
			t.Error(err)
		}
	})
}

// FuzzVerifySSHSignature: a signature that is accepted is of the message and the
// namespace, and of the key that signed it.
func FuzzVerifySSHSignature(f *testing.F) {
	message := []byte("a tag")
	keys := map[string]bool{}
	for _, holder := range fixedKeys(f) {
		sig, err := sshsig.Sign(bytes.NewReader(message), holder, sshsig.HashSHA512, "git")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sshsig.Armor(sig))
		key, err := attest.VerifySSHSignature(sshsig.Armor(sig), message, "git")
		if err != nil {
			f.Fatal(err)
		}
		keys[key.Fingerprint()] = true
	}
	f.Add([]byte("-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQ==\n-----END SSH SIGNATURE-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := attest.VerifySSHSignature(data, message, "git")
		if _, e := attest.VerifySSHSignature(data, []byte("a tag."), "git"); e == nil {
			t.Error("it is of another message")
		}
		if _, e := attest.VerifySSHSignature(data, message, "file"); e == nil {
			t.Error("it is of another namespace")
		}
		if err == nil && !keys[key.Fingerprint()] {
			t.Errorf("accepted as signed by %s", key.Fingerprint())
		}
	})
}
