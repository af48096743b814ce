package policy

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

// TestSameVersion checks what Go writes into a binary of a release.
func TestSameVersion(t *testing.T) {
	const commit = "06a2890b13730d5114dd515fb6a44c7e2a1de66f"
	for _, tt := range []struct {
		stated, version string
		want            bool
	}{
		{"v1.2.3", "1.2.3", true},
		{"1.2.3", "1.2.3", true},
		{"v1.2.3+dirty", "1.2.3", false},
		{"v2.0.0+incompatible", "2.0.0", true},
		{"v2.0.0+incompatible", "2.0.1", false},
		{"v0.0.0-20261129141147-06a2890b1373", "2.0.0", true},
		{"v1.9.1-0.20261129141147-06a2890b1373", "2.0.0", true},
		{"v2.0.1-0.20261129141147-06a2890b1373", "2.0.1", false}, // built before it was tagged
		{"v0.0.0-20261129141147-06a2890b1373", "1.0.0", false},   // likewise
		{"v0.0.0-20261129141147-06a2890b1373+dirty", "2.0.0", false},
		{"v0.0.0-20261129141147-16a2890b1373", "2.0.0", false},
		{"v0.0.0-20261129141147-06a2890b1373", "not a version", false},
	} {
		if got := sameVersion(tt.stated, &evidence.Record{Version: tt.version, Commit: commit}); got != tt.want {
			t.Errorf("%s in release %s: %v, want %v", tt.stated, tt.version, got, tt.want)
		}
	}
}

func TestParseNumber(t *testing.T) {
	for version, want := range map[string]versionNumber{
		"1.2.3": {1, 2, 3}, "0.0.0": {}, "1.2.3-rc.1": {1, 2, 3}, "1.2.3+b.5": {1, 2, 3}, "1.2.3-a+b": {1, 2, 3},
	} {
		if got, ok := parseNumber(version); !ok || got != want {
			t.Errorf("%s: %v %v", version, got, ok)
		}
	}
	for _, version := range []string{"", "1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.-3", "1.2.3-", "99999999999999999999.0.0", "1.2-rc.1.3"} {
		if got, ok := parseNumber(version); ok {
			t.Errorf("%q is taken for %v", version, got)
		}
	}
}
