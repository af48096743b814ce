package oci

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/distribution"
	"github.com/release-dossier/dossier/sbom"
)

// kind is what an attached document is read as.
type kind string

const (
	kindSBOM        kind = "SBOM"
	kindProvenance  kind = "provenance"
	kindAttestation kind = "attestation"
)

// kindOf says by a layer's media type what it may be: an SBOM, an attestation
// of something, or "" for what is not read.
func kindOf(mediaType string) kind {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	switch mediaType {
	case "application/vnd.cyclonedx+json", "application/vnd.cyclonedx+xml", "application/vnd.cyclonedx", "application/spdx+json", "text/spdx+json", "text/spdx":
		return kindSBOM
	case "application/vnd.in-toto+json", "application/vnd.dsse.envelope.v1+json":
		return kindAttestation
	}
	if strings.HasPrefix(mediaType, "application/vnd.dev.sigstore.bundle") {
		return kindAttestation
	}
	return ""
}

// foreign reports whether a manifest of this type surely holds nothing that is
// read. Many registries state the type of the configuration instead, so most
// types are looked into.
func foreign(artifactType string) bool {
	switch artifactType {
	case "application/vnd.cncf.notary.signature", "application/vnd.cncf.helm.config.v1+json",
		"application/vnd.release-dossier.materials.v1":
		return true
	}
	return false
}

// errOther says that a document belongs to another dossier, or to this one as
// it was before.
var errOther = errors.New("it is a statement of a dossier")

// classify reads a document as far as needed to tell what it is, so that one
// bad document that anybody may attach is left out here and stops nothing.
func (a attached) classify() (kind, error) {
	if kindOf(a.mediaType) == kindSBOM {
		_, err := sbom.Read(a.data)
		return kindSBOM, err
	}
	in, err := provenance.ReadAny(a.data)
	if err != nil {
		return "", err
	}
	is := kindAttestation
	for _, e := range in.Entries {
		if strings.HasPrefix(e.Statement.PredicateType, evidence.PredicateBase) {
			links, err := evidence.DecodeLinks(e.Statement.Predicate)
			if err != nil {
				return "", err
			}
			if e.Statement.PredicateType == evidence.RecordType || links.Release != nil {
				return "", errOther
			}
			continue
		}
		switch _, err := provenance.Parse(e.Statement); {
		case err == nil:
			is = kindProvenance
		case !errors.Is(err, provenance.ErrNotProvenance):
			return "", fmt.Errorf("provenance: %w", err)
		}
	}
	return is, nil
}

// extension is that of a file that holds a document of the kind.
func (k kind) extension() string {
	switch k {
	case kindSBOM:
		return ".json"
	case kindProvenance, kindAttestation:
		return ".intoto.json"
	}
	return ""
}

// runsIn are the runs that provenance in a document names.
func runsIn(data []byte) (runs []string) {
	in, err := provenance.ReadAny(data)
	if err != nil {
		return nil
	}
	for _, e := range in.Entries {
		if p, err := provenance.Parse(e.Statement); err == nil {
			runs = append(runs, p.RunID)
		}
	}
	return runs
}

// theOne is the one run that all of the list are; "" if there is none, or if it
// is no text that a record should hold.
func theOne(runs []string) string {
	const most = 500
	if len(runs) == 0 || len(runs[0]) > most || distribution.Printable(runs[0], most) != runs[0] {
		return ""
	}
	if slices.ContainsFunc(runs, func(r string) bool { return r != runs[0] }) {
		return ""
	}
	return runs[0]
}
