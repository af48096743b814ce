package collect

import "testing"

func TestReleaseVersion(t *testing.T) {
	tests := []struct{ given, tag, want string }{
		{"", "v1.4.0", "1.4.0"},
		{"", "1.4.0", "1.4.0"},
		{"", "v1.4.0-rc.1+build.5", "1.4.0-rc.1+build.5"},
		{"", "api/v1.4.0", "1.4.0"},
		{"", "@scope/api@1.4.0-rc.1", "1.4.0-rc.1"},
		{"", "my-api-v1.4.0-rc.1", "1.4.0-rc.1"},
		{"", "v2026.02.0", "2026.02.0"},
		{"", "web-v2026.02.0", "2026.02.0"},
		{"2026.02.0", "v2026.02.0", "2026.02.0"},
		{"02.0", "v2026.02.0", ""},
		{"", "release-14", "release-14"},
		{"", "v1", "v1"},
		{"1.4.0", "v1.4.0", "1.4.0"},
		{"v1.4.0", "v1.4.0", "1.4.0"},
		{"14", "release-14", "14"},
		{"4", "release-14", ""},
		{"4.0.0", "v1.4.0", ""},
		{"4.0.0", "v1.2.3-4.0.0", ""},
		{"1.4", "v1.4.0", ""},
		{"v", "v1.4.0", ""},
	}
	for _, tt := range tests {
		got, err := releaseVersion(tt.given, tt.tag)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("releaseVersion(%q, %q) = %q, %v; want %q", tt.given, tt.tag, got, err, tt.want)
		}
	}
}

func FuzzReleaseVersion(f *testing.F) {
	f.Add("", "v1.4.0")
	f.Add("1.4.0", "api-v1.4.0")
	f.Fuzz(func(t *testing.T, given, tag string) {
		got, err := releaseVersion(given, tag)
		if err == nil && got != "" && given == "" && len(got) > len(tag) {
			t.Errorf("%q is longer than the tag %q", got, tag)
		}
	})
}
