package sigstore

import (
	"strings"

	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"

	"github.com/release-dossier/dossier/evidence/provenance"
)

// BuildOf is what a certificate says of the run of a CI system that it was
// issued for. Certificates until 2022 say less, and in other words.
func BuildOf(s *certificate.Summary) provenance.Certificate {
	c := provenance.Certificate{
		Subject: s.SubjectAlternativeName, Issuer: s.Issuer,
		Repository: s.SourceRepositoryURI, Ref: s.SourceRepositoryRef, Commit: s.SourceRepositoryDigest,
		RepositoryID: s.SourceRepositoryIdentifier, OwnerID: s.SourceRepositoryOwnerIdentifier,
		Trigger: s.BuildTrigger, Workflow: s.BuildConfigURI, WorkflowCommit: s.BuildConfigDigest,
		WorkflowName: s.GithubWorkflowName, Runner: s.RunnerEnvironment, Run: s.RunInvocationURI,
	}
	old := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	if s.GithubWorkflowRepository != "" {
		old(&c.Repository, "https://"+hostOf(c.Subject)+"/"+s.GithubWorkflowRepository)
	}
	old(&c.Ref, s.GithubWorkflowRef)
	old(&c.Commit, s.GithubWorkflowSHA)
	old(&c.Trigger, s.GithubWorkflowTrigger)
	return c
}

// hostOf is the host of a URI.
func hostOf(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}
