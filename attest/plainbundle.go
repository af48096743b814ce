package attest

import (
	"bytes"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/bundlejson"
)

// plainBundle is a bundle by a bare key without other proofs, as Sign and
// Canonical write it, around its hint, payload and signature.
var plainBundle = [...][]byte{
	[]byte(`{"mediaType":"` + evidence.MediaTypeSigstoreBundle + `","verificationMaterial":{"publicKey":{"hint":"`),
	[]byte(`"}},"dsseEnvelope":{"payload":"`),
	[]byte(`","payloadType":"` + PayloadType + `","signatures":[{"sig":"`),
	[]byte(`"}]}}`),
}

// readPlain reads a bundle of that form, which most here have. False is every
// other, right or wrong: it is to be read as JSON.
func readPlain(raw []byte) (j bundleJSON, ok bool) {
	if len(raw) > MaxBundle {
		return j, false
	}
	var values [len(plainBundle) - 1][]byte
	for i := range values {
		if raw, ok = bytes.CutPrefix(raw, plainBundle[i]); !ok {
			return j, false
		}
		n := bytes.IndexByte(raw, '"')
		if n < 0 {
			return j, false
		}
		values[i], raw = raw[:n], raw[n:]
	}
	if !bytes.Equal(raw, plainBundle[len(values)]) {
		return j, false
	}
	for _, c := range values[0] {
		if c < ' ' || c > '~' || c == '\\' { // a string that is not what it says
			return j, false
		}
	}
	e := &bundlejson.Envelope{PayloadType: PayloadType, Signatures: make([]bundlejson.Signature, 1)}
	if e.Payload.UnmarshalText(values[1]) != nil || e.Signatures[0].Sig.UnmarshalText(values[2]) != nil {
		return j, false
	}
	return bundleJSON{
		MediaType: evidence.MediaTypeSigstoreBundle,
		Material:  &materialJSON{PublicKey: &bundlejson.PublicKey{Hint: string(values[0])}},
		DSSE:      e,
	}, true
}
