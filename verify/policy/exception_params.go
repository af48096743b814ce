package policy

// ExceptionParams are the values that the controls of exceptions and quarantines take.
type ExceptionParams struct {
}

var exceptionParameters = []Parameter{}
