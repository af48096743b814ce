package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
)

// sign signs the draft, writes the file and says what is in it.
func (c *Cmd) sign(ctx context.Context, draft *collect.Draft, signer *attest.KeySigner, f *createFlags) error {
	out := notAFlag(firstOf(f.output, fileName(draft)))
	if err := mustBeNew(out); err != nil {
		return err
	}
	payload, err := draft.Payload()
	if err != nil {
		return err
	}
	raw, err := attest.Sign(ctx, signer, payload)
	if err != nil {
		return err
	}
	d := bundle.New()
	if _, err := d.AddSignature(raw); err != nil {
		return err
	}
	for _, b := range draft.Blobs {
		d.AddBlob(b)
	}
	p, err := c.preview(ctx, d, signer, f)
	if err != nil {
		return err
	}
	if err := writeDossier(d, out); err != nil {
		return err
	}
	if f.json {
		return c.printJSON(map[string]any{
			"file": out, "statement": evidence.Sum(payload), "signer": signer.Public().Identity(),
			"fingerprint": signer.Public().Fingerprint(), "gaps": draft.Gaps, "preview": p,
		})
	}
	c.found(draft)
	c.gaps(draft.Gaps)
	return c.created(draft, p, out, signer.Public().Fingerprint())
}

// fileName is <name>-<version>.dossier, made safe for every file system.
func fileName(draft *collect.Draft) string {
	name := strings.ReplaceAll(evidence.SafeMaterialName(draft.Name+"-"+draft.Record.Version), "/", "-")
	return filepath.Base(name) + ".dossier"
}
