package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/sigstore"
)

func (c *Cmd) trustShowCommand() *cobra.Command {
	var at string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "Show whom a trusted root or signing configuration names",
		Long: `show prints whom a trusted root (trusted_root.json, or one document a line) or a
signing configuration names: services, fingerprints of certificates and keys, and
when each is trusted. Compare the fingerprints with those that the services'
owners publish elsewhere.`,
		Example: `  dossier trust show trusted_root.json
  dossier trust show signing_config.json --json`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			now := c.Now()
			if at != "" {
				var err error
				if now, err = time.Parse(time.RFC3339, at); err != nil {
					return usagef("--as-of: %w", err)
				}
			}
			return c.trustShow(args[0], now, asJSON)
		},
	}
	cmd.Flags().StringVar(&at, "as-of", "", "the moment at which entries are in force or not, RFC 3339 (`TIME`; default now)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// shown is the JSON of trust show.
type shown struct {
	File     string                   `json:"file"`
	SHA256   string                   `json:"sha256"`
	Roots    []sigstore.Contents      `json:"trustedRoots,omitempty"`
	Services []attestsigstore.Service `json:"services,omitempty"`
}

func (c *Cmd) trustShow(path string, at time.Time, asJSON bool) error {
	data, err := readAtMost(path, sigstore.MaxRoots)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(data)
	s := shown{File: path, SHA256: hex.EncodeToString(digest[:])}
	roots, rootErr := sigstore.ParseRoots(data)
	switch config, err := attestsigstore.ParseConfig(data); {
	case rootErr == nil:
		s.Roots = roots.Contents()
	case err == nil:
		s.Services = config.Services()
	case bytes.Contains(data, []byte("signingconfig")):
		return usagef("%s: %w", path, err)
	default:
		return usagef("%s: %w", path, rootErr)
	}
	if asJSON {
		return c.printJSON(s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  sha256:%s\n", report.Safe(path), s.SHA256)
	for i, r := range s.Roots {
		fmt.Fprintf(&b, "trusted root %d of %d: newest entry began %s", i+1, len(s.Roots), day(r.Newest()))
		if age := at.Sub(r.Newest()); age >= 0 {
			fmt.Fprintf(&b, ", %s before %s", days(age), day(at))
		}
		b.WriteByte('\n')
		for _, a := range r.Authorities {
			writeAuthority(&b, "certificate authority", a, at)
		}
		for _, a := range r.TimestampAuthorities {
			writeAuthority(&b, "timestamp authority", a, at)
		}
		for _, l := range r.Logs {
			writeLog(&b, "transparency log", l, at)
		}
		for _, l := range r.CertificateLogs {
			writeLog(&b, "certificate log", l, at)
		}
	}
	for _, x := range s.Services {
		fmt.Fprintf(&b, "  %s %s, version %d\n    %s\n", x.Kind, report.Safe(x.URL), x.Version, window(x.Start, x.End, at))
	}
	_, err = io.WriteString(c.Stdout, b.String())
	return err
}

func writeAuthority(b *strings.Builder, what string, a sigstore.AuthorityContents, at time.Time) {
	fmt.Fprintf(b, "  %s %s\n    %s\n", what, report.Safe(a.URL), window(a.Start, a.End, at))
	for _, x := range a.Certificates {
		fmt.Fprintf(b, "    %s, valid %s to %s\n      sha256:%s\n", report.Safe(x.Subject), day(x.NotBefore), day(x.NotAfter), x.SHA256)
	}
}

func writeLog(b *strings.Builder, what string, l sigstore.LogContents, at time.Time) {
	fmt.Fprintf(b, "  %s %s\n    %s\n    %s key sha256:%s\n    log id %s\n", what, report.Safe(l.URL), window(l.Start, l.End, at), l.Algorithm, l.KeySHA256, l.ID)
}

// window says when something is trusted, and whether that is so at a moment.
func window(start, end, at time.Time) string {
	state := "trusted"
	switch {
	case at.Before(start):
		state = "not trusted yet"
	case !end.IsZero() && at.After(end):
		state = "no longer trusted, but for what is older"
	}
	until := "open"
	if !end.IsZero() {
		until = day(end)
	}
	return fmt.Sprintf("%s: from %s to %s", state, day(start), until)
}

// day is a date in UTC.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func days(d time.Duration) string {
	if n := int(d.Hours() / 24); n != 1 {
		return fmt.Sprintf("%d days", n)
	}
	return "1 day"
}

// readAtMost is readFile with another limit.
func readAtMost(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usagef("%s: %w", path, reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, usagef("%s: %w", path, reason(err))
	case int64(len(data)) > limit:
		return nil, usagef("%s: larger than %d bytes", path, limit)
	}
	return data, nil
}
