package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/oidc"
	"github.com/release-dossier/dossier/verify/report"
)

// approveForge adds the approval of the person who started this CI job: the job
// signs it, and the forge's token, whose audience is the approval, shows whose it
// is.
func (c *Cmd) approveForge(ctx context.Context, path string, f *approveFlags) error {
	approver, err := c.startedBy()
	if err != nil {
		return err
	}
	b, err := c.appendable(ctx, "approve", path, &f.addition)
	if err != nil {
		return err
	}
	defer b.Close()
	a, err := c.approval(f, b.signer)
	if err != nil {
		return err
	}
	a.Approver.ID, a.Approver.Display = approver, firstOf(f.name, c.getenv("GITHUB_ACTOR"))
	if err := c.signOnto(ctx, b, a, verify.AppendOptions{}); err != nil {
		return err
	}
	before := slices.Clone(b.report.Signers)
	if err := b.verify(ctx); err != nil {
		return err
	}
	statement, err := added(before, b.report.Signers)
	if err != nil {
		return err
	}
	token, err := c.addToken(ctx, b, statement, a.ID)
	if err != nil {
		return err
	}
	if err := b.verify(ctx); err != nil {
		return err
	}
	for _, k := range b.report.Checks { // of this token: that another one does not count is no reason
		mine := slices.ContainsFunc(k.Inputs, func(p verify.Place) bool { return p.Material != nil && *p.Material == token })
		if k.ID == "signatures/forge-token" && mine && k.Code != "" && !b.anyway {
			fmt.Fprintf(c.Stderr, "dossier: nothing is written: whoever verifies by the trust you gave does not take the token (%s): %s\n", k.Code, report.Safe(k.Found))
			return exitStatus(verify.NotAccepted.ExitCode())
		}
	}
	if err := c.writeAddition(ctx, b.d, b.path, b.output); err != nil {
		return err
	}
	return c.doneOnto(b, "%s by %s added, with the forge's token", report.Safe(a.ID), report.Safe(string(approver)))
}

// startedBy is the account of whoever started this job. The token says it again,
// and is what counts.
func (c *Cmd) startedBy() (evidence.Identity, error) {
	if c.getenv("ACTIONS_ID_TOKEN_REQUEST_URL") == "" {
		return "", usagef("approve --forge: this is no job of GitHub Actions with \"permissions: id-token: write\": only there does the forge sign an approval")
	}
	server, err := url.Parse(c.getenv("GITHUB_SERVER_URL"))
	if err != nil || server.Hostname() == "" || c.getenv("GITHUB_ACTOR_ID") == "" {
		return "", usagef("approve --forge: GITHUB_SERVER_URL and GITHUB_ACTOR_ID do not say who started this job")
	}
	id, err := evidence.ParseIdentity("account:" + server.Hostname() + ":" + c.getenv("GITHUB_ACTOR_ID"))
	if err != nil {
		return "", usagef("approve --forge: %w", err)
	}
	return id, nil
}

// added is the statement of the one signature that was not there before.
func added(before, after []verify.Signer) (evidence.Digest, error) {
	for _, s := range after {
		if !slices.ContainsFunc(before, func(o verify.Signer) bool { return o.Signature == s.Signature }) {
			return s.Statement, nil
		}
	}
	return evidence.Digest{}, errors.New("the approval that was just signed is not there")
}

// addToken adds the forge's token for a statement. It cannot stand in the
// statement, whose digest it names: it comes along with one of its own. A token
// that is good for anything else is never written, whatever is allowed.
func (c *Cmd) addToken(ctx context.Context, b *base, statement evidence.Digest, approval string) (document evidence.Digest, err error) {
	o := attestsigstore.Options{Timeout: b.sign.timeout}
	audience := verify.TokenAudience(statement)
	token, err := attestsigstore.FetchToken(ctx, attestsigstore.GitHubActions{
		URL: c.getenv("ACTIONS_ID_TOKEN_REQUEST_URL"), Secret: c.getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN"), Audience: audience,
	}, o)
	if err != nil {
		return document, usagef("approve --forge: nothing is written: %w", err)
	}
	if !slices.Equal(token.Audiences, []string{audience}) {
		return document, usagef("approve --forge: nothing is written: the token that the forge issued is for %.200q, and not for this approval alone: whoever reads it could use it there", token.Audiences)
	}
	keys, from, err := attestsigstore.FetchKeys(ctx, token.Issuer, o)
	if err != nil {
		return document, usagef("approve --forge: nothing is written: %w", err)
	}
	packed, err := oidc.Pack(statement, token.Raw(), keys, from, c.Now())
	if err != nil {
		return document, usagef("approve --forge: nothing is written: %w", err)
	}
	blob := bundle.BytesBlob(packed)
	in := &evidence.Import{
		Entry:        evidence.Entry{ID: "token-of-" + approval, At: evidence.Moment(evidence.At(c.Now()))},
		By:           evidence.Actor{ID: b.signer.identity, Kind: evidence.Service},
		From:         &evidence.ResourceDescriptor{URI: token.Issuer},
		Attestations: []evidence.Attachment{{Material: blob.Digest}},
		Rationale:    "the forge's token for the approval " + approval,
	}
	return blob.Digest, c.signOnto(ctx, b, in, verify.AppendOptions{Blobs: []verify.NamedBlob{
		{Name: "tokens/" + blob.Digest.Short() + ".json", MediaType: evidence.MediaTypeForgeToken, Blob: blob},
	}})
}
