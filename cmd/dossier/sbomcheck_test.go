package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/sbom/license"
)

// TestManyLicences hides a licence behind more others than a summary lists.
func TestManyLicences(t *testing.T) {
	doc := &sbom.Document{Format: sbom.CycloneDX}
	for i := range 10_000 {
		c := sbom.Component{Name: "lib", Licenses: []string{"L" + strconv.Itoa(i)}}
		doc.Components = append(doc.Components, c, c)
	}
	doc.Components = append(doc.Components, sbom.Component{Name: "evil", Licenses: []string{"AGPL-3.0-only"}})
	f := &sbomCheckFlags{}
	if f.answer(namedSBOM{doc: doc}).refusedLicence {
		t.Error("refused without a list")
	}
	f.lists = license.Lists{Deny: []string{"AGPL-*"}}
	a := f.answer(namedSBOM{doc: doc})
	var b strings.Builder
	a.print(&b)
	if !a.refusedLicence || !strings.Contains(b.String(), "too many to be judged") {
		t.Errorf("not refused:\n%s", b.String())
	}
}
