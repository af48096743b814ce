package policy

import "strings"

// releaseWords are what ecosystems write for the stages before and after a
// release, in one spelling; "" is the release itself (PEP 440, Maven, npm).
var releaseWords = map[string]string{
	"alpha": "a", "a": "a", "beta": "b", "b": "b", "c": "rc", "cr": "rc", "pre": "rc", "preview": "rc", "rc": "rc",
	"final": "", "ga": "", "release": "", "rev": "post", "r": "post",
}

// normalVersion writes a version so that the normal forms of PEP 440, Maven and
// npm of one version are equal: 1.2.0-rc.1, 1.2.0rc1 and v1.2-RC1 are. What
// follows a plus sign is kept as it is.
func normalVersion(version string) string {
	version, build, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(version, "v")), "+")
	var parts []string
	for part := range versionTokens(version) {
		word, known := releaseWords[part]
		switch {
		case part[0] >= '0' && part[0] <= '9':
			parts = append(parts, zeroless(part))
		case !known:
			parts = append(trimZeros(parts), part)
		case word != "":
			parts = append(trimZeros(parts), word)
		}
	}
	normal := strings.Join(trimZeros(parts), ".")
	if build != "" {
		normal += "+" + build
	}
	return normal
}

// versionTokens yields the runs of digits and of letters.
func versionTokens(version string) func(func(string) bool) {
	kind := func(c byte) int {
		switch {
		case c >= '0' && c <= '9':
			return 1
		case c >= 'a' && c <= 'z':
			return 2
		case strings.IndexByte(".-_", c) >= 0:
			return 0
		}
		return 3 // anything else is a token of its own kind
	}
	return func(yield func(string) bool) {
		for i := 0; i < len(version); {
			k, begin := kind(version[i]), i
			for i < len(version) && kind(version[i]) == k {
				i++
			}
			if k != 0 && !yield(version[begin:i]) {
				return
			}
		}
	}
}

func zeroless(digits string) string {
	if s := strings.TrimLeft(digits, "0"); s != "" {
		return s
	}
	return "0"
}

// trimZeros drops final zeros: 1.2 and 1.2.0 are one version.
func trimZeros(parts []string) []string {
	for len(parts) > 0 && parts[len(parts)-1] == "0" {
		parts = parts[:len(parts)-1]
	}
	return parts
}
