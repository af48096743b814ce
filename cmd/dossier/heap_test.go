package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

// gcPercent is what SetGCPercent was last given.
func gcPercent() uint64 {
	s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// TestLateFirstCollection: only the first collection is late.
func TestLateFirstCollection(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(70))
	lateFirstCollection()
	if got := gcPercent(); got != 100*firstHeap && got != 70 { // 70 if one came in between
		t.Errorf("GOGC is %d at first, want %d", got, 100*firstHeap)
	}
	for gcPercent() != 70 { // a cleanup runs some time after a collection
		runtime.GC()
	}
	t.Setenv("GOGC", "50")
	lateFirstCollection()
	if got := gcPercent(); got != 70 {
		t.Errorf("GOGC is %d although it was set", got)
	}
}
