package policy

// checkControls are the controls of required checks.
var checkControls []Control
