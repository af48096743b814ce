package policy

import "slices"

// ControlsOf returns the ids of the controls that take a parameter, sorted;
// nil for one that no control names, such as a clock skew that all share.
func ControlsOf(parameter string) []string { return slices.Clone(parameterControls()[parameter]) }
