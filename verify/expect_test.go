package verify

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

// TestExpectedName names releases, and components of the same version.
func TestExpectedName(t *testing.T) {
	const repository = "https://example.com/acme/mono"
	for _, tt := range []struct {
		component, tag, expected string
		want                     bool
	}{
		{"", "v1.4.0", "1.4.0", true}, {"", "v1.4.0", "v1.4.0", true}, {"", "v1.4.0", "1.4.1", false}, {"", "v1.4.0", "api/1.4.0", false},
		{"api", "api/v1.4.0", "api/1.4.0", true}, {"api", "api/v1.4.0", "api/v1.4.0", true}, {"api", "v1.4.0", "api/v1.4.0", true},
		{"api", "api-v1.4.0", "api/api-v1.4.0", true}, {"api", "api/v1.4.0", "1.4.0", false}, {"api", "v1.4.0", "v1.4.0", false},
		{"api", "api/v1.4.0", "web/1.4.0", false}, {"web", "v1.4.0", "api/1.4.0", false}, {"services/api", "services/api/v1.4.0", "services/api/1.4.0", true},
		{"services/api", "services/api/v1.4.0", "api/1.4.0", false},
	} {
		e, err := ExpectRelease(repository, tt.expected)
		if err != nil {
			t.Fatal(err)
		}
		r := &evidence.Record{Version: "1.4.0", Component: tt.component}
		r.Repository.URI, r.Tag.Name = repository, tt.tag
		if got := e.names(r); got != tt.want {
			t.Errorf("component %q, tag %q, expected %q: %v", tt.component, tt.tag, tt.expected, got)
		}
		if e, _ := ExpectRelease(repository+"x", tt.expected); e.names(r) {
			t.Errorf("another repository, expected %q", tt.expected)
		}
		own, _ := ExpectRelease(repository, ReleaseName("", tt.component, r.Version)[1:])
		if !own.names(r) {
			t.Errorf("%s is not the name of the release", ReleaseName("", tt.component, r.Version))
		}
	}
}
