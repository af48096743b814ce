package policy

// WindowParams are the values that the controls of change windows and emergencies take.
type WindowParams struct {
}

var windowParameters = []Parameter{}
