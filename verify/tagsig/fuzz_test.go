package tagsig_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/release-dossier/dossier/verify/tagsig"
)

// newKey makes a key and its signature over text without gpg.
func newKey(t testing.TB) (key, armored []byte) {
	t.Helper()
	config := &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return year(2020) }}
	e, err := openpgp.NewEntity("Ann", "", "ann@example.com", config)
	if err != nil {
		t.Fatal(err)
	}
	var pub, sig bytes.Buffer
	if err := e.Serialize(&pub); err != nil {
		t.Fatal(err)
	}
	if err := openpgp.DetachSign(&sig, []*openpgp.Entity{e}, bytes.NewReader([]byte(text)), config); err != nil {
		t.Fatal(err)
	}
	return pub.Bytes(), arm(t, sig.Bytes())
}

func arm(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := armor.Encode(&out, "PGP SIGNATURE", nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return out.Bytes()
}

// FuzzSignature fuzzes the packets within the armor: none may panic, and none
// may verify under an empty text.
func FuzzSignature(f *testing.F) {
	key, armored := newKey(f)
	block, err := armor.Decode(bytes.NewReader(armored))
	if err != nil {
		f.Fatal(err)
	}
	var raw bytes.Buffer
	raw.ReadFrom(block.Body)
	f.Add(raw.Bytes())
	f.Add([]byte{0xc2, 0x02, 4, 0})                                    // cut short
	f.Add([]byte{0xc8, 0x02, 1, 0})                                    // compressed
	f.Add([]byte{0xc2, 10, 6, 0, 22, 8, 0xff, 0xff, 0xff, 0xff, 0, 0}) // 4 GiB of subpackets
	f.Fuzz(func(t *testing.T, data []byte) {
		sig := arm(t, data)
		tagsig.Inspect(sig)
		if _, err := tagsig.VerifyOpenPGP(key, nil, sig, time.Time{}); err == nil {
			t.Error("verifies over an empty text")
		}
	})
}

// FuzzKeyring fuzzes keys under a signature that stays good.
func FuzzKeyring(f *testing.F) {
	key, armored := newKey(f)
	if _, err := tagsig.VerifyOpenPGP(key, []byte(text), armored, time.Time{}); err != nil {
		f.Fatal(err)
	}
	f.Add(key)
	f.Add(key[:len(key)/2])
	f.Add([]byte("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDM=\n-----END PGP PUBLIC KEY BLOCK-----\n"))
	f.Fuzz(func(t *testing.T, ring []byte) {
		tagsig.VerifyOpenPGP(ring, []byte(text), armored, year(2020))
	})
}

func ExampleVerifyOpenPGP() {
	var t testing.T
	key, signature := newKey(&t)
	result, err := tagsig.VerifyOpenPGP(key, []byte(text), signature, time.Time{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(result.Fingerprint), result.UserIDs)
	_, err = tagsig.VerifyOpenPGP(key, []byte("another text"), signature, time.Time{})
	fmt.Println(err != nil)
	// Output:
	// 40 [Ann <ann@example.com>]
	// true
}
