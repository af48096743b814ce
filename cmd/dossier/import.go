package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/interchange"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify"
)

// importFlags are the flags of import.
type importFlags struct {
	addition
	into, source, rationale string
	attach                  []string
	service                 bool
}

func (c *Cmd) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE --into DOSSIER",
		Short: "Bring signed statements of others into a dossier",
		Long: `import reads a file of Sigstore bundles or DSSE envelopes, one or one a line
(.sigstore.jsonl, .intoto.jsonl), and adds them to a dossier, which it verifies
first. Statements about the release itself, such as an approval that somebody
signed elsewhere, are added as they are and count by their own signer; the given
trust must allow each. All others, such as provenance or a verification summary,
become materials of a statement that you sign with --key; they too count by
their own signer, never by yours.

What was signed before the release exists is given to "dossier create
--attestation".`,
		Example: `  dossier import approval.sigstore.json --into hello-1.4.0.dossier --trust trust.yaml
  gh attestation download hello -R acme/hello
  dossier import sha256:*.jsonl --into hello-1.4.0.dossier --key key --trust trust.yaml`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.into == "" {
				return usagef("import: say into which dossier: --into FILE")
			}
			return c.importFile(cmd.Context(), args[0], &f)
		},
	}
	f.registerAll(c, cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.into, "into", "", "the dossier (`FILE|DIR|REF`)")
	flags.StringVar(&f.source, "source", "", "where the file comes from (`URI`)")
	flags.StringVar(&f.rationale, "rationale", "", "why it belongs to this release (`TEXT`)")
	flags.StringArrayVar(&f.attach, "attach", nil, "a document that a statement about this release lists (`FILE`; repeatable)")
	flags.BoolVar(&f.service, "service", false, "the key is a service's, not a person's")
	return cmd
}

func (c *Cmd) importFile(ctx context.Context, file string, f *importFlags) error {
	lines, from, err := readStatements(ctx, file)
	if err != nil {
		return err
	}
	b, err := c.unsigned(ctx, "import", f.into, &f.addition)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.report.Appendable(); err != nil {
		return c.nothingAdded(b, err)
	}
	sorted, err := interchange.Sort(b.d, b.report.Release.Statement, lines)
	if err != nil {
		return usagef("%s: %w", file, err)
	}
	if n := len(sorted.Known); n > 0 {
		fmt.Fprintf(c.Stderr, "dossier: %s there already\n", counted(n, "statement is", "statements are"))
	}
	if err := c.importOwn(ctx, b, sorted.Own, f.attach); err != nil {
		return err
	}
	b.imported = len(sorted.Own)
	if len(sorted.Foreign) == 0 {
		return c.importedOwn(ctx, b)
	}
	if b.signer, err = c.signerOf(ctx, "import", &f.addition); err != nil {
		return err
	}
	from.URI = f.source
	return c.importForeign(ctx, b, sorted.Foreign, from, f)
}

// readStatements reads a file of signed statements.
func readStatements(ctx context.Context, file string) ([]interchange.Line, *evidence.ResourceDescriptor, error) {
	blob, err := bundle.FileBlob(ctx, file)
	if err != nil {
		return nil, nil, usagef("%s: %w", file, reason(err))
	}
	r, err := blob.Open()
	if err != nil {
		return nil, nil, usagef("%s: %w", file, reason(err))
	}
	defer r.Close()
	lines, err := interchange.Read(r, interchange.Limits{})
	if err != nil {
		return nil, nil, usagef("%s: %w", file, err)
	}
	return lines, &evidence.ResourceDescriptor{Name: filepath.Base(file), Digest: blob.Digest.Set()}, nil
}

// importOwn adds statements about the release, each of which must be allowed to
// its signer: what does not count would keep everything else from being added
// (rules of format, R14).
func (c *Cmd) importOwn(ctx context.Context, b *base, own []interchange.Line, attach []string) error {
	if len(own) == 0 {
		return nil
	}
	documents, err := documentsAtHand(ctx, b, attach)
	if err != nil {
		return err
	}
	line := map[evidence.Digest]int{}
	var lacking error
	for _, l := range own {
		st, err := b.d.AddSignature(l.Raw)
		if err != nil {
			return usagef("line %d: %w", l.Number, err)
		}
		if err := addListed(b.d, st, documents); err != nil && lacking == nil {
			lacking = usagef("line %d: %w", l.Number, err)
		}
		line[evidence.Sum(l.Raw)] = l.Number
	}
	if err := b.verify(ctx); err != nil {
		return err
	}
	for _, s := range b.report.Signers {
		if n, added := line[s.Signature]; added && !s.Allowed {
			return c.nothingAdded(b, fmt.Errorf("line %d: the statement by %s does not count (%s): %s", n, s.Name(), s.Code, s.Detail))
		}
	}
	if lacking != nil {
		return lacking
	}
	if err := b.report.Appendable(); err != nil {
		return c.nothingAdded(b, err)
	}
	return nil
}

