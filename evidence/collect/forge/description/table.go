package description

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// maxCells bounds the cells of one row.
const maxCells = 50

var delimiter = lazyregexp.New(`^:?-+:?$`)

// table reads a table whose columns are fields, or whose rows begin with the name
// of one. Any other is text.
func (r *reader) table(lines []line) {
	var rows [][]string
	headed := false
	for i, l := range lines {
		cells := cellsOf(l.text)
		if !slices.ContainsFunc(cells, func(c string) bool { return !delimiter.MatchString(c) }) {
			headed = headed || i == 1
			continue
		}
		rows = append(rows, cells)
	}
	if len(rows) == 0 || headed && r.columns(rows) {
		return
	}
	found := false
	for i, cells := range rows {
		if i == 0 && headed && (len(cells) != 2 || r.names(cells[1])) {
			continue
		}
		found = r.row(cells) || found
	}
	if found {
		return
	}
	for _, cells := range rows {
		r.add(r.at, item{text: strings.Join(cells, " | ")})
	}
}

// columns reads a table with at least two fields in its first row.
func (r *reader) columns(rows [][]string) bool {
	var places []place
	n := 0
	for _, c := range rows[0] {
		name, g := r.form.find(c, r.groups())
		if g != nil {
			name = g.own
		}
		places = append(places, r.place(name))
		if name != "" {
			n++
		}
	}
	if n < 2 {
		return false
	}
	for _, cells := range rows[1:] {
		for i, c := range cells {
			if i < len(places) {
				r.add(places[i], item{text: c, listed: true})
			}
		}
	}
	return true
}

// row reads a row that begins with the name of a field.
func (r *reader) row(cells []string) bool {
	name, g := r.form.find(cells[0], r.groups())
	if g != nil {
		name = g.own
	}
	if name == "" {
		return false
	}
	var rest []string
	for _, c := range cells[1:] {
		if c != "" {
			rest = append(rest, c)
		}
	}
	r.add(r.place(name), item{text: strings.Join(rest, ", "), listed: true})
	return true
}

// cellsOf returns the cells of a row.
func cellsOf(s string) []string {
	const bar = "\x00" // no line holds one, see visible
	s = strings.ReplaceAll(strings.TrimSpace(s), `\|`, bar)
	var cells []string
	for c := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(s, "|"), "|"), "|") {
		if len(cells) == maxCells {
			break
		}
		cells = append(cells, strings.TrimSpace(strings.ReplaceAll(c, bar, "|")))
	}
	return cells
}
