package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// columns is the width of what the command prints.
const columns = 90

func (c *Cmd) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "dossier COMMAND",
		Short: "Release evidence you can check offline",
		Long: `dossier assembles the evidence of one release into one signed file, and
verifies such a file offline: integrity, signatures, linkage, policy.

Start with "dossier init" in a repository, or "dossier verify FILE" with a
file you were given.`,
		SilenceErrors:         true,
		SilenceUsage:          true,
		DisableFlagsInUseLine: true,
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		f := cmd.Flags().Lookup("output")
		if f == nil || f.Value.String() != "-" {
			return nil
		}
		if _, ok := f.Annotations[stdoutWithout]; ok {
			return f.Value.(*given).Value.Set("")
		}
		return usagef("--output -: %s does not write to standard output; name a file, or ./- for one of that name", cmd.CommandPath())
	}
	root.SetIn(c.Stdin)
	root.SetErr(c.Stderr)
	root.SetUsageFunc(usage)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand(root))
	group(root)
	c.addCommands(root)
	if cmd, _, err := root.Find(c.Args); err == nil {
		guardFlags(cmd)
	}
	return root
}

// stdoutWithout marks the flag --output of a command that writes to standard
// output without it: there "-" says the same.
const stdoutWithout = "stdout without it"

// orStdout marks the flag --output of cmd.
func orStdout(cmd *cobra.Command) {
	cmd.Flags().Lookup("output").Annotations = map[string][]string{stdoutWithout: nil}
}

// group makes a command that only has commands of its own print its help, and
// refuse a name that it does not know.
func group(cmd *cobra.Command) {
	cmd.Args = unknownCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	hint := ""
	if near := strictyaml.Suggest(args[0], names); near != "" {
		hint = fmt.Sprintf("did you mean %q? ", near)
	}
	return usagef("unknown command %q: %ssee %s --help", args[0], hint, cmd.CommandPath())
}

func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil {
				return usageError{err}
			}
			if err := unknownCommand(cmd, rest); err != nil {
				return err
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// complete offers the values of a flag to the shell. It fails only for a flag
// that the command does not have.
func complete(cmd *cobra.Command, flag string, values []string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// usage prints how a command is called, in lines of at most 90 columns.
func usage(cmd *cobra.Command) error {
	w := &strings.Builder{}
	fmt.Fprintf(w, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprint(w, "\nCommands:\n")
		width := 11
		for _, sub := range cmd.Commands() {
			width = max(width, len(sub.Name()))
		}
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				fmt.Fprintf(w, "  %-*s %s\n", width, sub.Name(), sub.Short)
			}
		}
	}
	if flags := cmd.LocalFlags(); flags.HasAvailableFlags() {
		fmt.Fprintf(w, "\nFlags:\n%s", flagUsages(flags))
	}
	_, err := fmt.Fprint(cmd.OutOrStderr(), w.String())
	return err
}
