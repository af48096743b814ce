package cms

import (
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// DER reads DER: every read is exact, or nothing is.
type DER struct{ cryptobyte.String }

// Seq reads what an element with a tag holds.
func (d *DER) Seq(tag cbasn1.Tag) (DER, bool) {
	var inner cryptobyte.String
	ok := d.ReadASN1(&inner, tag)
	return DER{inner}, ok
}

// Number reads an INTEGER.
func (d *DER) Number() (int64, bool) {
	var n int64
	ok := d.ReadASN1Int64WithTag(&n, cbasn1.INTEGER)
	return n, ok
}

// OID reads an OBJECT IDENTIFIER.
func (d *DER) OID() (asn1.ObjectIdentifier, bool) {
	var o asn1.ObjectIdentifier
	ok := d.ReadASN1ObjectIdentifier(&o)
	return o, ok
}

// Algorithm reads an AlgorithmIdentifier with no parameters, or NULL.
func (d *DER) Algorithm() (asn1.ObjectIdentifier, bool) {
	a, ok := d.Seq(cbasn1.SEQUENCE)
	if !ok {
		return nil, false
	}
	o, ok := a.OID()
	if ok && !a.Empty() {
		var null cryptobyte.String
		ok = a.ReadASN1(&null, cbasn1.NULL) && null.Empty() && a.Empty()
	}
	return o, ok
}
