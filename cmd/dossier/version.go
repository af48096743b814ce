package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set when a release is built (-ldflags "-X main.version=v1.2.3");
// otherwise the build information tells.
var version string

func (c *Cmd) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return c.printJSON(map[string]string{"version": programVersion(), "go": runtime.Version()})
			}
			_, err := fmt.Fprintln(c.Stdout, "dossier", programVersion())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON, with the version of Go it was built with")
	return cmd
}

func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown)"
	}
	return info.Main.Version
}
