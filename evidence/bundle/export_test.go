package bundle

// OnStep calls f wherever a writer of a layout directory may be killed.
func OnStep(f func()) { step = f }

// LockForTest locks the dossier at path as another process does.
func LockForTest(path string) (unlock func(), err error) { return lockDirectory(path) }
