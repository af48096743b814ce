package gitobj

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Tag is an annotated tag.
type Tag struct {
	// Object is what the tag points at, and Type that object's type.
	Object ID
	Type   Type
	// Name is the name inside the object; the reference may have another.
	Name string
	// Tagger is who made the tag; zero in some tags from before 2006.
	Tagger Person
	// Message is the text without the signature.
	Message string
	// Trailers are those of the message.
	Trailers []Trailer
	// Signature is the armored signature from its first line to the end of the
	// object; nil if the tag is not signed.
	Signature []byte
	// Payload is what the signature covers: everything before it, without the
	// headers that hold the signature for the repository's other format. It
	// may share memory with the object's bytes.
	Payload []byte
}

// ParseTag reads the content of a tag object. Headers that are missing,
// unknown, repeated or out of order, and NUL bytes, which git's own output
// would hide the rest of the message behind, are errors.
func ParseTag(body []byte) (Tag, error) {
	if len(body) > MaxText {
		return Tag{}, fmt.Errorf("tag: %d bytes, at most %d are allowed", len(body), MaxText)
	}
	if bytes.IndexByte(body, 0) >= 0 {
		return Tag{}, errors.New("tag: the object holds a NUL byte")
	}
	tag, err := parseTag(body)
	if err != nil {
		return Tag{}, fmt.Errorf("tag: %w", err)
	}
	return tag, nil
}

func parseTag(body []byte) (Tag, error) {
	var few [8]field
	fields, message, err := splitHeader(few[:0], body)
	if err != nil {
		return Tag{}, err
	}
	tag, err := tagHeader(&fieldReader{fields})
	if err != nil {
		return Tag{}, err
	}
	// No header begins as a signature does, so end is not before message.
	end := max(findSignature(body), message)
	tag.Message = string(body[message:end])
	tag.Trailers = ParseTrailers(tag.Message)
	tag.Payload = without(body, end, fields)
	if end < len(body) {
		tag.Signature = body[end:]
	}
	return tag, nil
}

func tagHeader(r *fieldReader) (tag Tag, err error) {
	if tag.Object, err = r.nextID("object", ""); err != nil {
		return Tag{}, err
	}
	typ, err := r.next("type")
	if err != nil {
		return Tag{}, err
	}
	tag.Type = Type(typ)
	if _, ok := tag.Type.MaxSize(); !ok {
		return Tag{}, fmt.Errorf("unknown object type %.20q", typ)
	}
	if tag.Name, err = r.next("tag"); err != nil {
		return Tag{}, err
	}
	if tag.Name == "" || strings.ContainsFunc(tag.Name, control) {
		return Tag{}, fmt.Errorf("%.80q is not a tag name", tag.Name)
	}
	if r.has("tagger") {
		if tag.Tagger, err = r.nextPerson("tagger"); err != nil {
			return Tag{}, err
		}
	}
	return tag, onlySignatures(r)
}

// onlySignatures refuses every remaining field but the signature for the
// other object format, as "git mktag" does.
func onlySignatures(r *fieldReader) error {
	for _, f := range r.fields {
		if f.key != "gpgsig" && f.key != "gpgsig-sha256" {
			return fmt.Errorf("header %.40q is unknown, repeated or out of order", f.key)
		}
	}
	return r.refuse()
}

func control(r rune) bool { return r < 0x20 || r == 0x7f }
