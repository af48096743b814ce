package policy

import "testing"

func TestNamesID(t *testing.T) {
	for _, c := range []struct {
		text, id string
		want     bool
	}{
		{"EXC-1: nobody owns it", "EXC-1", true},
		{"see (EXC-1).", "EXC-1", true},
		{"EXC-12 ends", "EXC-1", false},
		{"MYEXC-1", "EXC-1", false},
		{"EXC-12, EXC-1", "EXC-1", true},
		{"check/lint-more", "check/lint", false},
		{"section 1.20.3", "1.20", false},
		{"", "", false},
	} {
		if got := namesID(c.text, c.id); got != c.want {
			t.Errorf("namesID(%q, %q) = %v", c.text, c.id, got)
		}
	}
}

// TestOverlap asks that what cannot be told counts as common.
func TestOverlap(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"internal/auth/token.go", "**/auth/**", true},
		{"internal/auth/", "**/auth/**", true},
		{"webhook/retry.go", "**/auth/**", false},
		{"webhook/*.go", "db/**", false},
		{"db/*.sql", "db/**", true},
		{"**", "db/**", true},
		{"db/", "db/migrations/**", true},
	} {
		if got := overlap(c.a, c.b); got != c.want {
			t.Errorf("overlap(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
