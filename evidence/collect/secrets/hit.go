package secrets

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Hit is something in a material that looks like a credential. It never holds
// the credential.
type Hit struct {
	// Rule is the rule's id; Description says what it looks for.
	Rule, Description string
	// Material is the name of the material.
	Material string
	// Line counts from 1, Offset is in bytes from 0. If Encoding is not "",
	// they are where the encoded text begins.
	Line, Offset int64
	// Encoding is "base64", "gzip", "escapes" or "".
	Encoding string
	// Excerpt is what stands before the credential and how long that is.
	Excerpt string
	// Fingerprint is the same for the same rule and credential, wherever it is
	// found: 16 hex digits, made so slowly that a weak password is not guessed
	// from it in passing.
	Fingerprint string
	// Count is how often it is in the material.
	Count int
	// Allowed is the reason why it is allowed; "" means that it is not.
	Allowed string
}

// String names rule, place and excerpt, in printable ASCII.
func (h Hit) String() string {
	where := fmt.Sprintf("%s, line %d", h.Material, h.Line)
	if h.Encoding != "" {
		where += " (" + h.Encoding + ")"
	}
	return fmt.Sprintf("%s: %s: %s [fingerprint %s]", where, h.Rule, h.Excerpt, h.Fingerprint)
}

// fullRounds make one fingerprint take some 20 ms. Tests are in a hurry.
const fullRounds = 100_000

var rounds = fullRounds

func fingerprint(rule string, secret []byte) (string, error) {
	key, err := pbkdf2.Key(sha256.New, string(secret), []byte("dossier secret fingerprint v1 "+rule), rounds, 8)
	return hex.EncodeToString(key), err
}

// maxExcerpt is the most bytes shown of what stands before a credential.
const maxExcerpt = 48

// excerpt shows what stands before the secret of c in its match, and nothing
// of the secret or of what could be another one.
func excerpt(text []byte, c candidate) string {
	from := max(c.match, c.start-maxExcerpt)
	return mask(string(text[from:c.start])) + fmt.Sprintf("[%d bytes]", c.end-c.start)
}

// mask keeps names and punctuation, but no run of characters that is long or
// holds a digit beside letters.
func mask(s string) string {
	var out strings.Builder
	for s != "" {
		n := 0
		for n < len(s) && (coded[s[n]] != 0 || s[n] == '=' && n > 0) {
			n++
		}
		switch {
		case n == 0:
			if b := s[0]; b >= ' ' && b < 0x7f {
				out.WriteByte(b)
			} else {
				out.WriteByte(' ')
			}
			n = 1
		case n > 24 || n > 8 && strings.ContainsAny(s[:n], "0123456789"):
			out.WriteString("***")
		default:
			out.WriteString(s[:n])
		}
		s = s[n:]
	}
	return out.String()
}
