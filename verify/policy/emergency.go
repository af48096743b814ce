package policy

// emergencyControls are the controls of emergency changes.
var emergencyControls []Control
