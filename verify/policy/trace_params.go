package policy

// TraceParams are the values that the controls of traceability take.
type TraceParams struct {
}

var traceParameters = []Parameter{}
