package oci

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// FuzzConfig: what an image's configuration says of it is short and printable.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"os":"linux","architecture":"arm64","variant":"v8","config":{"Labels":{"org.opencontainers.image.revision":"9f3c61e0a1b2","org.opencontainers.image.source":"https://example.com/acme/hello"}}}`))
	f.Add([]byte(`{"os":"windows","os.version":"10.0","config":null}`))
	f.Add([]byte(`{"os":"\u001b[31m\u202e","config":{"Labels":{"org.opencontainers.image.version":"\n\u0000"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c config
		if strictjson.Unmarshal(data, &c) != nil {
			return
		}
		said := labels(c.Config.Labels, nil)
		for text, most := range map[string]int{c.platform(): 100, said.Source: 500, said.Revision: 500, said.Version: 500} {
			if utf8.RuneCountInString(text) > most {
				t.Errorf("%d characters: %q", len(text), text)
			}
			for _, r := range text {
				if !unicode.IsPrint(r) {
					t.Errorf("%q holds %q", text, r)
				}
			}
		}
	})
}
