package main

import "strings"

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
