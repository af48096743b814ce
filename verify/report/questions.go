package report

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// questions carry the themes of controls to people; [verify.Check].Question
// counts them from 1.
var questions = [...]string{
	"Is this file complete, unaltered and signed by the right parties?",
	"Do tag, commit, build, artifact and SBOM belong together?",
	"Was every change requested and reviewed by someone else?",
	"Was it tested before each step?",
	"Did the right, independent people approve, before the act?",
	"Did production get exactly that, when it was allowed?",
	"Are deviations recorded, owned and closed in time?",
}

// layerTexts say what layers 1 to 4 ask.
var layerTexts = map[verify.Layer]string{
	verify.Integrity:  "every blob is listed, present and unaltered",
	verify.Signatures: "every statement is signed by a party allowed to",
	verify.Order:      "one release, nothing missing between its statements",
	verify.Linkage:    "tag, commit, artifact, SBOM and expectation agree",
}

// question tallies the controls that answer question n.
func (v *view) question(n int) tally {
	return count(v.r.Checks, func(c verify.Check) bool {
		return c.Layer == verify.Controls && c.Question == n
	})
}

// questions are the seven questions, as far as they were asked.
func (v *view) questions() section {
	var s section
	for i, text := range questions {
		if t := v.question(i + 1); t.asked > 0 {
			s.head = append(s.head, v.heldRow(fmt.Sprintf("  %d  %s", i+1, text), t))
		}
	}
	if len(s.head) > 0 {
		s.head = append(v.spread("The questions", "held of asked", edgeColumns), s.head...)
	}
	return s
}

// heldRow is a line with a tally in the right column.
func (v *view) heldRow(text string, t tally) line {
	right := fmt.Sprintf("%d of %d", t.held, t.asked)
	start := v.rightStart(right)
	return line{text: pad(cut(text, start-1), start) + right}
}

// heldShort is layers and questions in a line each.
func (v *view) heldShort() []line {
	var lines []line
	if parts := v.held(); len(parts) > 0 {
		lines = v.paragraph("The file held    ", 17, strings.Join(parts, "   "), 0)
	}
	var parts []string
	for i := range questions {
		if t := v.question(i + 1); t.asked > 0 {
			parts = append(parts, fmt.Sprintf("%d %d/%d", i+1, t.held, t.asked))
		}
	}
	if len(parts) > 0 {
		lines = append(lines, v.paragraph("Questions held   ", 17, strings.Join(parts, "   "), 0)...)
	}
	return lines
}

// layers are the checks of the file itself, one line a layer.
func (v *view) layers() section {
	var s section
	for _, l := range verify.Layers() {
		t := count(v.r.Checks, inLayer(l))
		if l == verify.Controls || t.asked == 0 {
			continue
		}
		s.head = append(s.head, v.heldRow("  "+pad(string(l), labelColumns)+layerTexts[l], t))
	}
	if len(s.head) > 0 {
		s.head = append(v.spread("The file", "held of asked", edgeColumns), s.head...)
	}
	return s
}

// held is the same in words for one line.
func (v *view) held() []string {
	var parts []string
	for _, l := range verify.Layers() {
		if t := count(v.r.Checks, inLayer(l)); l != verify.Controls && t.asked > 0 {
			parts = append(parts, fmt.Sprintf("%s %d/%d", l, t.held, t.asked))
		}
	}
	return parts
}
