package policy

// artifactControls are the controls of artifacts.
var artifactControls []Control
