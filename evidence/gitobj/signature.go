package gitobj

import "bytes"

// findSignature returns the offset of the signature at the end of a tag, or
// len(body) if there is none. Like git (parse_signed_buffer), it takes the
// last line that begins as an armored signature of a known kind does, so text
// that imitates one earlier in the message is part of what is signed.
func findSignature(body []byte) int {
	match := len(body)
	for at := 0; at < len(body); {
		if beginsSignature(body[at:]) {
			match = at
		}
		n := bytes.IndexByte(body[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	return match
}

// beginsSignature knows the armor of OpenPGP, X.509 and SSH (git,
// gpg-interface.c).
func beginsSignature(line []byte) bool {
	line, ok := bytes.CutPrefix(line, []byte("-----BEGIN "))
	return ok && (bytes.HasPrefix(line, []byte("PGP SIGNATURE-----")) ||
		bytes.HasPrefix(line, []byte("PGP MESSAGE-----")) ||
		bytes.HasPrefix(line, []byte("SIGNED MESSAGE-----")) ||
		bytes.HasPrefix(line, []byte("SSH SIGNATURE-----")))
}

// signatureKey is the commit header that holds the signature over the object
// as it is in a repository of format f. The other one belongs to the object's
// form in the other format (git, hash-function-transition).
func signatureKey(f Format) string {
	if f == SHA256 {
		return "gpgsig-sha256"
	}
	return "gpgsig"
}

// without returns body[:end] without the signature headers, which no signature
// covers. It copies only if there is something to leave out.
func without(body []byte, end int, fields []field) []byte {
	var out []byte
	from := 0
	for _, f := range fields {
		if f.key == "gpgsig" || f.key == "gpgsig-sha256" {
			out = append(out, body[from:f.start]...)
			from = f.end
		}
	}
	if from == 0 {
		return body[:end:end]
	}
	return append(out, body[from:end]...)
}
