package interchange

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// Sorted says what lines are to a dossier.
type Sorted struct {
	// Own are Sigstore bundles over statements of the dossier's own release,
	// the release statement among them: they are added as they are
	// (bundle.Dossier.AddSignature), and count by their own signer.
	Own []Line
	// Foreign name no release: they become materials of a statement that lists
	// them (rules of format, R9).
	Foreign []Line
	// Known are there already, or stand twice in the file.
	Known []Line
}

// Sort says what lines are to d, whose release statement is release. A statement
// of another dossier, and one of this dossier without its Sigstore bundle, is an
// error that names the line.
func Sort(d *bundle.Dossier, release evidence.Digest, lines []Line) (Sorted, error) {
	var out Sorted
	seen := map[evidence.Digest]bool{}
	for _, l := range lines {
		id := evidence.Sum(l.Raw)
		own, err := belongs(release, l)
		if err != nil {
			return Sorted{}, fmt.Errorf("line %d: %w", l.Number, err)
		}
		st, stated := d.Statement(evidence.Sum(l.Payload))
		_, material := d.Blob(id)
		switch {
		case seen[id], material, stated && signed(st, id), stated && own && l.Kind != provenance.SigstoreBundle:
			out.Known = append(out.Known, l)
		case own && l.Kind != provenance.SigstoreBundle:
			return Sorted{}, fmt.Errorf("line %d: a statement of this release without its Sigstore bundle, which has the proof of who signed it and when: import the .sigstore.jsonl", l.Number)
		case own:
			out.Own = append(out.Own, l)
		default:
			out.Foreign = append(out.Foreign, l)
		}
		seen[id] = true
	}
	return out, nil
}

func signed(st *bundle.Statement, id evidence.Digest) bool {
	for _, sig := range st.Signatures {
		if sig.ID == id {
			return true
		}
	}
	return false
}

// belongs reports whether a statement is about the release, and refuses one
// about another.
func belongs(release evidence.Digest, l Line) (bool, error) {
	if !strings.HasPrefix(l.Statement.PredicateType, evidence.PredicateBase) {
		return false, nil
	}
	links, err := evidence.DecodeLinks(l.Statement.Predicate)
	if err != nil {
		return false, err
	}
	of := evidence.Sum(l.Payload)
	switch {
	case l.Statement.PredicateType == evidence.RecordType:
	case links.Release == nil:
		return false, nil
	default:
		of = links.Release.Digest
	}
	if of != release {
		return false, fmt.Errorf("it belongs to the dossier of another release, %s: import it there", of)
	}
	return true, nil
}
