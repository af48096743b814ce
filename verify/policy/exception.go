package policy

// exceptionControls are the controls of exceptions.
var exceptionControls []Control
