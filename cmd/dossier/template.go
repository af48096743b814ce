package main

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// line is one line of a configuration file, and what it buys.
type line struct{ yaml, why string }

// document lays lines out with their comments in one column; the comment of a
// line that is too long for that stands above it.
func document(head string, lines []line) string {
	const column = 40
	var b strings.Builder
	b.WriteString(head)
	for _, l := range lines {
		n := utf8.RuneCountInString(l.yaml)
		if n >= column {
			indent := len(l.yaml) - len(strings.TrimLeft(l.yaml, " "))
			b.WriteString(strings.Repeat(" ", indent) + "# " + l.why + "\n" + l.yaml + "\n")
			continue
		}
		b.WriteString(l.yaml + strings.Repeat(" ", column-n) + "# " + l.why + "\n")
	}
	return b.String()
}

func (s *surroundings) releaseYAML() string {
	built := "what is released: build it before \"create\""
	switch {
	case s.guessed:
		built = "a guess: put what your build makes here"
	case s.kind == evidence.KindLibrary:
		built = "what is released, such as \"git archive\" of the tag"
	}
	lines := []line{{"version: 1", "the form of this file"}}
	if s.modules == nil {
		lines = append(lines, line{"name: " + quote(s.name), "names the file: NAME-VERSION.dossier"})
	}
	lines = append(lines,
		line{"kind: " + string(s.kind), "svc, lib, iac, app or mono: which rules apply"},
		line{"repository: " + quote(s.repository), "what verifiers name with --release"},
	)
	if s.modules == nil {
		lines = append(lines, line{"artifacts: [" + quoteAll(s.artifacts) + "]", built})
	} else {
		lines = append(lines, line{"components:", "what is released by itself, each with a dossier of its own"})
	}
	for _, m := range s.modules {
		lines = append(lines, line{m.component(), m.build()})
	}
	return document(`# What "dossier create" collects, the same for every release. Facts about one
# release never stand here. Commit this file; paths are relative to the repository.
`, append(lines,
		line{"sign:", "who vouches for the evidence"},
		line{"  key: " + quote(s.key), "signs the release statement"},
		line{"policy: dossier.yaml", "what \"create\" says is missing is by this copy"},
	))
}

// noKeyYet stands in dossier.yaml for a key that is yet to be made.
const noKeyYet = "PUT-YOUR-PUBLIC-KEY-HERE"

func (s *surroundings) dossierYAML(now time.Time) string {
	key, about := trustEntry("release", noKeyYet), "the one key that is believed: the line that \"dossier keygen\" prints, or of an SSH key's .pub"
	if s.public != nil {
		key, about = trustLine("release", *s.public), "the one key that is believed: "+s.public.Fingerprint()
	}
	from, until := now.UTC().Format(time.DateOnly), now.UTC().AddDate(2, 0, 0).Format(time.DateOnly)
	since := s.since(now).Format(time.DateOnly)
	id := evidence.SafeMaterialName(s.name)
	var components []line
	if s.modules != nil {
		components = append(components, line{"  parameters: { component-tags: allowed }", "a tag may begin with the name of its component"})
	}
	return document(`# Whom to trust and what must hold, for "dossier verify --policy dossier.yaml".
# Those who verify keep a copy of their own, by a way the repository cannot change.
`, append([]line{
		{"trust:", "who may say what; nobody else is believed"},
		{"  id: " + quote(id+"-trust"), "names this document in every report"},
		{"  version: 1", "raise it with each change"},
		{"  effective: { from: " + since + " }", "in force since: no later than the tags to verify"},
		{"  keys:", "public keys, each under a name"},
		{key, about},
		{"  roles:", "what each is trusted for"},
		{"    release-ci: { keys: [release] }", "signs tags and release statements"},
		{"    builder: [release-ci]", "signs build provenance"},
		{"  grants:", "who may state what; nothing else counts"},
		{"    - who: release-ci", "a role, a person or an identity"},
		{"      kinds: [record, provenance, tag]", "release statements, builds, tags; approvals are \"approval\""},
		{"      repositories: [" + quote(s.repository) + "]", "of this repository and no other"},
		{"      environments: [\"*\"]", "wherever it is deployed"},
		{"      from: " + since, "not before this day"},
		{"      until: " + until, "a lost key is of no use after it; renew in time"},
		{"      min-proof: signed", "the key alone; later: timestamped, logged"},
		{"policy:", "what must hold"},
		{"  id: " + quote(id), "names it in the verdict"},
		{"  version: 1", "raise it with each change"},
		{"  effective: { from: " + from + " }", "in force since"},
		{"  extends: solo", "one person's rules; minimal adds a second person"},
	}, components...))
}

// trustLine is a key's line under trust and keys.
func trustLine(name string, key attest.PublicKey) string {
	return trustEntry(name, firstOf(key.AuthorizedKey(), string(key.Identity())))
}

func trustEntry(name, public string) string {
	return "    " + name + ": { public: " + quote(public) + " }"
}

// since is the day from which the key is believed: today, or when it signed the
// newest release's tag, whose dossier may be made only now.
func (s *surroundings) since(now time.Time) time.Time {
	if !s.tagged.IsZero() && s.tagged.Before(now) {
		return s.tagged.UTC()
	}
	return now.UTC()
}

// quote writes a string as a double-quoted YAML scalar, whose escapes are a
// superset of Go's.
func quote(s string) string { return strconv.Quote(s) }

func quoteAll(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, quote(s))
	}
	return strings.Join(quoted, ", ")
}
