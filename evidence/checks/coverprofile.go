package checks

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// readCoverProfile reads the text that go test -coverprofile writes: a mode
// line, then file:line.column,line.column statements count. Profiles that were
// joined with cat have several mode lines; they must agree.
func readCoverProfile(b *builder, in *input) error {
	c, mode := newCover(b, "statements"), ""
	err := eachLine(in, func(raw []byte) error {
		line := string(raw)
		if m, ok := strings.CutPrefix(line, "mode: "); ok {
			if mode != "" && m != mode {
				return fmt.Errorf("mode %s after mode %s: join profiles of one mode", clean(m), mode)
			}
			mode = m
			return checkMode(m)
		}
		if mode == "" {
			return errors.New(`the first line is not "mode: set", "mode: count" or "mode: atomic"`)
		}
		return c.block(line)
	})
	if err != nil {
		return err
	}
	if mode == "" {
		return errors.New("there is no mode line: give the file that go test -coverprofile wrote")
	}
	b.tool(evidence.CheckTool{Name: "go test"})
	c.close()
	return nil
}

// checkMode refuses modes that the go command does not have.
func checkMode(mode string) error {
	switch mode {
	case "set", "count", "atomic":
		return nil
	}
	return fmt.Errorf("mode %q is not set, count or atomic", clean(mode))
}

// block reads one line from its end, since a file name may hold anything.
func (c *cover) block(line string) error {
	bad := func() error { return fmt.Errorf("%q is not a block of a cover profile", clean(line)) }
	rest, count, ok1 := cutLast(line, ' ')
	rest, number, ok2 := cutLast(rest, ' ')
	name, span, ok3 := cutLast(rest, ':')
	from, to, ok4 := strings.Cut(span, ",")
	start, ok5 := position(from)
	end, ok6 := position(to)
	units, err := strconv.ParseUint(number, 10, 31)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || err != nil || name == "" {
		return bad()
	}
	hit, err := parseHits(count)
	if err != nil {
		return bad()
	}
	file, err := c.file(name)
	if err != nil {
		return err
	}
	return c.add(place{file, start, end}, uint32(units), hit)
}

// cutLast is strings.Cut around the last separator.
func cutLast(s string, sep byte) (before, after string, found bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// position packs line.column into one number.
func position(s string) (uint64, bool) {
	line, column, ok := strings.Cut(s, ".")
	l, err1 := strconv.ParseUint(line, 10, 32)
	c, err2 := strconv.ParseUint(column, 10, 32)
	return l<<32 | c, ok && err1 == nil && err2 == nil
}
