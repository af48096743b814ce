package main

import (
	"strings"

	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/layout"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// fields are options of the packages below, as their errors and remedies name
// them to whoever calls them from Go, and the flags that set them here.
var fields = strings.NewReplacer(
	"Options.AllowIncomplete", "--allow-incomplete",
	"Options.First", "--first",
	"Options.GenerateSBOM", "\"dossier sbom\"",
	"Options.NoLog", "--no-log",
	"Options.Predecessor", "--predecessor",
	"Options.PreviousTag", "--previous",
	"Options.Provenance", "--provenance",
	"Options.Repository", "--repository",
	"Options.SBOMs", "--sbom; \"dossier sbom\" makes that of a Go module",
	"Options.SignRecord", "--key",
)

// inFlags names flags where a text names options.
func inFlags(text string) string { return fields.Replace(text) }

// byFlag are the flags by which the remedy for a reason code is carried out.
var byFlag = map[string]string{
	string(layout.Expired):              "--as-of",
	string(layout.InspectionSkipped):    "--skip-inspections",
	string(provenance.BuilderRef):       "--unreleased-builder, --builder ID@REF",
	string(provenance.BuilderUntrusted): "--builder",
	string(provenance.PublishKey):       "--npm-keys",
	string(provenance.NoBranch):         "--tag",
	string(provenance.TagNotSemver):     "--tag",
	string(provenance.Unsigned):         "--google-keys",
	string(sigstore.KeyMissing):         "--key",
}

// remedy is the remedy for a reason code, with the flag for it.
func remedy[Code ~string](code Code, fix string) string {
	if flag := byFlag[string(code)]; flag != "" {
		return strings.TrimSuffix(fix, ".") + " (" + flag + ")."
	}
	return fix
}
