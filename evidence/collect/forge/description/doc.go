// Package description reads the fields of the pull-request template (2.5.3, with
// the risk label of 1.11.3.1) from the description of a change, as people write
// them in Markdown. It is pure, and bounded whatever the text.
//
// # Where a field stands
//
// A field is known by its heading or label, whose case, emphasis, numbering,
// emoji and punctuation do not matter. It stands
//
//   - under a heading of any level: "## User impact", or its line underlined;
//   - after a label: "User impact: ...", "**User impact:** ...", in a list or not,
//     on the same line or on those below it;
//   - in a table, in the row or the column of that name;
//   - in ticked boxes: "- [x] yes". What is not ticked is not said, except for
//     steps, which are ticked when they are done.
//
// Short labels, such as Data or Steps, are understood under the heading of their
// group. Text under any other heading is not read. [Form.Name] adds the names
// that an organisation uses.
//
// # What counts as given
//
// Nothing is made up: a field that is not given stays empty, for controls to
// judge. Not given are comments, what forms are left with (TBD, "...", <a hint>,
// N/A without a reason), two answers that contradict each other, and an answer
// that is none of those asked for. A test or scan is given by its run (an address,
// a digest, a number), or by why it does not apply: "N/A, no user interface". That
// it passed, without a run, is neither.
package description
