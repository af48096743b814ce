package report

import (
	"io"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// contents is the part of a report that says what is in a file. Its members are
// those of a report, but for format and problems.
type contents struct {
	Format       string                   `json:"format"` // "dossier-contents/v1"
	Target       string                   `json:"target"`
	Release      *verify.ReleaseView      `json:"release,omitempty"`
	State        *evidence.Digest         `json:"state,omitempty"`
	Heads        []evidence.Parent        `json:"heads,omitempty"`
	Signers      []verify.Signer          `json:"signers"`
	Exhibits     []verify.Exhibit         `json:"exhibits,omitempty"`
	Attestations []verify.AttestationView `json:"attestations,omitempty"`
	// Problems are what is in the file and belongs to nothing, and what is missing.
	Problems []verify.Check `json:"problems,omitempty"`
}

// Contents writes what is in a file as one JSON object, as [JSON] does, without a
// verdict and what led to one: who only looks has judged nothing.
func Contents(w io.Writer, r *verify.Report) error {
	if r == nil {
		return errNoReport
	}
	return indented(w, contents{
		Format: "dossier-contents/v1", Target: r.Target, Release: r.Release, State: r.State, Heads: r.Heads,
		Signers: r.Signers, Exhibits: r.Exhibits, Attestations: r.Attestations, Problems: Problems(r),
	})
}

// Problems are the failures of layer 1: what belongs to nothing, cannot be read, is
// missing or was changed.
func Problems(r *verify.Report) []verify.Check {
	var list []verify.Check
	for _, c := range r.Checks {
		if c.Layer == verify.Integrity && c.Outcome == verify.Fail {
			list = append(list, c)
		}
	}
	return list
}
