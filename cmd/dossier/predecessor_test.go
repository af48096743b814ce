package main

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

func TestFollows(t *testing.T) {
	record := func(repository, component, version string) *evidence.Record {
		return &evidence.Record{Repository: evidence.Repository{URI: repository}, Component: component, Version: version}
	}
	last := record("https://x.example/a", "", "1.2.3")
	for _, tt := range []struct {
		name string
		last *evidence.Record
		this *evidence.Record
		ok   bool
	}{
		{"no predecessor", nil, last, true},
		{"next patch", last, record("https://x.example/a", "", "1.2.10"), true},
		{"next major", last, record("https://x.example/a", "", "2.0.0"), true},
		{"hotfix of an older line", last, record("https://x.example/a", "", "1.1.9"), true},
		{"other component, same version", last, record("https://x.example/a", "cli", "1.2.3"), true},
		{"no semantic versions", record("https://x.example/a", "", "2026-12"), record("https://x.example/a", "", "2026-11"), true},
		{"release after its candidate", record("https://x.example/a", "", "1.2.3-rc.1"), last, true},
		{"other repository", last, record("https://x.example/b", "", "1.2.4"), false},
		{"same version", last, last, false},
		{"older patch", last, record("https://x.example/a", "", "1.2.2"), false},
		{"candidate after its release", last, record("https://x.example/a", "", "1.2.3-rc.1"), false},
	} {
		if err := follows(tt.this, tt.last, "old.dossier"); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
