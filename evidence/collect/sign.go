package collect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect/secrets"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// SignOptions say how a draft is signed. The zero value does for a draft that
// withholds nothing and holds nothing that looks like a credential.
type SignOptions struct {
	// Allow lets through what looks like a credential and is none.
	Allow []secrets.Allow
	// Redactor is who states what is withheld: the signer. Zero means as whom the
	// signer signs, for signers that say so by a method Identity, or Public as
	// [attest.KeySigner]: a service in a CI run, else a human.
	Redactor evidence.Actor
	// Reasons say why parts are withheld, by [Withheld.Part]; a part that is not
	// among them is withheld "by configuration".
	Reasons map[string]Reason
	// Check, if not nil, is asked about each record that is stated after the
	// release statement, before anything is signed. An error stops it.
	Check func(evidence.Predicate) error
}

// Reason is why a part is withheld.
type Reason struct {
	Reason string
	// Contact is where those who may see it ask for it.
	Contact string
}

// Sign turns the draft into a dossier: the signed release statement with its
// materials and, each signed as a statement upon the one before, the records that
// people wrote ([Draft.Records]) and the redaction of what is withheld. The dossier
// is to be written before the draft is closed: materials may still lie in files.
//
// Before anything is signed, all of it is searched for credentials; what is found
// and not allowed is a [*secrets.FoundError]. What [Release] had signed by
// [Options.BuildProvenance] or [Options.SignRecord] is searched here as well, as a
// material.
func (d *Draft) Sign(ctx context.Context, signer attest.Signer, o SignOptions) (*bundle.Dossier, error) {
	payload, err := d.Payload()
	if err != nil {
		return nil, err
	}
	later, err := d.later(payload, signer, o)
	if err != nil {
		return nil, err
	}
	if err := d.search(ctx, payload, later, o.Allow); err != nil {
		return nil, err
	}
	for _, p := range later {
		if o.Check == nil {
			break
		}
		if err := o.Check(p); err != nil {
			return nil, err
		}
	}
	return d.sign(ctx, signer, payload, later)
}

// sign signs the release statement, and one record after the other, each upon the
// one before.
func (d *Draft) sign(ctx context.Context, signer attest.Signer, payload []byte, later []evidence.Predicate) (*bundle.Dossier, error) {
	s := bundle.New()
	head, err := add(ctx, s, signer, payload)
	if err != nil {
		return nil, err
	}
	release := &evidence.Reference{Digest: head.Statement}
	for _, b := range d.Blobs {
		s.AddBlob(b)
	}
	for _, p := range later {
		about, err := d.Record.ArtifactsOf(p, nil)
		if err != nil {
			return nil, inRecord(p, err)
		}
		payload, err := attest.NewOwnStatement(about, evidence.Linked(p, release, []evidence.Parent{head}, p.Head().Materials))
		if err != nil {
			return nil, inRecord(p, err)
		}
		if head, err = add(ctx, s, signer, payload); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// add signs a payload and adds the statement.
func add(ctx context.Context, s *bundle.Dossier, signer attest.Signer, payload []byte) (evidence.Parent, error) {
	raw, err := attest.Sign(ctx, signer, payload)
	if err != nil {
		return evidence.Parent{}, err
	}
	st, err := s.AddSignature(raw)
	if err != nil {
		return evidence.Parent{}, err
	}
	return evidence.Parent{Statement: st.ID, Signature: evidence.Sum(raw)}, nil
}

// later are the records that are stated about the release right after it is
// signed: those that people wrote, and the redaction of what is withheld.
func (d *Draft) later(payload []byte, signer attest.Signer, o SignOptions) ([]evidence.Predicate, error) {
	var list []evidence.Predicate
	for _, f := range d.Records {
		list = append(list, f.Record)
	}
	if d.Withheld != nil {
		r, err := d.redaction(payload, signer, o)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	for _, p := range list {
		err := evidence.ValidateFacts(p)
		if err == nil {
			err = evidence.CheckWritten(p)
		}
		if err == nil {
			_, err = d.Record.ArtifactsOf(p, nil)
		}
		if err != nil {
			return nil, inRecord(p, err)
		}
	}
	return list, nil
}

// inRecord says which record an error is about.
func inRecord(p evidence.Predicate, err error) error {
	kind, _ := evidence.KindOf(p)
	return fmt.Errorf("%s %s: %w", kind.Name, p.Head().ID, err)
}

// redaction states what is withheld and why.
func (d *Draft) redaction(payload []byte, signer attest.Signer, o SignOptions) (*evidence.Redaction, error) {
	r := &evidence.Redaction{
		Entry:    evidence.Entry{ID: "withheld-" + evidence.Sum(payload).Hex()[:16], At: evidence.Moment(d.Record.CreatedAt)},
		Redactor: o.Redactor,
	}
	if r.Redactor.ID == "" {
		r.Redactor.ID = identityOf(signer)
	}
	if r.Redactor.ID == "" {
		return nil, errors.New("parts are withheld, and the signer does not say who it is: give SignOptions.Redactor")
	}
	if r.Redactor.Kind == "" {
		r.Redactor.Kind = evidence.Human
		if d.Record.Build != nil {
			r.Redactor.Kind = evidence.Service
		}
	}
	for _, w := range d.Withheld {
		why, ok := o.Reasons[w.Part]
		if !ok || why.Reason == "" {
			why.Reason = w.Part + " is withheld by configuration"
		}
		r.Blobs = append(r.Blobs, evidence.RedactedBlob{Digest: w.Material.Digest, Reason: why.Reason, Contact: why.Contact})
	}
	return r, nil
}

// identityOf is as whom a signer signs, "" if it does not say.
func identityOf(signer attest.Signer) evidence.Identity {
	switch s := signer.(type) {
	case interface{ Identity() evidence.Identity }:
		return s.Identity()
	case interface{ Public() attest.PublicKey }:
		return s.Public().Identity()
	}
	return ""
}

// search looks for credentials in what is about to be signed. What is withheld
// is not there to be read.
func (d *Draft) search(ctx context.Context, payload []byte, later []evidence.Predicate, allow []secrets.Allow) error {
	scanner, err := secrets.New(allow)
	if err != nil {
		return err
	}
	var there []evidence.Material
	for _, m := range d.Record.Materials {
		if !slices.ContainsFunc(d.Withheld, func(w Withheld) bool { return w.Material.Digest == m.Digest }) {
			there = append(there, m)
		}
	}
	found, err := scanner.Release(ctx, payload, there, d.Blobs)
	if err == nil {
		err = found.Err()
	}
	if err != nil {
		return err
	}
	for _, f := range d.Records {
		if err := searchText(ctx, scanner, f.Name, f.Data); err != nil {
			return err
		}
	}
	for _, p := range later { // as it is signed: YAML has escapes of its own
		text, err := strictjson.Marshal(p)
		if err != nil {
			return err
		}
		if err := searchText(ctx, scanner, p.Head().ID, text); err != nil {
			return err
		}
	}
	return nil
}

// searchText looks for credentials in what is stated after the release statement.
func searchText(ctx context.Context, scanner *secrets.Scanner, name string, text []byte) error {
	found, err := scanner.Release(ctx, text, nil, nil)
	if err == nil {
		err = found.Err()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", evidence.SafeMaterialName(strings.TrimPrefix(name, ".")), err)
	}
	return nil
}
