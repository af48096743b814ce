package main

import (
	"github.com/release-dossier/dossier/verify/cel"
	"github.com/release-dossier/dossier/verify/policy"
)

// ownRules compiles the rules that policies write themselves.
func ownRules() policy.Compiler { return cel.Compiler{} }
