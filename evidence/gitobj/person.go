package gitobj

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Person is an author, committer or tagger as an object states it. It is what
// somebody typed, never a proven identity.
type Person struct {
	Name  string
	Email string
	// When is the stated moment with the stated offset from UTC. It is the
	// zero time if the object states none that can be read, and in UTC if only
	// the offset cannot be read: old objects of both kinds are in use.
	When time.Time
}

// parsePerson reads "name <email> seconds offset". Git looks for the address
// from the left and for the time from the right; a person with further angle
// brackets would be somebody else to another reader and is an error.
func parsePerson(s string) (Person, error) {
	name, rest, ok := strings.Cut(s, "<")
	if !ok {
		return Person{}, fmt.Errorf("%.80q has no <address>", s)
	}
	email, date, ok := strings.Cut(rest, ">")
	if !ok {
		return Person{}, fmt.Errorf("%.80q has an address without end", s)
	}
	if strings.Contains(name, ">") || strings.Contains(email, "<") || strings.ContainsAny(date, "<>") {
		return Person{}, errors.New("the person has more than one address")
	}
	return Person{Name: strings.TrimSpace(name), Email: email, When: parseWhen(date)}, nil
}

// lastSecond is the end of the year 9999, the last that RFC 3339 can write.
const lastSecond = 253402300799

func parseWhen(s string) time.Time {
	seconds, offset, _ := strings.Cut(strings.TrimSpace(s), " ")
	n, err := strconv.ParseUint(seconds, 10, 63)
	if err != nil || n > lastSecond {
		return time.Time{}
	}
	return time.Unix(int64(n), 0).In(parseZone(offset))
}

// parseZone reads an offset such as "+0530". A fifth digit or an offset of a
// day or more is not readable and yields UTC.
func parseZone(s string) *time.Location {
	if len(s) != 5 || s[0] != '+' && s[0] != '-' {
		return time.UTC
	}
	n, err := strconv.ParseUint(s[1:], 10, 16)
	hours, minutes := int(n)/100, int(n)%100
	if err != nil || hours >= 24 || minutes >= 60 || n == 0 {
		return time.UTC
	}
	offset := (hours*60 + minutes) * 60
	if s[0] == '-' {
		offset = -offset
	}
	return time.FixedZone("", offset)
}
