package policy

// ArtifactParams are the values that the controls of artifacts and promotions take.
type ArtifactParams struct {
}

var artifactParameters = []Parameter{}
