package forge

import (
	"regexp"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// maxMentions bounds the tickets of one change.
const maxMentions = 200

// comment is what a template says to people and nobody reads.
var comment = lazyregexp.New(`(?s)<!--.*?(-->|$)`)

// mentions returns the tickets that a change names, and in which places, sorted.
func mentions(pattern *regexp.Regexp, ch *Change) []evidence.TicketMention {
	var list []evidence.TicketMention
	if pattern == nil {
		return nil
	}
	for _, place := range []struct {
		name  string
		texts []string
	}{
		{"title", []string{ch.Free.Title}},
		{"description", []string{comment.ReplaceAllString(ch.Free.Body, "")}},
		{"commit", ch.Free.Commits},
		{"branch", []string{ch.HeadBranch}},
	} {
		for _, text := range place.texts {
			for _, id := range pattern.FindAllString(text, maxMentions) {
				list = mention(list, id, place.name)
			}
		}
	}
	slices.SortFunc(list, func(a, b evidence.TicketMention) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func mention(list []evidence.TicketMention, id, place string) []evidence.TicketMention {
	if printable(id, 100) != id || id == "" {
		return list
	}
	i := slices.IndexFunc(list, func(m evidence.TicketMention) bool { return m.ID == id })
	switch {
	case i < 0 && len(list) >= maxMentions:
		return list
	case i < 0:
		return append(list, evidence.TicketMention{ID: id, In: []string{place}})
	case !slices.Contains(list[i].In, place):
		list[i].In = append(list[i].In, place)
	}
	return list
}
