package policy

import "testing"

func TestLiesIn(t *testing.T) {
	for _, tt := range []struct {
		address, place string
		want           bool
	}{
		{"registry.example/payments@sha256:00", "registry.example", true},
		{"https://registry.example/payments", "registry.example", true},
		{"registry.example", "registry.example", true},
		{"registry.example/team@sha256:00", "registry.example/team", true},
		{"registry.example/team:1.0", "registry.example/team", true},
		{"registry.example/teams", "registry.example/team", false},
		{"registry.example@evil.example/payments", "registry.example", false},
		{"https://registry.example:x@evil.example/payments", "https://registry.example", false},
		{"registry.example:5000/payments", "registry.example", false},
		{"registry.example.evil.example/payments", "registry.example", false},
		{"registry.example:5000/payments", "registry.example:5000", true},
		{"anything", "", false},
	} {
		if got := liesIn(tt.address, tt.place); got != tt.want {
			t.Errorf("%s lies in %s: %v", tt.address, tt.place, got)
		}
	}
}
