package checks

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// lcov reads an LCOV tracefile (man geninfo, section FILES): records from SF
// to end_of_record. Lines are counted; functions and branches are not.
type lcov struct {
	*cover
	file int64 // -1 outside of a record
	name string
}

func readLCOV(b *builder, in *input) error {
	l := &lcov{newCover(b, "lines"), -1, ""}
	if err := eachLine(in, func(line []byte) error { return l.line(string(line)) }); err != nil {
		return err
	}
	if l.file >= 0 {
		return fmt.Errorf("the file ends within the record of %s: it is cut off", l.name)
	}
	if len(l.files) == 0 {
		return errors.New("there is no record: a tracefile has SF:, DA: and end_of_record lines")
	}
	l.close()
	return nil
}

// line takes one line. Keys that no version of geninfo writes are refused, so
// that a damaged file is not read as one with less to cover.
func (l *lcov) line(s string) error {
	key, rest, _ := strings.Cut(strings.TrimSpace(s), ":")
	switch key {
	case "SF":
		if l.file >= 0 {
			return errors.New("a record begins before end_of_record: the file is cut off")
		}
		n, err := l.cover.file(rest)
		l.file, l.name = int64(n), clean(rest)
		return err
	case "end_of_record":
		if l.file < 0 {
			return errors.New("end_of_record without a record")
		}
		l.file = -1
		return nil
	case "DA":
		return l.data(rest)
	case "", "TN", "VER", "FN", "FNDA", "FNF", "FNH", "FNL", "FNA", "BRDA", "BRF", "BRH", "MCDC", "MCF", "MCH", "LF", "LH":
		return nil
	}
	if strings.HasPrefix(key, "#") {
		return nil
	}
	return fmt.Errorf("%q does not begin a line of a tracefile", clean(key))
}

// data reads DA:<line>,<executions>[,<checksum>].
func (l *lcov) data(rest string) error {
	if l.file < 0 {
		return errors.New("DA outside of a record")
	}
	fields := strings.SplitN(rest, ",", 3)
	if len(fields) < 2 {
		return errors.New("DA wants a line and its number of executions")
	}
	number, err := strconv.ParseUint(fields[0], 10, 32)
	if err != nil {
		return fmt.Errorf("%q is not the number of a line", clean(fields[0]))
	}
	hit, err := parseHits(fields[1])
	if err != nil {
		return err
	}
	return l.add(place{uint32(l.file), number, 0}, 1, hit)
}
