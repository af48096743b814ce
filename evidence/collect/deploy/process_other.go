//go:build !unix

package deploy

import "os"

func exitCode(s *os.ProcessState) int { return s.ExitCode() }

// terminate asks p to end, where the system can.
func terminate(p *os.Process) { _ = p.Signal(os.Interrupt) }
