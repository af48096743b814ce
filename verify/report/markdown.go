package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

const (
	// maxMarkdown is the most bytes of a page, a little less than what GitHub
	// takes for a comment: 65,536 characters.
	maxMarkdown = 65000
	// maxInline is the most characters of one text within a page.
	maxInline = 300
	// markdownEnd is how many bytes are kept for the end of a page: what was not
	// asked, and the command to repeat it.
	markdownEnd = 6000
)

// Markdown writes a page for a pull request's comment or a release page, in
// GitHub's dialect (GFM), with fewer than 65,536 characters: what does not fit
// is counted. Text from outside mentions nobody, links nowhere, and forges no
// table, heading or HTML. Several releases are a line each.
func Markdown(w io.Writer, results []Result, o Options) error {
	m := &markdown{}
	if len(results) > 1 {
		m.list(results, o)
	} else if r := results[0]; r.Report == nil {
		m.line("## %s", verdictUnread)
		m.line("")
		m.line("%s: %s", inert(r.Target), inert(r.reason()))
	} else {
		m.page(newView(r.Report, o))
	}
	_, err := w.Write(showHidden([]byte(m.b.String())))
	return err
}

// markdown is a page that is being written.
type markdown struct{ b strings.Builder }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n", args...) }

// blocks writes the blocks that leave room for reserve bytes, and counts the
// others.
func (m *markdown) blocks(list []string, reserve int, more string) {
	for i, block := range list {
		if m.b.Len()+len(block)+reserve > maxMarkdown {
			m.line("")
			m.line(more, len(list)-i)
			return
		}
		m.b.WriteString(block)
	}
}

// table writes a table with a heading, if it has rows.
func (m *markdown) table(title string, columns []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	blocks := make([]string, len(rows))
	for i, r := range rows {
		blocks[i] = "| " + strings.Join(r, " | ") + " |\n"
	}
	m.line("")
	m.line("### %s", title)
	m.line("")
	m.line("| %s |", strings.Join(columns, " | "))
	m.line("|%s", strings.Repeat("---|", len(columns)))
	m.blocks(blocks, markdownEnd, "And %d more: see the full report.")
}

// list writes a line a release.
func (m *markdown) list(results []Result, o Options) {
	var rows [][]string
	for _, r := range results {
		if r.Report == nil {
			rows = append(rows, []string{"**" + verdictUnread + "**", inert(r.reason()), inert(r.Target), "", ""})
			continue
		}
		v := newView(r.Report, o)
		t, checks, what := v.controls, v.deciding().blocked(), v.name()
		if v.shortfall() != checks {
			what = v.inBrief()
		}
		rows = append(rows, []string{
			"**" + inert(verdictWord(r.Report)) + "**", inert(what), inert(r.Report.Target),
			checks, fmt.Sprintf("waived %d, pending %d, warnings %d", t.waived, t.pending, t.warned),
		})
	}
	m.table(plural(len(results), "release"), []string{"Verdict", "Release, or reason", "File", "Checks", "Open"}, rows)
	if o.Saved {
		m.line("")
		m.line("%s", savedNote)
	}
}

// page writes one release.
func (m *markdown) page(v *view) {
	r := v.r
	m.line("## %s: %s", inert(verdictWord(r)), inert(v.headline()))
	m.line("")
	if v.saved {
		m.line("> %s", savedNote)
		m.line("")
	}
	when := utc(r.AsOf) + " UTC"
	if !r.AsOfGiven {
		when += " (now)"
	}
	m.line("Judged as of %s, gate %s, by %s. Controls: %s. %s", when, inert(string(r.Gate)), inert(v.judge()), v.controls.blocked(), v.tallies())
	if r.Verdict == verify.NotGenuine {
		m.line("\nThe file contradicts itself; nothing below is relied upon but its own failures.")
	} else if !r.Relied {
		m.line("\nNobody trusted signed the release statement; everything below is what the file says of itself.")
	}
	for _, text := range v.otherReasons()[:min(len(v.otherReasons()), 6)] {
		m.line("\nAlso: %s", inert(text))
	}
	m.failures(v)
	m.open(v)
	m.table("The release", []string{"What", "Finding", "How known"}, v.factRows(r.Chain))
	m.table("The people", []string{"What", "Who", "How known"}, v.factRows(r.People))
	m.questions(v)
	m.end(v)
}

