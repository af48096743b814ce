package git

import (
	"os"
	"slices"
	"strings"
)

// environment returns what git runs with: of the caller's variables only those
// that say where programs, the user's configuration and temporary files are.
// GIT_* variables could point git at another repository, and are all dropped.
func environment(env []string) []string {
	keep := []string{"PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "SUDO_UID"}
	var out []string
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		if slices.Contains(keep, strings.ToUpper(name)) {
			out = append(out, kv)
		}
	}
	return append(out,
		"LC_ALL=C", // messages are compared in explain
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_NO_REPLACE_OBJECTS=1",
		"GIT_GRAFT_FILE="+os.DevNull,
		// Unlike protocol.allow, a repository's protocol.<name>.allow cannot
		// override this empty list: nothing is fetched, no transport is run.
		"GIT_ALLOW_PROTOCOL=",
		"GIT_NO_LAZY_FETCH=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_OPTIONAL_LOCKS=0",
	)
}

// safeFlags go before every command. The commit graph is a cache that could
// show other parents than the commits do.
func safeFlags() []string {
	return []string{
		"--no-pager", "--no-replace-objects", "--literal-pathspecs",
		"-c", "core.fsmonitor=false",
		"-c", "core.commitGraph=false",
		"-c", "core.hooksPath=" + os.DevNull,
		"-c", "protocol.allow=never",
	}
}
