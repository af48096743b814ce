package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/trust/tuf"
)

func (c *Cmd) trustCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "Fetch, show and make what trust rests on",
	}
	cmd.AddCommand(c.trustFetchCommand(), c.trustShowCommand(), c.trustCreateCommand(), c.trustPeopleCommand())
	group(cmd)
	return cmd
}

// Names of the files that fetch writes.
const (
	trustedRootFile   = "trusted_root.json"
	signingConfigFile = "signing_config.json"
)

func (c *Cmd) trustFetchCommand() *cobra.Command {
	var mirror, root, cache, out string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "fetch",
		Short: "Fetch a Sigstore trusted root and signing configuration (goes out)",
		Long: `fetch asks a TUF repository for the trusted root of a Sigstore instance, and for
the signing configuration beside it, and writes them to trusted_root.json and
signing_config.json in a directory. It is the only verb of trust that opens a
connection; verifying reads the files.

Trust begins in --root: a root.json that you have from a place you trust. Without
it, it is that of Sigstore's public-good instance, which came with this program.
What was fetched before is remembered (--cache), so that a mirror that answers
with an older state is noticed.`,
		Example: `  dossier trust fetch
  dossier trust fetch --mirror https://tuf.acme.example --root root.json -o trust`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := tuf.Options{Mirror: mirror, Timeout: timeout, CacheDir: firstOf(cache, c.cacheDir())}
			if root != "" {
				var err error
				if o.Root, err = c.readFile(root); err != nil {
					return err
				}
			}
			return c.trustFetch(cmd.Context(), o, out)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&mirror, "mirror", "", "the TUF repository (`URL`; default that of Sigstore's public-good instance)")
	flags.StringVar(&root, "root", "", "root.json in which trust begins (`FILE`)")
	flags.StringVar(&cache, "cache", "", "where to remember what was fetched (`DIR`; default dossier/tuf in your cache directory)")
	flags.StringVarP(&out, "output", "o", ".", "where to write the two files (`DIR`)")
	c.registerResult(cmd)
	flags.DurationVar(&timeout, "timeout", 2*time.Minute, "how long it may take (`DURATION`)")
	return cmd
}

// cacheDir is where the user's environment wants such things; "" if it names no
// place.
func (c *Cmd) cacheDir() string {
	base := c.getenv("XDG_CACHE_HOME")
	if base == "" && c.home() != "" {
		base = filepath.Join(c.home(), ".cache")
	}
	if base == "" {
		return ""
	}
	return filepath.Join(base, "dossier", "tuf")
}

func (c *Cmd) trustFetch(ctx context.Context, o tuf.Options, out string) error {
	if info, err := os.Stat(out); err != nil || !info.IsDir() {
		return usagef("--output %s: not a directory: make it first", out)
	}
	got, err := tuf.Fetch(ctx, o)
	if err != nil {
		return usagef("trust fetch: nothing is written: %w", err)
	}
	roots, err := sigstore.ParseRoots(got.TrustedRoot)
	if err != nil {
		return usagef("trust fetch: nothing is written: %s of the repository: %w", trustedRootFile, err)
	}
	files := []struct {
		name string
		data []byte
	}{{trustedRootFile, got.TrustedRoot}}
	if got.SigningConfig != nil {
		if _, err := attestsigstore.ParseConfig(got.SigningConfig); err != nil {
			return usagef("trust fetch: nothing is written: the repository's signing configuration: %w", err)
		}
		files = append(files, struct {
			name string
			data []byte
		}{signingConfigFile, got.SigningConfig})
	}
	var told []result.File
	for _, f := range files {
		path := filepath.Join(out, f.name)
		change := result.Written
		if before, err := os.ReadFile(path); err == nil {
			change = result.Replaced
			if bytes.Equal(before, f.data) {
				change = result.Unchanged
			}
		}
		if err := c.replaceWhole(path, f.data); err != nil {
			return err
		}
		digest := evidence.Sum(f.data)
		told = append(told, result.File{Path: path, Change: change, Digest: &digest})
		if !c.asJSON {
			fmt.Fprintf(c.Stdout, "%s  %s, %s\n", report.Safe(path), change, digest)
		}
	}
	if got.SigningConfig == nil {
		fmt.Fprintf(c.Stderr, "dossier: note: the repository has no signing configuration: one that you have from elsewhere stays as it is\n")
	}
	return c.done(result.Result{Files: told}, "newest entry began %s; look at it with dossier trust show\n", day(newest(roots.Contents())))
}

func newest(list []sigstore.Contents) (t time.Time) {
	for _, r := range list {
		if n := r.Newest(); n.After(t) {
			t = n
		}
	}
	return t
}

// replaceWhole writes a file whole or not at all, in place of one that is there.
func (c *Cmd) replaceWhole(path string, data []byte) error {
	r, err := c.replaceFile(path)
	if err != nil {
		return err
	}
	defer r.discard()
	if _, err := r.Write(data); err != nil {
		return usagef("%s is not written: %w", path, reason(err))
	}
	return r.commit()
}
