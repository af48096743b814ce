package main

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/sigstore"
)

func (c *Cmd) trustCreateCommand() *cobra.Command {
	var fulcio, tsa, rekor, ctfe []string
	var out string
	cmd := &cobra.Command{
		Use:   "create --output FILE",
		Short: "Make a trusted root of your own Sigstore services",
		Long: `create writes a trusted_root.json that names the services of your own Sigstore
instance by their certificates, PEM, and keys, PEM or OpenSSH. The flags are
those of "cosign trusted-root create". A chain goes from what signs to its root;
times are RFC 3339. Authorities are trusted from when their root certificate begins
if start-time does not say otherwise; logs need a start-time. A Rekor v2 log also
needs its origin, which is the host of its URL.`,
		Example: `  dossier trust create -o trusted_root.json \
    --fulcio url=https://fulcio.acme.example,certificate-chain=fulcio.pem \
    --tsa url=https://tsa.acme.example,certificate-chain=tsa.pem \
    --rekor url=https://rekor.acme.example,public-key=rekor.pub,start-time=2026-01-01T00:00:00Z,origin=rekor.acme.example \
    --ctfe url=https://ct.acme.example,public-key=ct.pub,start-time=2026-01-01T00:00:00Z`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return usagef("trust create: --output FILE is required")
			}
			var s sigstore.Services
			var err error
			for _, group := range []struct {
				flag   string
				values []string
				into   *[]sigstore.AuthorityService
			}{{"fulcio", fulcio, &s.Authorities}, {"tsa", tsa, &s.TimestampAuthorities}} {
				if *group.into, err = authorities(group.flag, group.values); err != nil {
					return err
				}
			}
			if s.Logs, err = logs("rekor", rekor, true); err != nil {
				return err
			}
			if s.CertificateLogs, err = logs("ctfe", ctfe, false); err != nil {
				return err
			}
			data, err := sigstore.NewRoot(s)
			if err != nil {
				return usagef("trust create: %w", err)
			}
			if err := writeNew(out, 0o644, text(data)); err != nil {
				return err
			}
			digest := evidence.Sum(data)
			return c.done(result.Result{Files: []result.File{{Path: notAFlag(out), Change: result.Written, Digest: &digest}}},
				"%s  written, %s\n", report.Safe(notAFlag(out)), digest)
		},
	}
	flags := cmd.Flags()
	const authority = "=URL,certificate-chain=FILE[,start-time=TIME][,end-time=TIME]`; repeatable)"
	const log = "=URL,public-key=FILE,start-time=TIME[,end-time=TIME]"
	flags.StringArrayVar(&fulcio, "fulcio", nil, "an authority that issues signing certificates (`url"+authority)
	flags.StringArrayVar(&tsa, "tsa", nil, "a timestamp authority (`url"+authority)
	flags.StringArrayVar(&rekor, "rekor", nil, "a transparency log (`url"+log+"[,origin=HOST]`; repeatable)")
	flags.StringArrayVar(&ctfe, "ctfe", nil, "a certificate-transparency log (`url"+log+"`; repeatable)")
	flags.StringVarP(&out, "output", "o", "", "the trusted root to write (`FILE`)")
	c.registerResult(cmd)
	return cmd
}

// pairs reads KEY=VALUE,... with the given keys.
func pairs(flag, value string, known ...string) (map[string]string, error) {
	m := map[string]string{}
	for part := range strings.SplitSeq(value, ",") {
		k, v, ok := strings.Cut(part, "=")
		switch {
		case !ok || !slices.Contains(known, k):
			return nil, usagef("--%s: %q: want %s=..., separated by commas", flag, part, strings.Join(known, "=..., "))
		case m[k] != "" || v == "":
			return nil, usagef("--%s: %s is empty or given twice", flag, k)
		}
		m[k] = v
	}
	return m, nil
}

// period reads start-time and end-time.
func period(flag string, m map[string]string) (start, end time.Time, err error) {
	for name, t := range map[string]*time.Time{"start-time": &start, "end-time": &end} {
		if m[name] == "" {
			continue
		}
		if *t, err = time.Parse(time.RFC3339, m[name]); err != nil {
			return start, end, usagef("--%s: %s: %w", flag, name, err)
		}
	}
	return start, end, nil
}

func authorities(flag string, values []string) (list []sigstore.AuthorityService, err error) {
	for _, value := range values {
		m, err := pairs(flag, value, "url", "certificate-chain", "start-time", "end-time")
		if err != nil {
			return nil, err
		}
		if m["certificate-chain"] == "" {
			return nil, usagef("--%s: certificate-chain is missing: the file with the chain, what signs first", flag)
		}
		a := sigstore.AuthorityService{URL: m["url"]}
		if a.Start, a.End, err = period(flag, m); err != nil {
			return nil, err
		}
		if a.Chain, err = certificateChain(m["certificate-chain"]); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

func certificateChain(path string) (chain []*x509.Certificate, err error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, usagef("%s: holds a %q: want certificates only", path, block.Type)
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, usagef("%s: certificate %d: %w", path, len(chain)+1, err)
		}
		chain = append(chain, certificate)
	}
	if len(chain) == 0 {
		return nil, usagef("%s: holds no certificate in PEM", path)
	}
	return chain, nil
}

func logs(flag string, values []string, origin bool) (list []sigstore.LogService, err error) {
	known := []string{"url", "public-key", "start-time", "end-time"}
	if origin {
		known = append(known, "origin")
	}
	for _, value := range values {
		m, err := pairs(flag, value, known...)
		if err != nil {
			return nil, err
		}
		if m["public-key"] == "" {
			return nil, usagef("--%s: public-key is missing: the file with the log's key", flag)
		}
		l := sigstore.LogService{URL: m["url"], Origin: m["origin"]}
		if l.Start, l.End, err = period(flag, m); err != nil {
			return nil, err
		}
		if l.Key, err = publicKeyOf("--"+flag, m["public-key"]); err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, nil
}
