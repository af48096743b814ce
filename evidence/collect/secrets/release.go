package secrets

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// Result is what was found in all materials of a statement.
type Result struct {
	// Hits are in the order of the materials; the allowed ones are marked.
	Hits []Hit
	// Cut are the materials that were not searched to their end, for there are
	// too many credentials in them or in all.
	Cut []string
	// Unused are allowances that let nothing through: they may go.
	Unused []Allow
}

// Statement is the name under which hits in the statement itself are listed.
const Statement = "statement"

// Release searches a statement that is about to be signed and its materials,
// each under its own name; blobs are the materials' bytes, in their order. Its
// goroutines are as many as there are processors to use.
func (s *Scanner) Release(ctx context.Context, payload []byte, materials []evidence.Material, blobs []bundle.Blob) (Result, error) {
	if len(materials) != len(blobs) {
		return Result{}, fmt.Errorf("%d materials have %d blobs", len(materials), len(blobs))
	}
	names, all := []string{Statement}, append([]bundle.Blob{bundle.BytesBlob(payload)}, blobs...)
	for _, m := range materials {
		names = append(names, m.Name)
	}
	found, cut, errs := make([][]Hit, len(all)), make([]bool, len(all)), make([]error, len(all))
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var hits atomic.Int64
	for i, b := range all {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			found[i], cut[i], errs[i] = s.blob(ctx, names[i], b, &hits)
		})
	}
	wg.Wait()
	var r Result
	for i, hits := range found {
		r.Hits = append(r.Hits, hits...)
		if cut[i] {
			r.Cut = append(r.Cut, names[i])
		}
	}
	r.Unused = s.unused(r.Hits)
	return r, errors.Join(errs...)
}

func (s *Scanner) blob(ctx context.Context, name string, b bundle.Blob, all *atomic.Int64) (hits []Hit, cut bool, err error) {
	r, err := b.Open()
	if err != nil {
		return nil, false, fmt.Errorf("search %s for credentials: %w", name, err)
	}
	defer r.Close()
	hits, whole, err := s.scan(ctx, name, r, all)
	return hits, !whole, err
}

func (s *Scanner) unused(hits []Hit) []Allow {
	var list []Allow
	for _, a := range s.allow {
		used := false
		for _, h := range hits {
			used = used || a.covers(h)
		}
		if !used {
			list = append(list, a)
		}
	}
	return list
}

// Denied returns the hits that nothing allows.
func (r Result) Denied() []Hit {
	var list []Hit
	for _, h := range r.Hits {
		if h.Allowed == "" {
			list = append(list, h)
		}
	}
	return list
}

// Count says how many possible credentials there are.
func Count(n int) string {
	if n == 1 {
		return "1 possible credential"
	}
	return fmt.Sprintf("%d possible credentials", n)
}

// maxListed is the most hits that an error names.
const maxListed = 20

// FoundError says that something looks like a credential, and nothing allows it.
type FoundError struct{ Result Result }

// Err returns nil if the statement may be signed, else a [*FoundError].
func (r Result) Err() error {
	if len(r.Denied()) == 0 && len(r.Cut) == 0 {
		return nil
	}
	return &FoundError{r}
}

// Error names every hit, on lines of their own, and what to do.
func (e *FoundError) Error() string {
	r, denied := e.Result, e.Result.Denied()
	var b strings.Builder
	fmt.Fprintf(&b, "%s in what would be signed:", Count(len(denied)))
	for i, h := range denied {
		if i == maxListed {
			fmt.Fprintf(&b, "\n  and %d more", len(denied)-i)
			break
		}
		b.WriteString("\n  " + h.String())
	}
	for _, name := range r.Cut {
		fmt.Fprintf(&b, "\n  %s was not searched to its end: there are too many", name)
	}
	b.WriteString("\ntake a credential out and revoke it; if it is none, allow it by rule and material or fingerprint, with a reason")
	return b.String()
}
