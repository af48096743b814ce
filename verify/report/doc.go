// Package report prints what a verification found.
//
// A [verify.Report] holds everything; each function here is one rendering of
// it. [Text] is the page people read, [JSON] the same facts for programs, and
// [Summary] one line for each of several files; [HTML], [CSV], [JUnit], [SARIF]
// and [Markdown] are for other readers, and [Write] chooses among all. [VSA] and
// [SVR] are statements for other verifiers, to be signed. Renderings
// add nothing: equal reports give equal bytes. [Read] reads the JSON form, from
// which every other one can be made.
//
// # The page
//
// The first line is the verdict. Then come whose policy judged and when, what
// the release is and how each fact is known, the people, seven questions, what
// to read before relying on the answer, what was not asked and cannot be shown,
// and the command that repeats it. A failure names what was expected, what was
// found and what mends it; failures that only follow from another are folded
// under their cause. Text speaks of exhibits by number (E1, E2, ...), JSON of
// digests.
//
// # Text from outside
//
// Names, titles and messages come from files that nobody vouches for. Every
// line passes through the rules of [Safe] before it is written, so that no
// report can move the cursor, hide text, reverse its direction or forge a line
// of its own.
package report
