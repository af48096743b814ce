package evidence

// Origin says which parts of a record people wrote, and where. What a collector
// found has its source in [Collected].
type Origin struct {
	// Fields are the parts, as RFC 6901 pointers into the record.
	Fields []string `json:"fields" rec:"R;R11"`
	// From is where they stand: the tag object, a pull request, a file.
	From ResourceDescriptor `json:"from" rec:"R;R11"`
	// Trailers are the keys of the lines they stand in, if it is such lines:
	// "Rollback".
	Trailers []string `json:"trailers,omitempty" rec:"O;R11"`
}
