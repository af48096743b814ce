package policy

// gateControls are the controls of gates and the pipeline.
var gateControls []Control
