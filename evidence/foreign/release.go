package foreign

import (
	"errors"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence/provenance"
)

// readRelease reads in-toto's release predicate. GitHub signs one for each
// immutable release, with the members from ownerId on; its first subject is the
// tag, by purl and the SHA-1 of the object that the tag's reference names.
func readRelease(s *Summary, e provenance.Entry) error {
	var p struct {
		PURL       string `json:"purl"`
		Repository string `json:"repository"`
		Tag        string `json:"tag"`
	}
	if err := decode(e.Statement, &p); err != nil {
		return err
	}
	if !strings.HasPrefix(p.PURL, "pkg:") || !strings.Contains(p.PURL, "@") {
		return fmt.Errorf("at /predicate/purl: %.200q is not the purl of a version", p.PURL)
	}
	s.Kind, s.Tool, s.Package, s.Tag = Release, "a registry", p.PURL, p.Tag
	if p.Repository == "" {
		return nil
	}
	if p.PURL != "pkg:github/"+p.Repository+"@"+p.Tag {
		return errors.New("at /predicate/purl: it contradicts repository and tag")
	}
	s.Tool, s.Ref = "GitHub", "refs/tags/"+p.Tag
	for _, sub := range s.Subjects {
		if sub.URI == p.PURL {
			s.Commit = sub.Digest["sha1"]
		}
	}
	if s.Commit == "" {
		return errors.New("at /subject: the release's own purl is not among the subjects, as in GitHub's releases")
	}
	var err error
	s.Repository, err = sourceOf("https://github.com/" + p.Repository)
	return err
}

// readPromotion reads a record of the Kubernetes image promoter.
func readPromotion(s *Summary, e provenance.Entry) error {
	var p struct {
		Source      string   `json:"srcRef"`
		Destination string   `json:"dstRef"`
		Digest      string   `json:"digest"`
		Timestamp   string   `json:"timestamp"`
		Builder     string   `json:"builderId"`
		Tags        []string `json:"tags"`
		Job         struct {
			Name    string `json:"name"`
			BuildID string `json:"buildId"`
		} `json:"job"`
	}
	if err := decode(e.Statement, &p); err != nil {
		return err
	}
	digest, err := s.one("sha256")
	if err != nil {
		return err
	}
	switch {
	case p.Destination == "":
		return errors.New("at /predicate/dstRef: missing")
	case p.Digest != "sha256:"+digest:
		return errors.New("at /predicate/digest: it is not that of the subject")
	case p.Source != "" && strings.Contains(p.Source, "@") && !strings.HasSuffix(p.Source, "@"+p.Digest):
		return errors.New("at /predicate/srcRef: it has another digest than the subject")
	}
	s.Kind, s.Tool, s.From, s.To = Promotion, "promo-tools", p.Source, p.Destination
	if p.Builder != "" {
		s.Tool = p.Builder
	}
	if p.Job.Name != "" {
		s.People = []string{strings.TrimSpace("job " + p.Job.Name + " " + p.Job.BuildID)}
	}
	s.At, err = moment(p.Timestamp)
	if err != nil {
		return fmt.Errorf("at /predicate/timestamp: %w", err)
	}
	return nil
}
