package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify/report"
)

// namedSBOM is a document and where it is from.
type namedSBOM struct {
	name string
	doc  *sbom.Document
}

// readSBOMs reads the document in a file or, of a dossier, all the SBOMs it
// holds. Nothing is verified.
func readSBOMs(ctx context.Context, path string) ([]namedSBOM, error) {
	isDossier, err := looksLikeDossier(path)
	if err != nil {
		return nil, err
	}
	if isDossier {
		return sbomsIn(ctx, path)
	}
	f, err := openNow(path)
	if err != nil {
		return nil, usagef("%s: %w", path, reason(err))
	}
	defer f.Close()
	doc, err := sbom.ReadFrom(f, sbom.MaxSize)
	if err != nil {
		return nil, &targetError{path, err}
	}
	return []namedSBOM{{path, doc}}, nil
}

// looksLikeDossier tells a dossier from a document by its first bytes: no
// encoding of an SBOM begins as a tar archive does.
func looksLikeDossier(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, usagef("%s: %w", path, reason(err))
	}
	if info.IsDir() {
		if !isLayout(path) {
			return false, usagef("%s is a directory: name an SBOM or a dossier in it", path)
		}
		return true, nil
	}
	if !info.Mode().IsRegular() {
		return false, nil // a pipe is read once
	}
	f, err := os.Open(path)
	if err != nil {
		return false, usagef("%s: %w", path, reason(err))
	}
	defer f.Close()
	const magicAt = 257 // of "ustar" in the header of a tar archive
	head := make([]byte, magicAt+len("ustar"))
	if _, err := io.ReadFull(f, head); err != nil {
		return false, nil
	}
	return bytes.HasSuffix(head, []byte("ustar")), nil
}

// sbomTypes are the media types of materials that are SBOMs.
var sbomTypes = []string{
	evidence.MediaTypeCycloneDX, evidence.MediaTypeCycloneDXXML, evidence.MediaTypeSPDX, evidence.MediaTypeSPDXTagValue,
}

func sbomsIn(ctx context.Context, path string) ([]namedSBOM, error) {
	d, err := openDossier(ctx, path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var list []namedSBOM
	seen := map[evidence.Digest]bool{}
	for _, st := range d.Statements() {
		for _, m := range st.Links.Materials {
			b, ok := d.Blob(m.Digest)
			if !ok || seen[m.Digest] || !slices.Contains(sbomTypes, m.MediaType) {
				continue
			}
			seen[m.Digest] = true
			name := path + ":" + m.Name
			data, err := b.Read(sbom.MaxSize)
			if err != nil {
				return nil, &targetError{name, err}
			}
			doc, err := sbom.Read(data)
			if err != nil {
				return nil, &targetError{name, err}
			}
			list = append(list, namedSBOM{name, doc})
		}
	}
	if len(list) == 0 {
		return nil, &targetError{path, errors.New("the dossier holds no SBOM")}
	}
	slices.SortFunc(list, func(a, b namedSBOM) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

// oneSBOM reads the one document at path; FILE:NAME is that of a dossier with
// several.
func oneSBOM(ctx context.Context, path string) (namedSBOM, error) {
	file, material, chosen := strings.Cut(path, ":")
	if _, err := os.Stat(path); err == nil || !chosen {
		file, material, chosen = path, "", false
	}
	list, err := readSBOMs(ctx, file)
	if err != nil {
		return namedSBOM{}, err
	}
	var names []string
	for _, s := range list {
		if chosen && s.name == file+":"+material {
			return s, nil
		}
		names = append(names, report.Safe(s.name))
	}
	if chosen || len(list) > 1 {
		return namedSBOM{}, usagef("%s: choose one of its SBOMs: %s", path, strings.Join(names, ", "))
	}
	return list[0], nil
}

// about is what a document says it describes, for people.
func about(doc *sbom.Document) string {
	var names []string
	for _, s := range doc.Subjects {
		if !s.Part {
			names = append(names, strings.TrimSpace(s.Name+" "+s.Version))
		}
	}
	switch n := len(names); {
	case n == 0:
		return "nothing it names"
	case n > 3:
		return fmt.Sprintf("%d subjects", n)
	}
	return strings.Join(names, ", ")
}
