package policy

// pullControls are the controls of pull requests and of the main branch.
var pullControls []Control
