package policy

import "slices"

// pullControls are the controls of pull requests and of the main branch.
var pullControls = slices.Concat(reviewControls, mergeControls, templateControls, mainControls)
