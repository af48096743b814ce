package evidence

// Publication is where and when an artifact was published.
type Publication struct {
	// Registry is host and path of the registry, without scheme:
	// "registry.example/payments", "github.com/acme/hello/releases".
	Registry string `json:"registry" rec:"R;1.9.3.3,1.20.3.4"`
	// Package is the artifact's name there, if it is another than its own.
	Package string `json:"package,omitempty" rec:"O;1.9.3.3"`
	// Coordinates are how it is asked for there:
	// "registry.example/payments:v1.4.0@sha256:...", "hello-1.4.0.tgz".
	Coordinates string `json:"coordinates,omitempty" rec:"O;1.9.3.3,1.20.3.4"`
	// Immutable says that the registry lets nobody put other bytes there.
	Immutable bool `json:"immutable,omitempty" rec:"O;1.13.3.1,1.20.3.4"`
	// PublishedAt is when it was published.
	PublishedAt *Time `json:"publishedAt,omitempty" rec:"O;1.13.3.1"`
}