func (m *markdown) failures(v *view) {
	var blocks []string
	for i, c := range v.causes {
		var b strings.Builder
		fmt.Fprintf(&b, "\n### %s %d: %s %s\n\n", failureWord(c.check), i+1, code(c.check.ID), inert(c.check.Title))
		for _, l := range []labelled{
			{"expected", c.check.Expected}, {"found", v.found(c.check)}, {"how known", known(c.check.Proof, "", maxInline)},
			{"fix before the act", c.check.Fix.Before}, {"fix now", c.check.Fix.Now}, {"policy", c.check.Sections}, {"also", v.also(c)},
		} {
			if l.Text != "" {
				fmt.Fprintf(&b, "- **%s:** %s\n", l.Label, inert(l.Text))
			}
		}
		blocks = append(blocks, b.String())
	}
	m.blocks(blocks, markdownEnd+20000, "And %d more failed: see the full report.")
}

func (m *markdown) open(v *view) {
	var rows [][]string
	for _, mark := range []string{"WAIVED", "LATER", "WARNING", "PENDING"} {
		for _, n := range v.outcomes(mark) {
			text := inert(n.text)
			if n.times > 1 {
				text += fmt.Sprintf(" (%d times)", n.times)
			}
			rows = append(rows, []string{mark, code(n.id), text})
		}
	}
	for _, n := range slices.Concat(v.loosened(), v.claimed(), v.unseen()) {
		rows = append(rows, []string{n.mark, "", inert(n.text)})
	}
	m.table("Read before you rely on it", []string{"Kind", "Control", "What"}, rows)
}

func (v *view) factRows(facts []verify.FactLine) [][]string {
	var rows [][]string
	for _, f := range facts {
		right := inert(known(f.Proof, "", maxInline))
		if n := v.number[f.Check]; n > 0 {
			right += fmt.Sprintf(" (see %d)", n)
		}
		rows = append(rows, []string{inert(f.Label), inert(withRefs(tidy(f.Text), f.Exhibits)), right})
	}
	return rows
}

func (m *markdown) questions(v *view) {
	var rows [][]string
	for i, text := range questions {
		if t := v.question(i + 1); t.asked > 0 {
			rows = append(rows, []string{fmt.Sprint(i + 1), text, fmt.Sprintf("%d of %d", t.held, t.asked)})
		}
	}
	m.table("The questions", []string{"", "Question", "Held of asked"}, rows)
}

func (m *markdown) end(v *view) {
	if text, why := v.notAskedText(); text != "" {
		m.line("\n%s", inert(strings.Join(append([]string{text}, sentence(why)...), " ")))
	}
	if text := strings.Join(sentence(v.r.CannotShow), " "); text != "" {
		m.line("\nCannot be shown by this file: %s", inert(text))
	}
	m.line("\n%s", grades)
	if text := pasted(v.r.Repeat); text != "" && len(text) < markdownEnd/2 {
		fence := "```"
		for strings.Contains(text, fence) {
			fence += "`"
		}
		m.line("\n%ssh\n%s\n%s", fence, text, fence)
	}
	var parts []string
	for _, d := range v.digests() {
		parts = append(parts, d.Label+" `"+d.Text+"`")
	}
	if len(parts) > 0 {
		m.line("\n%s", strings.Join(parts, ", "))
	}
}

// inert makes text from outside plain text in Markdown. What HTML or a table
// would take for its own becomes an entity, what Markdown would is escaped, and
// an invisible space (U+200B, as an entity) keeps the forge from finding a
// person to mention, an issue to refer to or an address to link.
func inert(s string) string {
	const space = "&#8203;"
	var b strings.Builder
	s = cut(tidy(s), maxInline)
	for i, r := range s {
		switch {
		case strings.ContainsRune("&<>|`", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case strings.ContainsRune(`\*_[]{}~$^`, r):
			b.WriteString(`\` + string(r))
			if r == '~' || r == '$' {
				b.WriteString(space)
			}
		case strings.ContainsRune("@#!%", r):
			b.WriteString(string(r) + space)
		case r == ':' && strings.HasPrefix(s[i:], "://"):
			b.WriteString(":" + space)
		case r == '.' && strings.HasSuffix(strings.ToLower(s[:i]), "www"):
			b.WriteString("." + space)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code writes an id as code, in which Markdown finds nothing.
func code(id string) string {
	id = cut(tidy(id), 100)
	if id == "" {
		return ""
	}
	return "`" + strings.NewReplacer("`", "'", "|", `\|`).Replace(id) + "`"
}
