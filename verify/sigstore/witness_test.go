package sigstore_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify/sigstore"
)

const witnessName = "witness.example"

func witnessKey() (ed25519.PrivateKey, []byte) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	return key, append([]byte{4}, key.Public().(ed25519.PublicKey)...)
}

func witnessID() []byte {
	_, raw := witnessKey()
	id := sha256.Sum256(append([]byte(witnessName+"\n"), raw...))
	return id[:4]
}

func witness(t testing.TB) sigstore.Witness {
	t.Helper()
	_, raw := witnessKey()
	w, err := sigstore.ParseWitness(fmt.Sprintf("%s+%x+%s", witnessName, witnessID(), base64.StdEncoding.EncodeToString(raw)))
	must(t, err)
	return w
}

// TestWitness asks for the cosignature of a witness.
func TestWitness(t *testing.T) {
	key, _ := witnessKey()
	cosign := func(at uint64, text string) string {
		sig := binary.BigEndian.AppendUint64(witnessID(), at)
		sig = append(sig, ed25519.Sign(key, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text))...)
		return "— " + witnessName + " " + base64.StdEncoding.EncodeToString(sig) + "\n"
	}
	v := verifier(t, sigstore.Config{Roots: virtualRoots(t, "trusted_root.json"), Witnesses: []sigstore.Witness{witness(t)}, Cosignatures: 1})
	for _, tt := range []struct {
		name string
		sign func(text string) string
		code sigstore.Code
	}{
		{"cosigned", func(text string) string { return cosign(1700000000, text) }, ""},
		{"another checkpoint cosigned", func(text string) string { return cosign(1700000000, text+"x\n") }, sigstore.LogWitness},
		{"not cosigned", func(string) string { return "" }, sigstore.LogWitness},
		{"cosigned twice", func(text string) string { return cosign(1, text) + cosign(2, text) }, sigstore.LogCheckpoint},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := edited(t, "dsse-v2.json", func(b object) {
				c := proof(b)["checkpoint"].(object)
				note := c["envelope"].(string)
				text := note[:strings.LastIndex(note, "\n\n")+1]
				c["envelope"] = note + tt.sign(text)
			})
			r := v.Verify(raw, artifactOf(t, []byte(virtualArtifact)), virtualPolicy(t, "").signers(), virtualAt(t))
			if r.Code != tt.code {
				showChecks(t, r)
				t.Errorf("code %q, want %q", r.Code, tt.code)
			}
		})
	}
	for _, bad := range []string{"", "a", "a+b", "a+00000000+AAAA", witnessName + "+00000000+" + base64.StdEncoding.EncodeToString(make([]byte, 33))} {
		if _, err := sigstore.ParseWitness(bad); err == nil {
			t.Errorf("the witness key %q is accepted", bad)
		}
	}
}
