package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/verify/report"
)

func (c *Cmd) trustPeopleCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "people ALLOWED_SIGNERS",
		Short: "Write the people of an OpenSSH allowed_signers file for a trust document",
		Long: `people prints the section "people" of a trust document, made of a file of allowed
signers (ssh-keygen(1), ALLOWED SIGNERS), so that approvals count that people sign
with the SSH keys that already sign their commits. Read it before you take it over:
what the file says beside keys (namespaces, times) stands there as a comment, for you
to write as grants. Verifying reads no such file: what may be signed with a key, and
since when, is for grants to say.`,
		Example: `  dossier trust people .git/allowed_signers >> trust.yaml`,
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := readFile(args[0])
			if err != nil {
				return err
			}
			people, err := allowedSigners(data)
			if err != nil {
				return usagef("%s: %w", args[0], err)
			}
			_, err = io.WriteString(c.Stdout, people)
			return err
		},
	}
}

// allowed is a person of an allowed_signers file.
type allowed struct {
	name   string
	emails []string
	keys   []string // lines of YAML
}

// allowedSigners writes an allowed_signers file as the people of a trust document.
func allowedSigners(data []byte) (string, error) {
	var people []*allowed
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, maxConfig)
	for number := 1; scanner.Scan(); number++ {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		emails, key, err := allowedLine(line)
		if err != nil {
			return "", fmt.Errorf("line %d: %w", number, err)
		}
		i := slices.IndexFunc(people, func(p *allowed) bool { return slices.Equal(p.emails, emails) })
		if i < 0 {
			i = len(people)
			people = append(people, &allowed{name: personName(emails[0], people), emails: emails})
		}
		people[i].keys = append(people[i].keys, key)
	}
	if err := scanner.Err(); err != nil {
		return "", err
	}
	if len(people) == 0 {
		return "", fmt.Errorf("it names nobody")
	}
	var b strings.Builder
	b.WriteString("people:\n")
	for _, p := range people {
		fmt.Fprintf(&b, "  %s:\n    email: [%s]\n    keys:\n%s", p.name, strings.Join(p.emails, ", "), strings.Join(p.keys, ""))
	}
	return b.String(), nil
}

// allowedLine reads principals, options and key of one line.
func allowedLine(line string) (emails []string, key string, err error) {
	principals, rest, _ := strings.Cut(line, " ")
	for _, p := range strings.Split(strings.Trim(principals, `"`), ",") {
		if strings.ContainsAny(p, "*?!") {
			return nil, "", fmt.Errorf("%.80q is a pattern, and names nobody in particular", p)
		}
		// What is printed is YAML, and a principal is free text.
		if strings.Count(p, "@") != 1 || strings.Trim(strings.ToLower(p), "abcdefghijklmnopqrstuvwxyz0123456789@.+_-") != "" {
			return nil, "", fmt.Errorf("%.80q is no e-mail address", p)
		}
		emails = append(emails, p)
	}
	slices.Sort(emails)
	rest = strings.TrimSpace(rest)
	var options string
	for _, kind := range []string{"ssh-", "ecdsa-", "sk-"} {
		if i := strings.Index(" "+rest, " "+kind); i >= 0 {
			options, rest = strings.TrimSpace(rest[:i]), rest[i:]
			break
		}
	}
	if strings.Contains(strings.ToLower(options), "cert-authority") {
		return nil, "", fmt.Errorf("cert-authority: SSH certificates sign no statements: name the people's keys")
	}
	public, err := attest.ParsePublicKey([]byte(rest))
	if err != nil {
		return nil, "", err
	}
	note := options
	if why := public.ForStatements(); why != nil {
		note = strings.TrimSpace(note + " signs tags only")
	}
	key = fmt.Sprintf("      - %q", public.AuthorizedKey())
	if note != "" {
		key += " # " + report.SafeLine(note)
	}
	return emails, key + "\n", nil
}

// personName makes a name of an address, that nobody has yet.
func personName(email string, people []*allowed) string {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	local = strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, local), ".-")
	if local == "" {
		local = "person"
	}
	name := local
	for n := 2; slices.ContainsFunc(people, func(p *allowed) bool { return p.name == name }); n++ {
		name = fmt.Sprintf("%s-%d", local, n)
	}
	return name
}
