package policy

// parameterControls are the controls that take each parameter.
var parameterControls = map[string][]string{}
