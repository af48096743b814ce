package collect

import "debug/buildinfo"

// goBuild is what the go command wrote into a binary; zero for other files.
type goBuild struct {
	isGo     bool
	version  string // of the main module
	revision string // the commit it was built from
	modified bool   // the working tree differed from that commit
}

// readGoBuild reads a binary's build info without running it. Anything that is
// not a Go binary is simply none; the decoders of debug/* are not hardened
// against hostile files, so a panic of theirs means none, too.
func readGoBuild(path string) (b goBuild) {
	defer func() {
		if recover() != nil {
			b = goBuild{}
		}
	}()
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return goBuild{}
	}
	b.isGo = true
	if info.Main.Version != "(devel)" {
		b.version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.revision = s.Value
		case "vcs.modified":
			b.modified = s.Value == "true"
		}
	}
	return b
}
