package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/attest"
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
		if !slices.ContainsFunc(cfg.Components, func(one componentConfig) bool { return one.Name == m.name }) {
			s.note("release.yaml was kept, which has no component "+m.name+": to release that by itself, write there", "components:", m.component())
		}
	}
	if key := cfg.Sign.Key.Value; s.public != nil && !c.isKey(beside(s.top, key), *s.public) {
		s.note("release.yaml was kept, in which "+sign(key)+": to sign with "+s.public.Fingerprint()+", write there", "sign:", "  key: "+quote(s.key))
	}
}

// isKey reports whether a key, as --key takes it, has that public half.
func (c *Cmd) isKey(key string, public attest.PublicKey) bool {
	line, literal := strings.CutPrefix(key, literalKey)
	data := []byte(line)
	if !literal {
		var err error
		if data, _, err = c.readHalves(key); err != nil {
			return false
		}
	}
	configured, err := attest.ParsePublicKey(data)
	return err == nil && configured.Fingerprint() == public.Fingerprint()
}

func sign(key string) string {
	switch {
	case key == "":
		return "no key signs"
	case isSecret(key):
		return "a key itself stands where its file is to be named"
	case strings.HasPrefix(key, literalKey):
		return "another key, after key::, signs"
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
	line := trustLine("release", *s.public)
	if data, _ := c.readFile(path); bytes.Contains(data, []byte(noKeyYet)) {
		s.note("dossier.yaml was kept, in which a key is to be filled in: to have "+s.public.Fingerprint()+" believed, replace the line of "+noKeyYet+" by this one", line)
		return
	}
	text := "dossier.yaml was kept, which does not know the key " + s.public.Fingerprint()
	if err != nil {
		text = "dossier.yaml was kept and cannot be read: " + err.Error() + "; the key is " + s.public.Fingerprint()
	}
	s.note(text+": to have it believed, put this line under trust, keys, with a name of its own, and the name into a role", line)
}
