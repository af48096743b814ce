package main

import (
	"path/filepath"
	"slices"
	"strings"
)

// compareConfig notes what the release.yaml that was kept says otherwise than the
// one that init would have written.
func (c *Cmd) compareConfig(s *surroundings, path string) {
	cfg, err := readConfig(s.top, path)
	if err != nil {
		s.note("release.yaml was kept and cannot be read: " + err.Error())
		return
	}
	for _, m := range s.modules {
		if !slices.ContainsFunc(cfg.Components, func(one componentConfig) bool { return one.Name == m.name() }) {
			s.note("release.yaml was kept, which has no component "+m.name()+": to release that by itself, write there", "components:", m.component())
		}
	}
	half := func(key string) string {
		return strings.TrimSuffix(c.expandHome(beside(s.top, key)), ".pub")
	}
	if key := cfg.Sign.Key.Value; s.public != nil && half(key) != half(s.key) {
		s.note("release.yaml was kept, in which "+sign(key)+": to sign with "+s.public.Fingerprint()+", write there", "sign:", "  key: "+quote(s.key))
	}
}

func sign(key string) string {
	if key == "" {
		return "no key signs"
	}
	return filepath.ToSlash(key) + " signs"
}

// compareTrust notes that the dossier.yaml that was kept does not know the key.
func (c *Cmd) compareTrust(s *surroundings, path string) {
	if s.public == nil {
		return
	}
	t, err := c.trustAt(path)
	if err == nil && t.Holds(*s.public) {
		return
	}
	text := "dossier.yaml was kept, which does not know the key " + s.public.Fingerprint()
	if err != nil {
		text = "dossier.yaml was kept and cannot be read: " + err.Error() + "; the key is " + s.public.Fingerprint()
	}
	s.note(text+": to have it believed, put this line under trust, keys, with a name of its own, and the name into a role", trustLine("release", *s.public))
}
