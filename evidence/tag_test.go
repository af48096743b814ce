package evidence

import (
	"strings"
	"testing"
)

func TestSplitTag(t *testing.T) {
	tests := []struct{ tag, prefix, version string }{
		{"v1.4.0", "", "1.4.0"},
		{"1.4.0", "", "1.4.0"},
		{"v1.4.0-rc.1+build.5", "", "1.4.0-rc.1+build.5"},
		{"api/v1.4.0", "api/", "1.4.0"},
		{"services/api/v1.4.0", "services/api/", "1.4.0"},
		{"api@1.4.0", "api@", "1.4.0"},
		{"@scope/api@1.4.0-rc.1", "@scope/api@", "1.4.0-rc.1"},
		{"api-v1.4.0", "api-", "1.4.0"},
		{"api-admin-v1.4.0", "api-admin-", "1.4.0"},
		{"api-2-v1.4.0", "api-2-", "1.4.0"},
		{"v1.2.3-4.0.0", "", "1.2.3-4.0.0"},
		{"api-1.2.3-4.0.0", "api-", "1.2.3-4.0.0"},
		{"v2026.02.0", "", "2026.02.0"},
		{"web-v2026.02.0", "web-", "2026.02.0"},
		{"v01.2.3", "", "v01.2.3"},
		{"vv1.4.0", "", "vv1.4.0"},
		{"v1.4", "", "v1.4"},
		{"v1.4.0.1", "", "v1.4.0.1"},
		{"v1.4.0\n", "", "v1.4.0\n"},
		{"release-14", "", "release-14"},
		{"api/release-14", "api/", "release-14"},
		{"api/", "api/", ""},
		{"", "", ""},
		{strings.Repeat("1.1.1-", 5000) + "!", "", strings.Repeat("1.1.1-", 5000) + "!"},
		{strings.Repeat("a", 300) + "-v1.4.0", "", strings.Repeat("a", 300) + "-v1.4.0"},
	}
	for _, tt := range tests {
		if prefix, version := SplitTag(tt.tag); prefix != tt.prefix || version != tt.version {
			t.Errorf("SplitTag(%q) = %q, %q, want %q, %q", tt.tag, prefix, version, tt.prefix, tt.version)
		}
	}
}

func FuzzSplitTag(f *testing.F) {
	for _, tag := range []string{"v1.4.0", "api/v1.4.0-rc.1", "@scope/api@1.4.0", "api-admin-v1.4.0", "v1.2.3-4.0.0", "web-v2026.02.0", "release-14"} {
		f.Add(tag)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		prefix, version := SplitTag(tag)
		if tag != prefix+version && tag != prefix+"v"+version {
			t.Fatalf("SplitTag(%q) = %q, %q", tag, prefix, version)
		}
		if prefix != "" && !strings.ContainsRune("/@-", rune(prefix[len(prefix)-1])) {
			t.Errorf("%q: the component %q ends in no separator", tag, prefix)
		}
		// What is a version does not say another one.
		if p, v := SplitTag(version); strings.HasPrefix(tag, prefix+"v") && (p != "" || v != version) {
			t.Errorf("%q: version %q is %q after %q", tag, version, v, p)
		}
	})
}
