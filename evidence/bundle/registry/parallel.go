package registry

import (
	"context"
	"sync"
)

// workers is how many requests are under way at once.
const workers = 8

// parallel calls do for 0 to n-1, some at once, and returns the error of the
// smallest number that failed. After one failure no other is begun.
func parallel(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs, next := make([]error, n), make(chan int)
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := range next {
				if errs[i] = do(ctx, i); errs[i] != nil {
					cancel()
				}
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	wg.Wait()
	return firstCause(errs)
}

// firstCause returns the first error that is not only the end of the others.
func firstCause(errs []error) error {
	var first error
	for _, err := range errs {
		if err == nil {
			continue
		}
		if first == nil || isCancelled(first) && !isCancelled(err) {
			first = err
		}
	}
	return first
}
