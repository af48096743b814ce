package policy

// ChangeParams are the values that the controls of branches, commits and pull requests take.
type ChangeParams struct {
}

var changeParameters = []Parameter{}
