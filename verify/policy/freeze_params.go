package policy

// FreezeParams are the values that the controls of freezes take.
type FreezeParams struct {
}

var freezeParameters = []Parameter{}
