package git

import (
	"context"
	"slices"
	"strings"
)

// remote is the name of the remote that advice is about: origin or, without
// that, the first in the order of git; "" if the clone has none.
type remote string

func (g *runner) remote(ctx context.Context) remote {
	names, err := g.output(ctx, "remote")
	if err != nil {
		return ""
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "-") })
	switch {
	case len(names) == 0:
		return ""
	case slices.Contains(names, "origin"):
		return "origin"
	}
	return remote(names[0])
}

// fetchTag brings in a tag as the remote has it.
func (r remote) fetchTag(name string) string {
	ref := "refs/tags/" + name
	return "git fetch --force " + quote(string(r)) + " " + quote(ref+":"+ref)
}

// fetchBranches brings in all branches of the remote, to where they are looked
// for; "" without a remote.
func (r remote) fetchBranches() string {
	if r == "" {
		return ""
	}
	return "git fetch " + quote(string(r)) + " '+refs/heads/*:" + originPrefix + "*'"
}
