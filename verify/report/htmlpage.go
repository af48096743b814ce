package report

import "github.com/release-dossier/dossier/verify"

// page writes the whole page.
func (w *markupWriter) page(p *page) {
	w.put(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>%s: %s</title>
<style>`, styleHash(), p.Verdict, p.Headline)
	w.WriteString(pageStyle)
	w.put(`</style>
</head>
<body>
`)
	w.header(p)
	w.put("<main>\n")
	w.failures(p)
	w.open(p)
	w.release(p)
	w.timeline(p)
	w.people(p)
	w.questions(p)
	w.signers(p)
	w.exhibits(p)
	w.limits(p)
	w.repeat(p)
	w.put(`</main>
<footer><p>%s. This page is for reading; the signed file is the evidence.</p></footer>
</body>
</html>
`, p.Format)
}

func (w *markupWriter) header(p *page) {
	w.put("<header>\n"+`<h1><span class="verdict %s">%s</span> %s</h1>`+"\n", p.VerdictClass, p.Verdict, p.Headline)
	if p.SavedNote != "" {
		w.put(`<p class="saved">%s</p>`+"\n", p.SavedNote)
	}
	if p.UnreliedNote != "" {
		w.put(`<p class="unrelied">%s</p>`+"\n", p.UnreliedNote)
	}
	w.put("<dl>\n")
	w.rows(p.Head)
	w.put("</dl>\n")
	if len(p.Reasons) > 0 {
		w.put("<p>Also:</p>\n<ul>\n")
		for _, reason := range p.Reasons {
			w.put("<li>%s</li>\n", reason)
		}
		w.put("</ul>\n")
	}
	w.put(`<nav aria-label="Sections"><ul>` + "\n")
	if len(p.Failures) > 0 {
		w.put(`<li><a href="#failures">Failures (%s)</a></li>`+"\n", len(p.Failures))
	}
	if len(p.Open) > 0 {
		w.put(`<li><a href="#open">Read before you rely on it</a></li>` + "\n")
	}
	w.put(`<li><a href="#release">The release</a></li>
<li><a href="#timeline">Timeline</a></li>
<li><a href="#people">People</a></li>
<li><a href="#questions">Questions</a></li>
<li><a href="#signers">Signers</a></li>
<li><a href="#exhibits">Exhibits</a></li>
<li><a href="#limits">Not asked, not shown</a></li>
<li><a href="#repeat">Repeat it</a></li>
</ul></nav>
</header>
`)
}

func (w *markupWriter) failures(p *page) {
	if len(p.Failures) == 0 {
		return
	}
	w.put(`<section id="failures">
<h2>Failures</h2>
`)
	for _, f := range p.Failures {
		w.put(`<article id="F%s">
<h3><span class="bad">%s %s</span> <span class="id">%s</span> %s</h3>
<dl>
`, f.Number, f.Word, f.Number, f.ID, f.Title)
		w.rows(f.Rows)
		if f.Known.Grade != "" {
			w.put("<dt>How known</dt><dd>")
			w.known(f.Known)
			w.put("</dd>\n")
		}
		if len(f.Places) > 0 {
			w.put("<dt>Looked at</dt><dd>")
			for i, place := range f.Places {
				if i > 0 {
					w.put("<br>")
				}
				if place.Exhibit != 0 {
					w.ref(place.Exhibit)
					w.put(" ")
				}
				w.put("<code>%s</code>", place.Text)
			}
			w.put("</dd>\n")
		}
		w.put("</dl>\n</article>\n")
	}
	w.left(p.FailuresLeft)
	w.put("</section>\n")
}

func (w *markupWriter) open(p *page) {
	if len(p.Open) == 0 {
		return
	}
	w.put(`<section id="open">
<h2>Read before you rely on it</h2>
<p>%s</p>
<table>
<thead><tr><th scope="col">Kind</th><th scope="col">Control</th><th scope="col">What</th><th scope="col">Until, due</th></tr></thead>
<tbody>
`, p.Counts)
	for _, n := range p.Open {
		w.put(`<tr><th scope="row" class="open">%s</th><td class="id">%s</td><td>%s</td><td class="when">%s</td></tr>`+"\n", n.Kind, n.ID, n.Text, n.When)
	}
	w.endTable()
	w.left(p.OpenLeft)
	w.put("</section>\n")
}

func (w *markupWriter) release(p *page) {
	w.put(`<section id="release">`+"\n<h2>%s</h2>\n", p.ReleaseTitle)
	if len(p.Chain) > 0 {
		w.facts(p.Chain)
	} else {
		w.put("<p>Nothing is known about a release.</p>\n")
	}
	w.put("</section>\n")
}

func (w *markupWriter) timeline(p *page) {
	w.put(`<section id="timeline">` + "\n<h2>Timeline</h2>\n")
	if len(p.Timeline) == 0 {
		w.put("<p>No times are stated.</p>\n</section>\n")
		return
	}
	w.put(`<table>
<caption>Times are in UTC and as their sources state them.</caption>
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Finding</th><th scope="col">How known</th><th scope="col">Exhibits</th></tr></thead>
<tbody>
`)
	for _, e := range p.Timeline {
		w.put(`<tr><td class="when"><time datetime="%s">%s</time>`, e.At, e.From)
		if e.Until != "" {
			w.put("<br>to %s", e.Until)
		}
		w.put(`</td><th scope="row">%s</th><td>%s</td><td>`, e.Label, e.Text)
		w.known(e.Known)
		w.put("</td><td>")
		w.refs(e.Exhibits)
		w.put("</td></tr>\n")
	}
	w.endTable()
	w.left(p.TimelineLeft)
	w.put("</section>\n")
}

func (w *markupWriter) people(p *page) {
	w.put(`<section id="people">` + "\n<h2>The people</h2>\n")
	if len(p.People) > 0 {
		w.put(`<p class="quiet">Two accounts of one person are one.</p>` + "\n")
		w.facts(p.People)
	} else {
		w.put("<p>Nobody is named.</p>\n")
	}
	w.put("</section>\n")
}

func (w *markupWriter) questions(p *page) {
	w.put(`<section id="questions">` + "\n<h2>The questions</h2>\n")
	for _, q := range p.Questions {
		if q.Open {
			w.put("<details open>")
		} else {
			w.put("<details>")
		}
		w.put("\n"+`<summary>%s <strong class="%s">%s</strong></summary>`+"\n", q.Text, q.Class, q.Held)
		w.checks(q.Checks)
		w.left(q.Left)
		w.put("</details>\n")
	}
	w.put("</section>\n")
}

func (w *markupWriter) checks(list []pageCheck) {
	w.put(`<table>
<thead><tr><th scope="col">Control</th><th scope="col">Outcome</th><th scope="col">Finding</th><th scope="col">How known</th></tr></thead>
<tbody>
`)
	for _, c := range list {
		w.put(`<tr><td class="id">%s</td><td class="%s">%s</td><td>%s`, c.ID, c.Class, c.Outcome, c.Title)
		if c.Why != "" {
			w.put(" (%s)", c.Why)
		}
		if c.Found != "" {
			w.put(`<br><span class="quiet">%s</span>`, c.Found)
		}
		if c.Sections != "" {
			w.put(`<br><span class="quiet">policy %s</span>`, c.Sections)
		}
		w.put("</td><td>")
		w.known(c.Known)
		if len(c.Exhibits) > 0 {
			w.put("<br>")
			w.refs(c.Exhibits)
		}
		w.put("</td></tr>\n")
	}
	w.endTable()
}

func (w *markupWriter) signers(p *page) {
	w.put(`<section id="signers">` + "\n<h2>The signers</h2>\n")
	if len(p.Signers) == 0 {
		w.put("<p>Nobody signed it.</p>\n</section>\n")
		return
	}
	w.put(`<table>
<thead><tr><th scope="col">Signer</th><th scope="col">Signed</th><th scope="col">Counts</th></tr></thead>
<tbody>
`)
	for _, s := range p.Signers {
		w.put(`<tr><td>%s</td><td>%s</td><td class="%s">%s</td></tr>`+"\n", s.Who, s.What, s.Class, s.Counts)
	}
	w.endTable()
	w.left(p.SignersLeft)
	w.put("</section>\n")
}

func (w *markupWriter) exhibits(p *page) {
	w.put(`<section id="exhibits">` + "\n<h2>The exhibits</h2>\n")
	if len(p.Exhibits) == 0 {
		w.put("<p>There are none.</p>\n</section>\n")
		return
	}
	w.put(`<table>
<caption>The documents in the file. <code>dossier show FILE E1</code> prints one.</caption>
<thead><tr><th scope="col">No.</th><th scope="col">Name and type</th><th scope="col">SHA-256</th><th scope="col">Bytes</th></tr></thead>
<tbody>
`)
	for _, e := range p.Exhibits {
		w.put(`<tr id="E%s"><th scope="row">E%s</th><td>%s<br><span class="quiet">%s</span>`, e.Number, e.Number, e.Name, e.MediaType)
		if e.Missing != "" {
			w.put(`<br><span class="bad">%s</span>`, e.Missing)
		}
		for _, says := range e.Says {
			w.put("<br>%s", says)
		}
		w.put(`</td><td class="id">%s</td><td>%s</td></tr>`+"\n", e.Digest, e.Size)
	}
	w.endTable()
	w.left(p.ExhibitsLeft)
	w.put("</section>\n")
}

func (w *markupWriter) limits(p *page) {
	w.put(`<section id="limits">` + "\n<h2>Not asked, and what this file cannot show</h2>\n")
	if p.NotAsked != "" {
		w.put("<p>%s</p>\n", p.NotAsked)
	}
	if p.NotCompared != "" {
		w.put("<p>Not compared, since not given: %s.</p>\n", p.NotCompared)
	}
	if p.CannotShow != "" {
		w.put("<p>Cannot be shown by this file: %s</p>\n", p.CannotShow)
	}
	if p.Next != "" {
		w.put("<details>\n<summary>%s</summary>\n<ul>\n", p.Next)
		for _, id := range p.NextAdds {
			w.put(`<li class="id">%s</li>`+"\n", id)
		}
		w.put("</ul>\n</details>\n")
	}
	w.put("</section>\n")
}

func (w *markupWriter) repeat(p *page) {
	w.put(`<section id="repeat">`+"\n<h2>Repeat it</h2>\n<p>%s</p>\n", p.Grades)
	if p.Repeat != "" {
		w.put(`<p>Whoever has the file, the policy and the trust document gets the same answer:</p>
<pre><code>%s</code></pre>
`, p.Repeat)
	}
	if len(p.Digests) > 0 {
		w.put("<dl>\n")
		for _, d := range p.Digests {
			w.put(`<dt>%s</dt><dd class="id">%s</dd>`+"\n", d.Label, d.Text)
		}
		w.put("</dl>\n")
	}
	w.put("</section>\n")
}

func (w *markupWriter) facts(list []pageFact) {
	w.put(`<table>
<thead><tr><th scope="col">What</th><th scope="col">Finding</th><th scope="col">How known</th><th scope="col">Exhibits</th></tr></thead>
<tbody>
`)
	for _, f := range list {
		w.put(`<tr><th scope="row">%s</th><td>%s`, f.Label, f.Text)
		if f.Failure != 0 {
			w.put(` <a class="bad" href="#F%s">see failure %s</a>`, f.Failure, f.Failure)
		}
		w.put("</td><td>")
		w.known(f.Known)
		w.put("</td><td>")
		w.refs(f.Exhibits)
		w.put("</td></tr>\n")
	}
	w.endTable()
}

func (w *markupWriter) endTable() { w.put("</tbody>\n</table>\n") }

func (w *markupWriter) rows(list []labelled) {
	for _, l := range list {
		w.put("<dt>%s</dt><dd>%s</dd>\n", l.Label, l.Text)
	}
}

// known writes how a fact is known.
func (w *markupWriter) known(p verify.Proof) {
	if p.Grade != "" {
		w.put(`<span class="%s">%s</span>`, p.Grade, p.Grade)
	}
	if p.By != "" {
		w.put(", %s", p.By)
	}
}

// ref writes a link to an exhibit.
func (w *markupWriter) ref(exhibit int) { w.put(`<a href="#E%s">E%s</a>`, exhibit, exhibit) }

func (w *markupWriter) refs(exhibits []int) {
	for i, n := range exhibits {
		if i > 0 {
			w.put(" ")
		}
		w.ref(n)
	}
}

// left says how many rows are left out.
func (w *markupWriter) left(n int) {
	if n > 0 {
		w.put("<p>And %s more, which the JSON form of this report lists.</p>\n", n)
	}
}
