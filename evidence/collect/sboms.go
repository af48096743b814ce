package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/sbom"
)

func (a *assembly) addSBOMs(ctx context.Context) error {
	for _, f := range a.sboms {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := a.addSBOM(ctx, f); err != nil {
			return fmt.Errorf("sbom %s: %w", f.From, err)
		}
	}
	if err := a.addAttestedSBOMs(ctx); err != nil {
		return err
	}
	covered := coverage(a.draft.Record.SBOMs)
	for i, stated := range a.draft.Record.Artifacts {
		art := a.file(i)
		switch {
		case stated.Covered(func(d evidence.Digest) bool { return covered[d] }):
		case a.GenerateSBOM && art.isGo:
			if err := a.generateSBOM(stated, art.path); err != nil {
				return fmt.Errorf("sbom for %s: %w", art.path, err)
			}
		default:
			a.missingSBOM(stated.Name, art.isGo)
		}
	}
	return nil
}

func (a *assembly) missingSBOM(name string, isGo bool) {
	fix := "give one that names the artifact's SHA-256 (Options.SBOMs)"
	if isGo {
		fix += ", or let one be made of the binary (Options.GenerateSBOM)"
	}
	a.gap(Line, "an SBOM", "no SBOM names "+name, fix)
}

// addSBOM attaches a document as it is, valid or not. It must be readable as
// an SBOM at all, so that a wrong file is noticed now.
func (a *assembly) addSBOM(ctx context.Context, f File) error {
	doc, err := readSBOM(f.Path)
	if err != nil {
		return err
	}
	b, err := bundle.FileBlob(ctx, f.Path)
	if err != nil {
		return err
	}
	if b.Digest != doc.Digest {
		return errors.New("the file was changed while it was read")
	}
	about, names := a.about(subjects(doc))
	a.attachSBOM(doc, b, f, about, names)
	if len(about) == 0 {
		a.gap(Setting, "an SBOM bound to an artifact", f.name()+" names no digest of this release",
			"have the SBOM tool write the artifact's SHA-256 as the hash of what the document is about")
	}
	if doc.ProblemCount > 0 {
		p := doc.Problems[0]
		a.gap(Setting, "a valid SBOM", fmt.Sprintf("%s has %s, the first at %s: %s", f.name(), count(doc.ProblemCount, "problem"), p.Place(), p.Message),
			"update or configure the SBOM tool")
	}
	return nil
}

func readSBOM(path string) (*sbom.Document, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return sbom.ReadFrom(f, sbom.MaxSize)
}

func subjects(doc *sbom.Document) []evidence.DigestSet {
	var sets []evidence.DigestSet
	for _, s := range doc.Subjects {
		sets = append(sets, s.Digests)
	}
	return sets
}

func (a *assembly) generateSBOM(art evidence.Artifact, path string) error {
	f, err := openRegular(path)
	if err != nil {
		return err
	}
	defer f.Close()
	raw, err := sbom.ForBinary(f, sbom.Options{
		Version: art.Version, Time: a.Now, ToolVersion: a.ToolVersion, Digest: art.Digest,
	})
	if err != nil {
		return err
	}
	doc, err := sbom.Read(raw)
	if err != nil {
		return err
	}
	made := File{Path: art.Name, From: "build info of " + path, RunID: a.runID()}
	a.attachSBOM(doc, bundle.BytesBlob(raw), made, []evidence.Digest{art.Digest}, []string{art.Name})
	return nil
}

// runID is the run that this is part of, by its address; "" outside of any.
func (a *assembly) runID() string {
	if b := a.draft.Record.Build; b != nil {
		return cmp.Or(b.URI, b.RunID)
	}
	return ""
}

// attachSBOM lists the document from f under the name of the one artifact it is
// about, or its own.
func (a *assembly) attachSBOM(doc *sbom.Document, b bundle.Blob, f File, about []evidence.Digest, names []string) {
	name := f.name()
	ext, mediaType := formOf(doc)
	if len(names) == 1 {
		name = names[0]
	}
	if !strings.HasSuffix(name, ext) {
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".json"), ".xml") + ext
	}
	at := evidence.Attachment{Material: b.Digest, About: about, RunID: f.RunID, Location: f.Location}
	if len(doc.Tools) > 0 {
		at.Tool = doc.Tools[0]
	}
	attach(&a.draft.Record.SBOMs, at)
	a.addMaterial("sbom", name, mediaType, b)
	a.found("sbom", fmt.Sprintf("%s %s, %s, about %s", doc.Format, doc.SpecVersion, count(doc.ComponentCount, "component"), listed(names)), claimed, f.From)
}

// formOf is the extension of a file that holds a document, and its media type.
func formOf(doc *sbom.Document) (ext, mediaType string) {
	switch {
	case doc.Encoding == sbom.XML:
		return ".cdx.xml", evidence.MediaTypeCycloneDXXML
	case doc.Encoding == sbom.TagValue:
		return ".spdx", evidence.MediaTypeSPDXTagValue
	case doc.Format == sbom.SPDX:
		return ".spdx.json", evidence.MediaTypeSPDX
	}
	return ".cdx.json", evidence.MediaTypeCycloneDX
}

// coverage returns the artifacts that attachments are about.
func coverage(list []evidence.Attachment) map[evidence.Digest]bool {
	covered := map[evidence.Digest]bool{}
	for _, at := range list {
		for _, d := range at.About {
			covered[d] = true
		}
	}
	return covered
}

func listed(names []string) string {
	switch n := len(names); {
	case n == 0:
		return "nothing in this release"
	case n > 3:
		return fmt.Sprintf("%d artifacts", n)
	}
	return strings.Join(names, ", ")
}
