package checks

import "fmt"

// place is a line, or a block of a Go profile, of one file.
type place struct {
	file       uint32
	start, end uint64
}

// measured is what is known of a place: how many units it holds (1 for a line)
// and whether it was ever executed.
type measured struct {
	units uint32
	hit   bool
}

// cover merges measurements. The same line is often reported more than once:
// by inner classes, by several test binaries, by several runs in one file.
type cover struct {
	*builder
	files  map[caseKey]uint32
	places map[place]measured
}

func newCover(b *builder, unit string) *cover {
	b.Coverage.Unit = unit
	return &cover{b, map[caseKey]uint32{}, map[place]measured{}}
}

// file returns the number of a file.
func (c *cover) file(name string) (uint32, error) {
	k := keyOf(name)
	if n, ok := c.files[k]; ok {
		return n, nil
	}
	if len(c.files) >= c.opts.Limits.Cases {
		return 0, fmt.Errorf("more than %d files, the most that are read", c.opts.Limits.Cases)
	}
	n := uint32(len(c.files))
	c.files[k] = n
	return n, nil
}

// add merges one measurement.
func (c *cover) add(p place, units uint32, hit bool) error {
	m, ok := c.places[p]
	switch {
	case !ok && len(c.places) >= c.opts.Limits.Cases:
		return fmt.Errorf("more than %d %s, the most that are read", c.opts.Limits.Cases, c.Coverage.Unit)
	case ok && m.units != units:
		return fmt.Errorf("the same block has %d and %d statements: the profiles are of different builds", m.units, units)
	}
	m.units, m.hit = units, m.hit || hit
	c.places[p] = m
	return nil
}

// close counts what was merged.
func (c *cover) close() {
	c.Coverage.Files = int64(len(c.files))
	for _, m := range c.places {
		c.Coverage.Total += int64(m.units)
		if m.hit {
			c.Coverage.Covered += int64(m.units)
		}
	}
}
