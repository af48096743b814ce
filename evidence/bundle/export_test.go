package bundle

// OnStep calls f wherever a writer of a layout directory may be killed.
func OnStep(f func()) { step = f }
