package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

const (
	// maxRows is how many rows a table of a page has before the rest is counted.
	maxRows = 1000
	// maxCell is the most characters of one text on a page.
	maxCell = 2000
)

//go:embed page.css
var pageStyle string

// styleHash lets the page's own style through its content security policy and
// nothing else (CSP level 3, section 6.7).
func styleHash() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// HTML writes the report as one self-contained page: no script, nothing loaded
// from elsewhere, the same content on paper. Its content security policy forbids
// everything but its own style.
func HTML(w io.Writer, r *verify.Report, o Options) error {
	if r == nil {
		return errNoReport
	}
	var m markupWriter
	m.page(newPage(newView(r, o)))
	_, err := w.Write(showHidden(m.Bytes()))
	return err
}

// showHidden makes every character visible that a reader would obey or show
// nothing for, whatever was done to the text before: the counterpart of
// what write does to lines.
func showHidden(text []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == '\n' || !hidden(r, size) {
			b.Write(text[:size])
		} else {
			b.WriteString(escapeRune(r, string(text[:size])))
		}
		text = text[size:]
	}
	return b.Bytes()
}

// cell is text from outside as a page shows it.
func cell(s string) string { return escape(s, maxCell) }

// The types below are what a page shows: text that is safe, in the order
// of the page.
type (
	page struct {
		Format, Verdict, VerdictClass, Headline string
		SavedNote, UnreliedNote                 string
		Head                                    []labelled
		Reasons                                 []string
		Failures                                []pageFailure
		FailuresLeft                            int
		Counts                                  string
		Open                                    []pageNote
		OpenLeft                                int
		ReleaseTitle                            string
		Chain, People                           []pageFact
		Timeline                                []pageEvent
		TimelineLeft                            int
		Questions                               []pageQuestion
		Signers                                 []pageSigner
		SignersLeft                             int
		Exhibits                                []pageExhibit
		ExhibitsLeft                            int
		NotAsked, NotCompared, CannotShow, Next string
		NextAdds                                []string
		Grades, Repeat                          string
		Digests                                 []labelled
	}
	labelled struct{ Label, Text string }
	pageFact struct {
		Label, Text string
		Failure     int
		Known       verify.Proof
		Exhibits    []int
	}
	pageEvent struct {
		At, From, Until, Label, Text string
		Known                        verify.Proof
		Exhibits                     []int
	}
	pagePlace struct {
		Exhibit int
		Text    string
	}
	pageFailure struct {
		Number          int
		Word, ID, Title string
		Rows            []labelled
		Known           verify.Proof
		Places          []pagePlace
	}
	pageNote     struct{ Kind, ID, Text, When string }
	pageQuestion struct {
		Text, Held, Class string
		Open              bool
		Checks            []pageCheck
		Left              int
	}
	pageCheck struct {
		ID, Class, Outcome, Title, Why, Found, Sections string
		Known                                           verify.Proof
		Exhibits                                        []int
	}
	pageSigner  struct{ Who, What, Counts, Class string }
	pageExhibit struct {
		Number                   int
		Name, MediaType, Missing string
		Says                     []string
		Digest                   string
		Size                     int64
	}
)

func newPage(v *view) *page {
	r := v.r
	p := &page{
		Format: cell(r.Format), Verdict: verdictWord(r), VerdictClass: "refused", Headline: cell(v.headline()),
		ReleaseTitle: "The release", Grades: grades, Repeat: pasted(r.Repeat),
	}
	if r.Verdict == verify.Accepted {
		p.VerdictClass = "accepted"
	}
	if v.saved {
		p.SavedNote = savedNote
	}
	switch {
	case r.Verdict == verdictUnread:
	case r.Verdict == verify.NotGenuine:
		p.UnreliedNote = "The file contradicts itself. Nothing below is relied upon but the failures of the file."
		p.ReleaseTitle = "Not relied upon: the release, as the file says"
	case !r.Relied:
		p.UnreliedNote = "Nobody trusted signed the release statement. Everything below is what the file says of itself."
		p.ReleaseTitle = "The release it claims to be"
	}
	p.head(v)
	p.failures(v)
	p.open(v)
	p.Chain, p.People = v.pageFacts(r.Chain), v.pageFacts(r.People)
	p.timeline(v)
	p.questions(v)
	p.signers(v)
	p.exhibits(v)
	p.limits(v)
	return p
}

