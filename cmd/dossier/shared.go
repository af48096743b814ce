package main

import (
	"context"
	"os"
	"strings"

	"github.com/release-dossier/dossier/evidence/collect"
)

// sharedSource asks once about components that are released by one tag. Their
// dossiers then hold the same bytes, with the same salt, so that whoever stores
// them stores these once.
type sharedSource struct {
	collect.Source
	temp  string // where its files stay while the run lasts
	parts map[string]*collect.Part
}

func shared(s collect.Source, temp string) collect.Source {
	return &sharedSource{Source: s, temp: temp, parts: map[string]*collect.Part{}}
}

// Collect implements collect.Source.
func (s *sharedSource) Collect(ctx context.Context, t collect.Target) (*collect.Part, error) {
	key := strings.Join(append([]string{t.Tag.Name, t.Tag.Object, t.Base.Commit}, t.Tickets...), "\n")
	if p := s.parts[key]; p != nil {
		return p, nil
	}
	var err error
	if t.TempDir, err = os.MkdirTemp(s.temp, "shared-"); err != nil {
		return nil, err
	}
	p, err := s.Source.Collect(ctx, t)
	if err == nil {
		s.parts[key] = p
	}
	return p, err
}
