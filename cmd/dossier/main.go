// Command dossier assembles and verifies release evidence.
//
//	dossier init                       write the short configuration files
//	dossier create v1.4.0              assemble and sign the evidence of a release
//	dossier approve, reject FILE       add a person's decision
//	dossier promote FILE --env E       deploy, and record how it went
//	dossier new, add KIND              write, sign and add any other record
//	dossier attest KIND                sign a record before any release exists
//	dossier sign, seal FILE            co-sign a statement; a checkpoint
//	dossier verify FILE                check it, offline
//	dossier verify-bundle FILE         check a Sigstore bundle of any tool, offline
//	dossier verify-provenance FILE     check who built an artifact, and from what, offline
//	dossier verify-vsa FILE            accept a signed verdict in the place of a dossier
//	dossier verify-layout LINK...      check an in-toto layout with its links
//	dossier inspect FILE               show what is in it, as a tree
//	dossier show FILE E3               print one exhibit, safely
//	dossier controls, explain ID       what is judged, and why
//	dossier push FILE, pull REF        to and from the registry of its images
//	dossier sbom DIR                   an SBOM of a Go module or binary
//	dossier keygen                     a new signing key, if there is none
//
// # Exit status
//
//	0  ACCEPTED, or the command succeeded
//	1  NOT ACCEPTED
//	2  usage or configuration
//	3  NOT GENUINE: the file contradicts itself
//	4  CANNOT READ: not a dossier, or a limit is exceeded
//
// Where several apply, 4 comes before 2 before 3 before 1. promote ends with the
// exit status of a deployment that fails.
//
// # What it reads
//
// verify, inspect and show open no socket. verify reads only the files that it
// is given: no configuration is taken from the working directory, from the
// dossier or from the environment. Of a pipe it reads what is being written to it:
// one that nobody writes to yet is empty. A reference to a registry, in the place of a
// file, is downloaded whole before the work begins, with the credentials of
// "docker login".
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // change windows name zones, and a machine may know none
)

func main() {
	lateFirstCollection()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	cmd := &Cmd{
		Args: os.Args[1:], Env: os.Environ(),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Now: time.Now,
	}
	os.Exit(cmd.Run(ctx))
}
