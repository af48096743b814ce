package policy

// flakyControls are the controls of tests in quarantine.
var flakyControls []Control
