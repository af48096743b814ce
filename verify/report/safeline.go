package report

// SafeLine is Safe without a limit of length, for one line of a document that
// is shown in full.
func SafeLine(s string) string { return escape(s, 0) }
