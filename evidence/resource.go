package evidence

import (
	"errors"
	"fmt"
	"strings"
)

// ResourceDescriptor refers to something by name, location and digest, with
// the fields of in-toto's ResourceDescriptor v1.
type ResourceDescriptor struct {
	Name             string            `json:"name,omitempty"`
	URI              string            `json:"uri,omitempty"`
	Digest           DigestSet         `json:"digest,omitempty"`
	MediaType        string            `json:"mediaType,omitempty"`
	DownloadLocation string            `json:"downloadLocation,omitempty"`
	Annotations      map[string]string `json:"annotations,omitempty"`
}

// Validate reports a descriptor that says nothing or has a malformed digest.
func (r ResourceDescriptor) Validate() error {
	if r.Name == "" && r.URI == "" && len(r.Digest) == 0 {
		return errors.New("a reference needs a name, a uri or a digest")
	}
	if len(r.Digest) == 0 {
		return nil
	}
	return r.Digest.Validate()
}

// Material is one blob that a statement brings along: its own list of
// materials is what a statement says belongs to it (rules of format, R2).
type Material struct {
	// Name is a path-like name for people and for extraction, such as
	// "sbom/hello.cdx.json". See [CheckMaterialName].
	Name string `json:"name"`
	// OriginalName is the name the bytes had where they came from, when it is
	// not a safe Name. It is only ever shown, never used as a path.
	OriginalName string `json:"originalName,omitempty"`
	// MediaType says how the bytes are to be read (RFC 6838).
	MediaType string `json:"mediaType"`
	// Digest is the SHA-256 of the bytes.
	Digest Digest `json:"digest"`
	// Size is the number of bytes.
	Size int64 `json:"size"`
}

// Media types of materials that this module writes and reads.
const (
	MediaTypeGitObjects     = "application/vnd.release-dossier.git-objects.v1"
	MediaTypePatchIDs       = "application/vnd.release-dossier.patch-ids.v1"
	MediaTypeCycloneDX      = "application/vnd.cyclonedx+json"
	MediaTypeCycloneDXXML   = "application/vnd.cyclonedx+xml"
	MediaTypeSPDX           = "application/spdx+json"
	MediaTypeSPDXTagValue   = "text/spdx"
	MediaTypeSigstoreBundle = "application/vnd.dev.sigstore.bundle.v0.3+json"
	MediaTypeDSSE           = "application/vnd.dsse.envelope.v1+json"
	MediaTypeInToto         = "application/vnd.in-toto+json"
	MediaTypeInTotoLayout   = "application/vnd.in-toto.layout+json"
	MediaTypeInTotoLink     = "application/vnd.in-toto.link+json"
	MediaTypePublicKey      = "application/x-pem-file"
	MediaTypeForgeToken     = "application/vnd.release-dossier.forge-token.v1+json"
	MediaTypeChangeTexts    = "application/vnd.release-dossier.change-texts.v1+jsonl"
	MediaTypeOctets         = "application/octet-stream"
)

// IsAttestation reports whether a material of that type is one attestation,
// although its statement does not list it as such (rules of format, R9).
func IsAttestation(mediaType string) bool {
	switch mediaType {
	case MediaTypeSigstoreBundle, MediaTypeDSSE, MediaTypeInToto, MediaTypeInTotoLayout, MediaTypeInTotoLink:
		return true
	}
	return false
}

// IsSigned reports whether a material of that media type is signed evidence
// itself, or the key that such evidence is verified with. It is no more to be
// withheld than a statement: a rejection would be, too (rules of format, R2).
func IsSigned(mediaType string) bool {
	return IsAttestation(mediaType) || mediaType == MediaTypePublicKey || mediaType == MediaTypeForgeToken
}

// MaxMaterials is the most materials one statement lists (rules of format, R19).
const MaxMaterials = 4000

const maxNameLength = 200

// CheckMaterialName reports why name may not be used for a material. Names
// reach other tools as file names, so they are lower-case, relative, made of
// [a-z0-9._/-] and free of "..", "//", trailing dots and the device names of
// Windows (rules of format, R21).
func CheckMaterialName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case len(name) > maxNameLength:
		return fmt.Errorf("the name has %d characters, at most %d are allowed", len(name), maxNameLength)
	case !alnum(name[0]):
		return errors.New("the name does not begin with a lower-case letter or digit")
	}
	for i := range len(name) {
		if c := name[i]; !alnum(c) && c != '.' && c != '_' && c != '/' && c != '-' {
			return fmt.Errorf("the name holds %q, allowed are a-z 0-9 . _ / -", rune(c))
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		base, _, _ := strings.Cut(part, ".")
		switch {
		case part == "":
			return errors.New("the name has an empty path element")
		case strings.HasSuffix(part, "."):
			return errors.New("a path element ends with a dot")
		case strings.Contains(part, ".."):
			return errors.New(`the name holds ".."`)
		case deviceName(base):
			return fmt.Errorf("%q is a device name on Windows", base)
		}
	}
	return nil
}

// SafeMaterialName turns any name into one that CheckMaterialName accepts. It
// is not unique: different names may become the same.
func SafeMaterialName(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		safe := strings.Map(func(r rune) rune {
			if r < 0x80 && (alnum(byte(r)) || r == '.' || r == '_' || r == '-') {
				return r
			}
			return '-'
		}, part)
		for strings.Contains(safe, "..") {
			safe = strings.ReplaceAll(safe, "..", ".")
		}
		safe = strings.Trim(safe, ".-_")
		if base, _, _ := strings.Cut(safe, "."); deviceName(base) {
			safe = "x-" + safe
		}
		if safe != "" {
			parts = append(parts, safe)
		}
	}
	safe := strings.Join(parts, "/")
	if len(safe) > maxNameLength {
		safe = strings.TrimLeft(safe[len(safe)-maxNameLength:], "/.-_")
	}
	if CheckMaterialName(safe) != nil {
		return "unnamed"
	}
	return safe
}

func alnum(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

func deviceName(s string) bool {
	switch s {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(s) == 4 && (s[:3] == "com" || s[:3] == "lpt") && s[3] >= '0' && s[3] <= '9'
}

// Validate reports a material whose name, media type, digest or size is
// missing or not allowed.
func (m Material) Validate() error {
	if err := CheckMaterialName(m.Name); err != nil {
		return err
	}
	if m.MediaType == "" {
		return errors.New("the mediaType is missing")
	}
	if m.Digest.IsZero() {
		return errors.New("the digest is missing")
	}
	if m.Size < 0 {
		return errors.New("the size is negative")
	}
	return nil
}
