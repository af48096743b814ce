package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify/oidc"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/sigstore"
)

func (c *Cmd) trustShowCommand() *cobra.Command {
	var at string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "Show whom a trusted root, signing configuration, key set or trust document names",
		Long: `show prints whom a trusted root (trusted_root.json, or one document a line) or a
signing configuration names: services, fingerprints of certificates and keys, and
when each is trusted. Compare the fingerprints with those that the services'
owners publish elsewhere. Of a forge's key set (JWKS) it prints the keys as a trust
document pins them, and of a trust document what it means, defaults written out.`,
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
	Keys     []keyView                `json:"keys,omitempty"`
	Trust    json.RawMessage          `json:"trust,omitempty"`
}

// keyView is a key of a key set, as trust pins it under forges.
type keyView struct {
	ID        string            `json:"kid"`
	Algorithm string            `json:"algorithm"`
	Identity  evidence.Identity `json:"identity"`
}

func (c *Cmd) trustShow(path string, at time.Time, asJSON bool) error {
	data, err := readAtMost(path, sigstore.MaxRoots)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(data)
	s := shown{File: path, SHA256: hex.EncodeToString(digest[:])}
	if !strings.HasPrefix(strings.TrimSpace(string(data)), "{") {
		return c.trustShowDocument(s, path, data, at, asJSON)
	}
	if keys, err := oidc.ParseKeys(data); err == nil {
		for _, k := range keys {
			s.Keys = append(s.Keys, keyView{k.ID, k.Algorithm, k.Identity})
		}
		return c.printShown(s, at, asJSON)
	}
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
	return c.printShown(s, at, asJSON)
}

// trustShowDocument shows a trust document as what it means, which is what its
// digest is of.
func (c *Cmd) trustShowDocument(s shown, path string, data []byte, at time.Time, asJSON bool) error {
	t, err := c.readTrust(path, data)
	if err != nil {
		return usageError{err}
	}
	if s.Trust, err = t.Meaning(); err != nil {
		return err
	}
	if asJSON {
		return c.printJSON(s)
	}
	state := "in force"
	if !t.Effective.Contains(at) {
		state = "not in force at " + at.UTC().Format(time.RFC3339)
	}
	_, err = fmt.Fprintf(c.Stdout, "%s  %s %d, %s, %s\n  means %s\n%s", report.Safe(path), report.Safe(t.ID), t.Version, t.Effective, state, t.Digest, laidOut(s.Trust))
	return err
}

func (c *Cmd) printShown(s shown, at time.Time, asJSON bool) error {
	if asJSON {
		return c.printJSON(s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  sha256:%s\n", report.Safe(s.File), s.SHA256)
	for _, k := range s.Keys {
		fmt.Fprintf(&b, "  %s key %s\n    %s\n", k.Algorithm, report.Safe(k.ID), k.Identity)
	}
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
	_, err := io.WriteString(c.Stdout, b.String())
	return err
}

// laidOut is JSON for people, all of it.
func laidOut(raw []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "  ", "  ") != nil {
		return "" // it was marshalled a moment ago
	}
	var text strings.Builder
	for line := range strings.Lines("  " + b.String() + "\n") {
		text.WriteString(report.SafeLine(strings.TrimSuffix(line, "\n")) + "\n")
	}
	return text.String()
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
	f, err := openNow(path)
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
