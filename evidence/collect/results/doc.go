// Package results collects the results of tests, scans and coverage from files
// in the workspace. Each [Entry] is one check; files of coverage may be added to
// a check of tests by a second entry of the same name.
//
// The files are read by package checks and embedded as they are. The outcome is
// counted from the cases and findings in them, never stated by the
// configuration. A pattern that matches no file, a file that cannot be read and a
// statement about something else are errors: a release does not become thinner
// in silence.
//
// What the files say is the word of the run that wrote them: whoever signs the
// record claims it. A check that a forge reports is better known.
package results