// verdictWord is the verdict, or that there is none.
func verdictWord(r *verify.Report) string {
	if r.Verdict == "" {
		return "NO VERDICT"
	}
	return cell(string(r.Verdict))
}

// utc writes a time for people, to the minute.
func utc(t evidence.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// proof is how a fact is known, in safe text.
func proof(p verify.Proof) verify.Proof {
	return verify.Proof{Grade: verify.Grade(cut(Safe(string(p.Grade)), 12)), By: cut(tidy(p.By), 120)}
}

// capped cuts a list to maxRows and says how many are left out.
func capped[T any](list []T) (shown []T, left int) {
	if len(list) > maxRows {
		return list[:maxRows], len(list) - maxRows
	}
	return list, 0
}

func (p *page) head(v *view) {
	r := v.r
	add := func(label, text string) {
		if text != "" {
			p.Head = append(p.Head, labelled{label, cell(text)})
		}
	}
	if r.Verdict == verdictUnread {
		return
	}
	when := utc(r.AsOf) + " UTC"
	if !r.AsOfGiven {
		when += ", the time of verifying"
	}
	add("Judged as of", when)
	add("For the decision", string(r.Gate))
	switch {
	case r.Policy != nil:
		add("By policy", document(r.Policy.DocumentView)+profileOf(r.Policy))
		add("Controls", v.controls.blocked())
	case r.Trust != nil && v.policyGiven():
		add("By policy", "it "+idle)
	case v.policyGiven():
		add("By policy", "it did not judge, since no trust was given")
	default:
		add("By policy", "none was given")
	}
	if r.Trust != nil {
		add("By trust", document(*r.Trust))
	} else {
		add("By trust", "none was given")
	}
	add("The file itself", strings.Join(v.held(), ", "))
	if r.Release != nil {
		add("Repository", r.Release.Repository)
	}
	add("Expected", r.Expected)
	add("Verified", r.Target)
	if r.Seal != nil {
		add("Sealed", "covers until "+utc(r.Seal.CoversUntil)+" UTC")
	}
	for _, l := range v.otherReasons() {
		p.Reasons = append(p.Reasons, cell(l))
	}
}

func (p *page) failures(v *view) {
	list, left := capped(v.causes)
	p.FailuresLeft = left
	for i, c := range list {
		f := pageFailure{Number: i + 1, Word: failureWord(c.check), ID: cell(c.check.ID), Title: cell(c.check.Title), Known: proof(c.check.Proof)}
		add := func(label, text string) {
			if text != "" {
				f.Rows = append(f.Rows, labelled{label, cell(text)})
			}
		}
		add("Expected", c.check.Expected)
		add("Found", v.finding(c.check))
		add("Before the act", c.check.Fix.Before)
		add("Now", c.check.Fix.Now)
		add("Policy", c.check.Sections)
		add("Follows from it", v.also(c))
		for _, place := range c.check.Inputs[:min(len(c.check.Inputs), 20)] {
			f.Places = append(f.Places, v.pagePlace(place))
		}
		p.Failures = append(p.Failures, f)
	}
}

// pagePlace is a place with the exhibit it is in.
func (v *view) pagePlace(at verify.Place) pagePlace {
	var p pagePlace
	for _, d := range []*evidence.Digest{at.Statement, at.Material} {
		if d == nil {
			continue
		}
		if p.Exhibit = v.exhibit[*d]; p.Exhibit == 0 {
			p.Text = d.Short() + " "
		}
	}
	p.Text = cell(p.Text + fileLine(at) + at.Pointer)
	return p
}

// fileLine is a file given to the verifier, with the line: "policy.yaml:12".
func fileLine(at verify.Place) string {
	if at.File == "" || at.Line == 0 {
		return at.File
	}
	return fmt.Sprintf("%s:%d", at.File, at.Line)
}

func (p *page) open(v *view) {
	var list []pageNote
	for _, c := range v.r.Checks {
		mark := markOf(c)
		if mark == "" {
			continue
		}
		n := pageNote{Kind: strings.ToLower(mark), ID: cell(c.ID), Text: cell(v.noteText(c))}
		for _, t := range []*evidence.Time{c.Until, c.Due, c.EnforcedFrom} {
			if t != nil {
				n.When = utc(*t)
			}
		}
		list = append(list, n)
	}
	for _, n := range append(v.loosened(), v.claimed()...) {
		list = append(list, pageNote{Kind: strings.ToLower(n.mark), Text: cell(n.text)})
	}
	p.Open, p.OpenLeft = capped(list)
	p.Counts = v.tallies()
}

func (v *view) pageFacts(facts []verify.FactLine) []pageFact {
	var list []pageFact
	for _, f := range facts[:min(len(facts), maxRows)] {
		list = append(list, pageFact{cell(f.Label), cell(f.Text), v.number[f.Check], proof(f.Proof), v.there(f.Exhibits)})
	}
	return list
}

// there keeps the numbers of exhibits that the page lists, so that no link leads
// nowhere.
func (v *view) there(numbers []int) []int {
	var list []int
	for _, n := range numbers {
		if n > 0 && n <= min(len(v.r.Exhibits), maxRows) {
			list = append(list, n)
		}
	}
	return list
}

func (p *page) timeline(v *view) {
	list, left := capped(v.r.Timeline)
	p.TimelineLeft = left
	for _, e := range list {
		row := pageEvent{At: e.At.UTC().Format(time.RFC3339), From: utc(e.At), Label: cell(e.Label), Text: cell(e.Text), Known: proof(e.Proof), Exhibits: v.there(e.Exhibits)}
		if e.Until != nil {
			row.Until = utc(*e.Until)
		}
		p.Timeline = append(p.Timeline, row)
	}
}

// questions are the layers of the file and the seven questions, each with all
// its checks. What failed is unfolded.
func (p *page) questions(v *view) {
	for _, l := range verify.Layers() {
		if l != verify.Controls {
			p.question(v, "The file: "+layerTexts[l], inLayer(l))
		}
	}
	for i, text := range questions {
		p.question(v, fmt.Sprintf("%d. %s", i+1, text), func(c verify.Check) bool {
			return c.Layer == verify.Controls && c.Question == i+1
		})
	}
	p.question(v, "The policy itself", func(c verify.Check) bool {
		return c.Layer == verify.Controls && (c.Question < 1 || c.Question > len(questions))
	})
}

func (p *page) question(v *view, text string, want func(verify.Check) bool) {
	t := count(v.r.Checks, want)
	q := pageQuestion{Text: text, Held: fmt.Sprintf("%d of %d held", t.held, t.asked), Class: "quiet", Open: t.failed+t.unknown > 0}
	if q.Open {
		q.Class = "bad"
	}
	for _, c := range v.r.Checks {
		switch {
		case !want(c):
		case len(q.Checks) == maxRows:
			q.Left++
		default:
			q.Checks = append(q.Checks, v.pageCheck(c))
		}
	}
	if len(q.Checks) > 0 {
		p.Questions = append(p.Questions, q)
	}
}

func (v *view) pageCheck(c verify.Check) pageCheck {
	row := pageCheck{
		ID: cell(c.ID), Outcome: cell(string(c.Outcome)), Title: cell(c.Title), Why: cell(why(c)),
		Sections: cell(c.Sections), Known: proof(c.Proof), Exhibits: v.there(v.exhibits(c.Inputs)),
	}
	switch {
	case c.Blocks():
		row.Class, row.Found = "bad", cell(c.Found)
	case c.Outcome == verify.Pass, c.Outcome == verify.NotApplicable:
		row.Class = "quiet"
	default:
		row.Class, row.Found = "open", cell(c.Found)
	}
	row.Exhibits = row.Exhibits[:min(len(row.Exhibits), 12)]
	return row
}

func (p *page) signers(v *view) {
	list, left := capped(v.parties())
	p.SignersLeft = left
	for _, s := range list {
		row := pageSigner{Who: cell(s.who(true)), What: cell(s.what()), Counts: "no", Class: "bad"}
		if s.Allowed {
			row.Counts, row.Class = "yes", "proven"
		}
		p.Signers = append(p.Signers, row)
	}
}

func (p *page) exhibits(v *view) {
	list, left := capped(v.r.Exhibits)
	p.ExhibitsLeft = left
	for i, e := range list {
		row := pageExhibit{Number: i + 1, Name: cell(e.Name), MediaType: cell(e.MediaType), Digest: e.Digest.Hex(), Size: e.Size}
		switch {
		case e.Withheld != "":
			row.Missing = "withheld: " + cell(e.Withheld)
		case !e.Present:
			row.Missing = "not in the file"
		}
		p.Exhibits = append(p.Exhibits, row)
	}
	for _, a := range v.r.Attestations {
		if a.Exhibit > 0 && a.Exhibit <= len(p.Exhibits) {
			row := &p.Exhibits[a.Exhibit-1]
			row.Says = append(row.Says, cell(fmt.Sprintf("%s: %s", a.PredicateType, a.Says)))
		}
	}
}

func (p *page) limits(v *view) {
	r := v.r
	if text, why := v.notAskedText(); text != "" {
		p.NotAsked = cell(strings.Join(append([]string{text}, sentence(why)...), " "))
	}
	names := make([]string, 0, len(r.NotCompared))
	for _, n := range r.NotCompared {
		names = append(names, cell(n))
	}
	p.NotCompared = cell(strings.Join(names, ", "))
	p.CannotShow = cell(strings.Join(sentence(r.CannotShow), " "))
	if r.Policy != nil && r.Policy.Next != "" {
		p.Next = fmt.Sprintf("The profile %s adds %s", cell(r.Policy.Next), plural(len(r.Policy.NextAdds), "control"))
		for _, id := range r.Policy.NextAdds {
			p.NextAdds = append(p.NextAdds, cell(id))
		}
	}
	p.Digests = v.digests()
}

// digests are what shows that two reports are about the same.
func (v *view) digests() []labelled {
	var list []labelled
	add := func(label string, d evidence.Digest) {
		if !d.IsZero() {
			list = append(list, labelled{label, d.String()})
		}
	}
	if v.r.State != nil {
		add("state", *v.r.State)
	}
	if v.r.Policy != nil {
		add("policy", v.r.Policy.Digest)
	}
	if v.r.Trust != nil {
		add("trust", v.r.Trust.Digest)
	}
	if v.r.Policy != nil {
		add("effective", v.r.Policy.Effective)
	}
	return list
}

// sentence joins parts with semicolons and ends with one full stop; none of no
// parts.
func sentence(parts []string) []string {
	if len(parts) == 0 {
		return nil
	}
	list := make([]string, len(parts))
	for i, p := range parts {
		list[i] = strings.TrimRight(p, ".")
	}
	return []string{strings.Join(list, "; ") + "."}
}

// pasted is a command in lines that can be pasted; "" if there is none.
func pasted(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	return strings.TrimPrefix(strings.Join(command("", argv, 100), "\n"), " ")
}
