package policy

// freezeControls are the controls of freezes.
var freezeControls []Control
