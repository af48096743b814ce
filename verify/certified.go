package verify

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// CodeCertified: the certificate is of a job of another repository than the one
// that the statement is about.
const CodeCertified = "certificate-disagrees"

// certified takes a signature that would count back if the signing certificate is
// of a job of another repository than that of the statement (rules of format,
// R6): whoever can start a job in a sandbox speaks for the sandbox.
func (s *Signer) certified(repository, id string) {
	if why := Disagrees(s.Build, repository, id); why != "" && s.Allowed {
		s.Allowed, s.Code, s.Detail = false, CodeCertified, why
	}
}

// aboutRepository is which repository a statement of another tool is about, with
// the forge's number: the one that it names or, if it names none, that of the
// release, for which trust was asked.
func (r *run) aboutRepository(stated string) (repository, id string) {
	if stated != "" {
		return stated, ""
	}
	return r.facts.Record.Repository.URI, r.facts.Record.Repository.ID
}

// Disagrees says in what a certificate differs from the repository that a
// statement is about; "" if in nothing that both say.
func Disagrees(c *provenance.Certificate, repository, id string) string {
	if c == nil || repository == "" {
		return ""
	}
	source := c.Repository
	if normal, err := evidence.NormalRepository(source); err == nil {
		source = normal
	}
	switch {
	case source != "" && source != repository:
		return fmt.Sprintf("the certificate is of a job of %.200s, the statement is about %.200s", source, repository)
	case c.RepositoryID != "" && id != "" && c.RepositoryID != id:
		return fmt.Sprintf("the certificate is of a job of the repository with the number %.40s, the statement is about number %.40s", c.RepositoryID, id)
	}
	return ""
}
