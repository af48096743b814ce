package policy

// windowControls are the controls of change windows.
var windowControls []Control
