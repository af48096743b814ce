package attest

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/internal/bundlejson"
)

// The JSON of a Sigstore bundle whose log entries are carried as they are.
type (
	bundleJSON   = bundlejson.Bundle[jsontext.Value]
	materialJSON = bundlejson.Material[jsontext.Value]
)
