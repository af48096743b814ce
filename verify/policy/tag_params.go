package policy

// TagParams are the values that the controls of tags and versions take.
type TagParams struct {
}

var tagParameters = []Parameter{}
