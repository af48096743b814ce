package testrepo

import (
	"fmt"
	"strings"
)

// History is a long history to be imported in one go.
type History struct {
	// Commits is the number of commits, merge commits included.
	Commits int
	// Merges says that one commit in ten merges a change of two commits with
	// --no-ff; else the history is one line.
	Merges bool
	// Releases is the number of releases, v1.0.0 to v1.N.0, at equal distances:
	// the first is the first commit, the last the last one.
	Releases int
	// Sign signs the tags with an SSH key.
	Sign bool
}

// Import makes a history of commits by several people, on 200 files of 40
// directories, with CODEOWNERS, Conventional Commits and trailers, and checks it
// out as main.
func (r *Repo) Import(h History) {
	r.Helper()
	w := &importer{}
	w.file("CODEOWNERS", "* @acme/all\n/src/d1*/ @acme/one @acme/two\n/src/d2/f2.txt\n")
	for w.n < h.Commits {
		if h.Merges && w.n%10 == 5 && w.n+3 <= h.Commits {
			w.merge()
		} else {
			w.commit("main", w.main, 0, fmt.Sprintf("fix(d%d): change %d (#%d)", w.n%40, w.n, w.n))
			w.main = w.n
		}
	}
	r.Feed(w.out.String(), "fast-import", "--quiet")
	r.Git("reset", "-q", "--hard", "main")
	if h.Merges {
		r.Git("branch", "-q", "-D", "side")
	}
	r.release(h)
}

// release makes the tags, on the line of first parents.
func (r *Repo) release(h History) {
	r.Helper()
	line := strings.Fields(r.Git("rev-list", "--first-parent", "--reverse", "main"))
	how := "-a"
	if h.Sign {
		r.SignWithSSH()
		how = "-s"
	}
	for i := range h.Releases {
		r.Git("tag", how, "-m", fmt.Sprintf("Release 1.%d.0\n\nRollback: redeploy 1.%d.0\nKnown-issues: none\nRisk: low", i, i-1),
			fmt.Sprintf("v1.%d.0", i), line[i*(len(line)-1)/max(1, h.Releases-1)])
	}
}

type importer struct {
	out     strings.Builder
	pending string
	n       int // commits so far, and the mark of the last
	main    int // the mark of main's last commit
}

func (w *importer) file(name, text string) {
	w.pending += fmt.Sprintf("M 100644 inline %s\ndata %d\n%s\n", name, len(text), text)
}

// commit writes one commit; parents are marks, 0 for none.
func (w *importer) commit(branch string, from, merge int, message string) {
	w.n++
	fmt.Fprintf(&w.out, "commit refs/heads/%s\nmark :%d\n", branch, w.n)
	for _, who := range []string{"author", "committer"} {
		fmt.Fprintf(&w.out, "%s Dev %d <dev%d@example.org> %d +0100\n", who, w.n%7, w.n%7, 1700000000+w.n*60)
	}
	message += "\n\nWhy it was needed takes a few words more to say,\nand a second line.\n\nTicket: PAY-" + fmt.Sprint(w.n) + "\n"
	if w.n%5 == 0 {
		message += "Co-authored-by: Cy <cy@example.org>\n"
	}
	fmt.Fprintf(&w.out, "data %d\n%s", len(message), message)
	if from > 0 {
		fmt.Fprintf(&w.out, "from :%d\n", from)
	}
	if merge > 0 {
		fmt.Fprintf(&w.out, "merge :%d\n", merge)
	} else {
		w.file(fmt.Sprintf("src/d%d/f%d.txt", w.n%40, w.n%200), fmt.Sprintf("first\n%d\n%s", w.n, strings.Repeat("line\n", w.n%50)))
	}
	w.out.WriteString(w.pending + "\n")
	w.pending = ""
}

// merge writes a change of two commits and the commit that merges it.
func (w *importer) merge() {
	number := w.n
	w.commit("side", w.main, 0, "feat: begin")
	w.commit("side", w.n, 0, "feat: end")
	w.commit("main", w.main, w.n, fmt.Sprintf("Merge pull request #%d from dev/side", number))
	w.main = w.n
}
