package policy

// branchControls are the controls of branches.
var branchControls []Control