// documentsAtHand are what imported statements may list: the files given, and
// the keys of the trust document, which is what approvals list.
func documentsAtHand(ctx context.Context, b *base, attach []string) (map[evidence.Digest]bundle.Blob, error) {
	documents := map[evidence.Digest]bundle.Blob{}
	for _, k := range b.options.Trust.Keys() {
		pem := bundle.BytesBlob(k.PEM())
		documents[pem.Digest] = pem
	}
	for _, path := range attach {
		blob, err := bundle.FileBlob(ctx, path)
		if err != nil {
			return nil, usagef("--attach %s: %w", path, reason(err))
		}
		documents[blob.Digest] = blob
	}
	return documents, nil
}

// addListed adds what a statement lists and the dossier does not hold.
func addListed(d *bundle.Dossier, st *bundle.Statement, documents map[evidence.Digest]bundle.Blob) error {
	for _, m := range st.Links.Materials {
		if _, ok := d.Blob(m.Digest); ok {
			continue
		}
		blob, ok := documents[m.Digest]
		if !ok {
			return fmt.Errorf("the statement lists %s, %s, which is not here: save it from the dossier it comes from (\"dossier show FILE EXHIBIT -o\") and give it with --attach", m.Name, m.Digest)
		}
		d.AddBlob(blob)
	}
	return nil
}

// importedOwn writes the dossier when nothing is to be signed.
func (c *Cmd) importedOwn(ctx context.Context, b *base) error {
	if b.imported == 0 && b.output == "" {
		return c.done(result.Result{Release: b.report.Release, State: b.report.State}, "nothing to add\n")
	}
	if err := c.writeAddition(ctx, b.d, b.path, b.output); err != nil {
		return err
	}
	return c.doneOnto(b, "%s added", counted(b.imported, "signature", "signatures"))
}

// importForeign signs a statement that brings the attestations along.
func (c *Cmd) importForeign(ctx context.Context, b *base, foreign []interchange.Line, from *evidence.ResourceDescriptor, f *importFlags) error {
	if most := evidence.MaxMaterials - 1; len(foreign) > most {
		return usagef("import: %d attestations, at most %d go into one statement: split the file", len(foreign), most)
	}
	id, err := newID("import")
	if err != nil {
		return err
	}
	kind := evidence.Human
	if f.service {
		kind = evidence.Service
	}
	in := &evidence.Import{
		Entry: evidence.Entry{ID: id, At: evidence.Moment(evidence.At(c.Now()))},
		By:    evidence.Actor{ID: b.signer.identity, Kind: kind},
		From:  from, Rationale: f.rationale,
	}
	st, _ := b.d.Statement(b.report.Release.Statement)
	record, err := evidence.DecodeRecord(st.Statement.Predicate)
	if err != nil {
		return err
	}
	var o verify.AppendOptions
	for _, l := range foreign {
		blob := bundle.BytesBlob(l.Raw)
		in.Attestations = append(in.Attestations, evidence.Attachment{Material: blob.Digest, About: aboutArtifacts(record, l.Entry)})
		name := fmt.Sprintf("attestations/%s/%d%s", blob.Digest.Short(), l.Number, extension(l.Kind))
		o.Blobs = append(o.Blobs, verify.NamedBlob{Name: evidence.SafeMaterialName(name), MediaType: l.Kind.MediaType(), Blob: blob})
	}
	return c.add(ctx, b, in, o)
}

// aboutArtifacts are the artifacts of the release that a statement names.
func aboutArtifacts(record *evidence.Record, e provenance.Entry) []evidence.Digest {
	var about []evidence.Digest
	for _, a := range record.Artifacts {
		for _, s := range e.Statement.Subject {
			if d, ok := s.Digest.SHA256(); ok && d == a.Digest {
				about = append(about, a.Digest)
				break
			}
		}
	}
	return about
}

// extension tells the forms apart for people who extract a material.
func extension(k provenance.Kind) string {
	if k == provenance.SigstoreBundle {
		return ".sigstore.json"
	}
	return ".intoto.json"
}

// counted is a number with its noun.
func counted[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
