package xmlschema

import (
	"testing"

	"github.com/release-dossier/dossier/internal/strictxml"
)

func FuzzValidate(f *testing.F) {
	f.Add("1.6", []byte(`<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components><component type="library" bom-ref="a"><name>b</name><hashes><hash alg="SHA-1">c</hash></hashes></component></components></bom>`))
	f.Add("1.0", []byte(`<bom xmlns="http://cyclonedx.org/schema/bom/1.0" version="1"><components><x:y xmlns:x="z"/></components></bom>`))
	f.Add("1.4", []byte(`<bom xmlns="http://cyclonedx.org/schema/bom/1.4" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="a"><metadata><timestamp>2026-01-02T24:00:00Z</timestamp></metadata></bom>`))
	f.Fuzz(func(t *testing.T, version string, data []byte) {
		s, err := CycloneDX(version)
		if err != nil {
			t.Fatal(err)
		}
		e, err := strictxml.Parse(data, strictxml.Limits{})
		if s == nil || err != nil {
			return
		}
		for _, v := range s.Validate(e) {
			if v.Line < 1 || v.Message == "" || len(v.Message) > 2000 {
				t.Fatalf("%+v", v)
			}
		}
	})
}
