package report

import (
	"bytes"
	"fmt"
	"strings"
)

// markup is HTML of ours. Constants alone become one, so that no text from
// outside is ever taken for it. html/template would guard as well, but a program
// that links it keeps every method of every type: a quarter of the command.
type markup string

// markupWriter writes a page.
type markupWriter struct{ bytes.Buffer }

// put writes markup with args, escaped, in the place of each %s in it. These stand
// between tags or in a quoted attribute whose value nobody obeys: no address, no
// style, no script.
func (w *markupWriter) put(m markup, args ...any) {
	for i, arg := range args {
		args[i] = escaper.Replace(fmt.Sprint(arg))
	}
	fmt.Fprintf(w, string(m), args...)
}

// escaper writes text so that it is no markup, as text and in an attribute (HTML
// standard, sections 13.1.2.3 and 13.1.4). "+" is for readers that would take
// UTF-7, and NUL is not allowed in any way.
var escaper = strings.NewReplacer(
	"\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")
