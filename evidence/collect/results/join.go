package results

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Attempt is one file of a check that was carried out several times.
type Attempt struct {
	// Number is the CI system's number of the attempt, from 1. Files with the
	// same number are parts of one attempt, such as the shards of a suite.
	Number int64
	Result Result
}

// History is what the attempts of one check say together.
type History struct {
	// Outcome is that of the last attempt.
	Outcome Outcome
	// Outcomes lists the attempts that are known, in order.
	Outcomes []Numbered
	// Missing are numbers of attempts before the last that are not at hand, at
	// most 100. What they said is not known.
	Missing []int64
	// Green says that the last attempt passed after an earlier one had not,
	// or that a test within a file failed and then passed.
	Green bool
	// Flaky names tests that failed before the check became green, at most 100.
	Flaky []string
}

// Numbered is the outcome of one attempt.
type Numbered struct {
	Number  int64   `json:"number"`
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason,omitempty"`
}

const (
	maxAttempts = 10_000
	maxMissing  = 100
)

// Join puts the attempts of one check into order and says whether it was run
// until it passed. It decides nothing: how many attempts are acceptable is a
// matter of policy (control check/no-green-by-chance).
func Join(attempts []Attempt) (History, error) {
	if len(attempts) == 0 {
		return History{}, errors.New("there is no attempt to join")
	}
	if len(attempts) > maxAttempts {
		return History{}, fmt.Errorf("%d files for one check, at most %d are joined", len(attempts), maxAttempts)
	}
	sorted := slices.Clone(attempts)
	slices.SortStableFunc(sorted, func(a, b Attempt) int { return cmp.Compare(a.Number, b.Number) })
	if first := sorted[0].Number; first < 1 {
		return History{}, fmt.Errorf("attempt %d: attempts are numbered from 1", first)
	}
	var h History
	for _, a := range sorted {
		h.add(a)
	}
	h.close(sorted)
	return h, nil
}

// add takes the next file. Of several parts of one attempt the worst counts.
func (h *History) add(a Attempt) {
	n := Numbered{a.Number, a.Result.Outcome, a.Result.Reason}
	last := len(h.Outcomes) - 1
	switch {
	case last < 0 || h.Outcomes[last].Number != a.Number:
		h.gap(a.Number)
		h.Outcomes = append(h.Outcomes, n)
	case n.Outcome.rank() > h.Outcomes[last].Outcome.rank():
		h.Outcomes[last] = n
	}
}

// gap lists the numbers between the last attempt and the next.
func (h *History) gap(next int64) {
	from := int64(1)
	if last := len(h.Outcomes) - 1; last >= 0 {
		from = h.Outcomes[last].Number + 1
	}
	for n := from; n < next && len(h.Missing) < maxMissing; n++ {
		h.Missing = append(h.Missing, n)
	}
}

// close says whether the check became green, and what had failed before.
func (h *History) close(sorted []Attempt) {
	last := h.Outcomes[len(h.Outcomes)-1]
	h.Outcome = last.Outcome
	if last.Outcome != Pass {
		return
	}
	h.Green = slices.ContainsFunc(h.Outcomes, func(n Numbered) bool { return n.Outcome == Fail }) ||
		slices.ContainsFunc(sorted, func(a Attempt) bool { return a.Result.Attempts.FlakyTotal > 0 })
	for _, a := range sorted {
		h.flaky(a.Result.Attempts.Flaky)
		if a.Result.Tests != nil {
			h.flaky(a.Result.Tests.Failed)
		}
	}
}

// flaky lists names once.
func (h *History) flaky(names []string) {
	for _, name := range names {
		if len(h.Flaky) < maxMissing && !slices.Contains(h.Flaky, name) {
			h.Flaky = append(h.Flaky, name)
		}
	}
}

// rank orders outcomes from good to bad, for the parts of one attempt.
func (o Outcome) rank() int {
	switch o {
	case Pass:
		return 1
	case Skipped:
		return 2
	case Fail:
		return 3
	}
	return 0 // what carries no verdict decides nothing
}
