package main

import (
	"context"

	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

// inputOf is a policy that keeps the document which rules judge, instead of
// judging.
type inputOf struct {
	*policy.Set
	document []byte
	err      error
}

// Judge implements [verify.Policy].
func (p *inputOf) Judge(f *verify.Facts) ([]verify.Check, verify.PolicyView) {
	if f.Record != nil && f.Trust != nil {
		p.document, p.err = p.InputDocument(f)
	}
	return p.Set.Judge(f)
}

// exportInput verifies the dossier and writes what rules judge. A file that is
// not genuine, or that nobody whom trust names signed, has nothing to judge.
func (c *Cmd) exportInput(ctx context.Context, path string, f *exportFlags) error {
	o, err := f.judge.options(c, c.Now())
	if err != nil {
		return err
	}
	set, ok := o.Policy.(*policy.Set)
	if !ok {
		return usagef("export --input: say whom you trust (--trust, --signer or --policy): what nobody vouches for is judged by nobody")
	}
	in := &inputOf{Set: set}
	o.Policy = in
	r, err := c.verifyTarget(ctx, path, verify.ExpectAnyUnsafe(), o)
	switch {
	case err != nil:
		return c.cannotRead(err)
	case in.err != nil:
		return in.err
	case in.document == nil || r.Verdict == verify.NotGenuine:
		return usagef("%s: nothing in it can be relied on, so that there is nothing to judge: see dossier verify", path)
	}
	return c.exportTo(f.output, text(append(in.document, '\n')))
}
