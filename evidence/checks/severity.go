package checks

import (
	"math"
	"strconv"
	"strings"
)

// Severity is a class of findings, the qualitative scale of CVSS v3.1
// (section 5) with "info" for its "none".
type Severity string

// The severities, worst first. Unknown means that the file gives none; it
// counts as reaching every threshold.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
	Unknown  Severity = "unknown"
)

// Severities counts findings by severity.
type Severities struct {
	Critical int64
	High     int64
	Medium   int64
	Low      int64
	Info     int64
	Unknown  int64
}

// AtLeast counts the findings of severity s or worse, and those of unknown
// severity.
func (c Severities) AtLeast(s Severity) int64 {
	n := c.Unknown + c.Critical
	rest := []struct {
		s Severity
		n int64
	}{{High, c.High}, {Medium, c.Medium}, {Low, c.Low}, {Info, c.Info}}
	for _, r := range rest {
		if s.rank() <= r.s.rank() {
			n += r.n
		}
	}
	return n
}

// add counts n findings of one severity.
func (c *Severities) add(s Severity, n int64) {
	switch s {
	case Critical:
		c.Critical += n
	case High:
		c.High += n
	case Medium:
		c.Medium += n
	case Low:
		c.Low += n
	case Info:
		c.Info += n
	default:
		c.Unknown += n
	}
}

// rank orders severities; 0 is unknown.
func (s Severity) rank() int {
	switch s {
	case Critical:
		return 5
	case High:
		return 4
	case Medium:
		return 3
	case Low:
		return 2
	case Info:
		return 1
	}
	return 0
}

// worse returns the worse of two severities; a known one beats Unknown.
func worse(a, b Severity) Severity {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// parseSeverity understands the words of scanners and CVSS base scores.
func parseSeverity(s string) Severity {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "critical", "high", "medium", "low", "info":
		return Severity(s)
	case "important":
		return High
	case "moderate":
		return Medium
	case "minor":
		return Low
	case "none", "informational", "negligible":
		return Info
	}
	if score, err := strconv.ParseFloat(s, 64); err == nil {
		return scoreSeverity(score)
	}
	return Unknown
}

// scoreSeverity follows CVSS v3.1, table 14.
func scoreSeverity(score float64) Severity {
	switch {
	case math.IsNaN(score) || score < 0 || score > 10:
		return Unknown
	case score >= 9:
		return Critical
	case score >= 7:
		return High
	case score >= 4:
		return Medium
	case score > 0:
		return Low
	}
	return Info
}
