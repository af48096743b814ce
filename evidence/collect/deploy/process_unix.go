//go:build unix

package deploy

import (
	"os"
	"syscall"
)

func exitCode(s *os.ProcessState) int {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return s.ExitCode()
}

// terminate asks p to end. It is no SIGINT: what runs in the background of a
// shell without job control ignores that.
func terminate(p *os.Process) { _ = p.Signal(syscall.SIGTERM) } // it may have ended a moment ago
