package sbom

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// algorithms maps the names of both formats to those of a DigestSet. Others
// (MD5, BLAKE2, ...) prove nothing here and are left out.
var algorithms = map[string]string{
	"SHA-1": "sha1", "SHA1": "sha1", "sha1": "sha1",
	"SHA-256": "sha256", "SHA256": "sha256", "sha256": "sha256",
	"SHA-384": "sha384", "SHA384": "sha384", "sha384": "sha384",
	"SHA-512": "sha512", "SHA512": "sha512", "sha512": "sha512",
	"SHA3-256": "sha3_256", "SHA3-384": "sha3_384", "SHA3-512": "sha3_512",
	"sha3_256": "sha3_256", "sha3_384": "sha3_384", "sha3_512": "sha3_512",
}

// digests reads a list of hashes whose elements hold the algorithm and the
// value under the given names. The first value of an algorithm counts;
// another one that contradicts it is a problem.
func (r *reader) digests(hashes []any, algName, valueName string, where func() string) evidence.DigestSet {
	var set evidence.DigestSet
	for _, h := range hashes {
		alg := algorithms[text(h, algName)]
		value := strings.ToLower(text(h, valueName))
		if alg == "" {
			continue
		}
		if err := (evidence.DigestSet{alg: value}).Validate(); err != nil {
			r.problem(CodeDigest, where(), err.Error())
			continue
		}
		if old, ok := set[alg]; ok && old != value {
			r.problem(CodeDigest, where(), fmt.Sprintf("two different values for %s", alg))
			continue
		}
		if set == nil {
			set = evidence.DigestSet{}
		}
		set[alg] = value
	}
	return set
}

// imageDigest returns the digest by which a container image without hashes is
// named: its version, or that of its purl of type oci, is "sha256:<hex>".
func imageDigest(version, purl string) evidence.DigestSet {
	if strings.HasPrefix(version, "sha256:") {
		if d, err := evidence.ParseDigest(version); err == nil {
			return d.Set()
		}
	}
	rest, ok := strings.CutPrefix(purl, "pkg:oci/")
	if !ok {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	_, at, _ := strings.Cut(rest, "@")
	at = strings.NewReplacer("%3A", ":", "%3a", ":").Replace(at)
	if d, err := evidence.ParseDigest(at); err == nil && strings.HasPrefix(at, "sha256:") {
		return d.Set()
	}
	return nil
}
