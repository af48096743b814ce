package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// firstHeap is the size of the heap at which garbage is collected for the first
// time, as a multiple of the usual 4 MiB.
const firstHeap = 4

// lateFirstCollection lets a run that needs little memory, as most do, end
// without a garbage collection, which takes longer than a verification. From the
// first one on all is as usual. GOGC, if it is set, has its way.
func lateFirstCollection() {
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(100 * firstHeap)
	runtime.AddCleanup(new(*byte), func(percent int) { debug.SetGCPercent(percent) }, usual)
}
