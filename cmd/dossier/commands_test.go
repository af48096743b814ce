package main

import "testing"

// TestCommandNames: the name by which a command is looked for is its own.
func TestCommandNames(t *testing.T) {
	c := &Cmd{}
	for _, cmd := range c.commands() {
		if name := cmd.make().Name(); name != cmd.name {
			t.Errorf("%q makes the command %q", cmd.name, name)
		}
	}
}

// TestOneCommand: a command that is named is made alone and takes part in all
// that is shared; help, completion and a mistake see all commands.
func TestOneCommand(t *testing.T) {
	all := len((&Cmd{}).commands())
	for _, test := range []struct {
		args []string
		want int
	}{
		{[]string{"verify", "a.dossier"}, 1},
		{[]string{"no-go", "--help"}, 1},
		{nil, all + 2},
		{[]string{"--help", "verify"}, all + 2},
		{[]string{"help", "verify"}, all + 2},
		{[]string{"completion", "bash"}, all + 2},
		{[]string{"__complete", "verify", ""}, all + 2},
		{[]string{"verfy"}, all + 2},
	} {
		c := &Cmd{Args: test.args}
		if got := len(c.root().Commands()); got != test.want {
			t.Errorf("%q: %d commands, want %d", test.args, got, test.want)
		}
	}
}
