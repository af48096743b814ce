package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// namedCommand makes one command of the program. What makes it is apart from its
// name, since the flags of all of them would take more time than a verification.
type namedCommand struct {
	name string
	make func() *cobra.Command
}

// commands are all commands but help and completion, which cobra adds.
func (c *Cmd) commands() []namedCommand {
	list := []namedCommand{
		{"init", c.initCommand}, {"create", c.createCommand}, {"approve", c.approveCommand},
		{"verify", c.verifyCommand}, {"verify-bundle", c.verifyBundleCommand},
		{"verify-provenance", c.verifyProvenanceCommand}, {"verify-vsa", c.verifyVSACommand},
		{"verify-layout", c.verifyLayoutCommand}, {"report", c.reportCommand},
		{"new", c.newCommand}, {"add", c.addCommand}, {"attest", c.attestCommand}, {"freeze", c.freezeCommand},
		{"promote", c.promoteCommand}, {"sign", c.signCommand}, {"seal", c.sealCommand}, {"redact", c.redactCommand},
		{"inspect", c.inspectCommand}, {"show", c.showCommand}, {"controls", c.controlsCommand},
		{"policy", c.policyCommand}, {"trust", c.trustCommand}, {"explain", c.explainCommand},
		{"import", c.importCommand}, {"export", c.exportCommand}, {"push", c.pushCommand}, {"pull", c.pullCommand},
		{"sbom", c.sbomCommand}, {"keygen", c.keygenCommand}, {"version", c.versionCommand},
	}
	for _, s := range spoken {
		name, _, _ := strings.Cut(s.use, " ")
		list = append(list, namedCommand{name, func() *cobra.Command { return c.spokenCommand(s) }})
	}
	return list
}

// addCommands adds the command that the first argument names, or all of them if
// it names none: for help, completion and mistakes.
func (c *Cmd) addCommands(root *cobra.Command) {
	list := c.commands()
	if len(c.Args) > 0 {
		for _, cmd := range list {
			if cmd.name == c.Args[0] {
				root.AddCommand(cmd.make())
				root.CompletionOptions.DisableDefaultCmd = true
				return
			}
		}
	}
	for _, cmd := range list {
		root.AddCommand(cmd.make())
	}
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(c.Args...)
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.Short = "Print the completion script of a shell"
		group(completion)
	}
}
