package lazyregexp

import (
	"sync"
	"testing"
)

func TestFirstUse(t *testing.T) {
	r := &Regexp{text: "a(b+)"}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := r.FindStringSubmatch("xabb"); len(got) != 2 || got[1] != "bb" {
				t.Errorf("found %q", got)
			}
		})
	}
	wg.Wait()
}

// A pattern that does not compile is found by any test of the program.
func TestWrongPattern(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	New("(")
}
