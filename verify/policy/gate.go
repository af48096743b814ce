package policy

import "slices"

// gateControls are the controls of gates and the pipeline.
var gateControls = slices.Concat(pipelineControls, entryControls, lookControls)
