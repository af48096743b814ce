package sbom

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestSetsOfLicences reads sets of licences of SPDX 3, also sets that hold each
// other over and over: each is put together once.
func TestSetsOfLicences(t *testing.T) {
	set := func(kind, id string, members ...string) string {
		return fmt.Sprintf(`,{"type":"expandedlicensing_%sLicenseSet","spdxId":"https://example.com/%s","creationInfo":"_:c","expandedlicensing_member":["%s"]}`,
			kind, id, strings.Join(members, `","`))
	}
	licensed := func(id string) string {
		return `,{"type":"Relationship","spdxId":"https://example.com/l","creationInfo":"_:c","from":"https://example.com/deep","relationshipType":"hasDeclaredLicense","to":["https://example.com/` + id + `"]}`
	}
	in := spdx3Doc(set("Disjunctive", "or", "https://spdx.org/licenses/ISC", "https://example.com/mit") +
		set("Conjunctive", "and", "https://example.com/or", "https://spdx.org/licenses/0BSD") + licensed("and"))
	doc := mustRead(t, []byte(in))
	if got := doc.Components[2].Licenses; len(got) != 1 || got[0] != "(ISC OR MIT) AND 0BSD" {
		t.Errorf("got %q", got)
	}

	var bomb strings.Builder
	for i := range 100 {
		var members []string
		for j := range 100 {
			members = append(members, fmt.Sprintf("https://example.com/s%d", (i+j)%100))
		}
		bomb.WriteString(set("Conjunctive", fmt.Sprintf("s%d", i), members...))
	}
	doc, err := Read([]byte(spdx3Doc(bomb.String() + licensed("s0"))))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(doc.Problems, func(p Problem) bool { return p.Code == CodeLimit }) {
		t.Error("nothing says that not all was examined")
	}
	for _, l := range doc.Components[2].Licenses {
		if len(l) > 2*maxSetText {
			t.Errorf("a licence of %d bytes", len(l))
		}
	}
}

// TestTagValuesWithManyParts reads values that would become many more bytes than
// they are.
func TestTagValuesWithManyParts(t *testing.T) {
	parts := strings.Repeat("a ", maxTagParts)
	for _, tag := range []string{"Relationship", "ExternalDocumentRef", "ExternalRef", "PackageVerificationCode"} {
		doc, err := Read([]byte("SPDXVersion: SPDX-2.3\nPackageName: a\n" + tag + ": " + parts + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, p := range doc.Problems {
			found = found || p.Code == CodeSyntax && p.Line == 3
		}
		if !found {
			t.Errorf("%s: %+v", tag, doc.Problems)
		}
	}
	many := "SPDXVersion: SPDX-2.3\nPackageName: a\n" + strings.Repeat("PackageAttributionText: b\n", maxTagFields+1)
	if _, err := Read([]byte(many)); err == nil || !strings.Contains(err.Error(), "in one element") {
		t.Errorf("got %v", err)
	}
}

func TestLargeXML(t *testing.T) {
	in := `<bom xmlns="http://cyclonedx.org/schema/bom/1.6">` + strings.Repeat(" ", MaxXML) + `</bom>`
	if _, err := Read([]byte(in)); err == nil || !strings.Contains(err.Error(), "JSON") {
		t.Errorf("got %v", err)
	}
	many := `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>` + strings.Repeat("<a/>", 2<<20) + `</components></bom>`
	if _, err := Read([]byte(many)); err == nil || !strings.Contains(err.Error(), "elements") {
		t.Errorf("got %v", err)
	}
}
