package sbom

import "strings"

// golangPURL returns the package URL of a Go module, or of the package in it
// at subpath (purl specification, type golang: namespace and name are
// lower-case). version may be empty.
func golangPURL(module, version, subpath string) string {
	var b strings.Builder
	b.WriteString("pkg:golang/")
	escapePURL(&b, strings.ToLower(module), "/")
	if version != "" {
		b.WriteByte('@')
		escapePURL(&b, version, "")
	}
	if subpath != "" {
		b.WriteByte('#')
		escapePURL(&b, subpath, "/")
	}
	return b.String()
}

// escapePURL percent-encodes all but the unreserved characters, the colon and
// what is in keep.
func escapePURL(b *strings.Builder, s, keep string) {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:"
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if strings.IndexByte(plain, c) >= 0 || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
}
