package policy

// commitControls are the controls of commits.
var commitControls []Control
