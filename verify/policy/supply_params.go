package policy

// SupplyParams are the values that the controls of SBOMs, provenance and signing take.
type SupplyParams struct {
}

var supplyParameters = []Parameter{}
