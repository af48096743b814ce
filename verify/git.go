package verify

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify/trust"
)

// maxTagDepth bounds how many tag objects may lead to a commit.
const maxTagDepth = 5

// git follows tag object -> commit -> range through the embedded objects.
func (r *run) git() {
	if !r.readObjects() {
		return
	}
	record := r.facts.Record
	if record.Tag.Type == "tag" {
		r.tagObject()
	} else {
		r.lightweight()
	}
	r.commitObject()
	r.commitRange()
}

// byObjects is the proof of what git objects say: it is proven that they say
// so, and their hash says how strongly.
func (r *run) byObjects() Proof {
	return Proof{Proven, "git " + r.facts.Record.ObjectFormat}
}

// ofRelease is how it is known that what p proves is of this release: by the
// release statement, or by a tag that trust lets its signer make. By the word of a
// stranger it is no more than a claim, whatever the objects say of themselves
// (rules of format, R11).
func (r *run) ofRelease(p Proof) Proof {
	if r.report.Relied || r.facts.Tag.Signature.Valid {
		return p
	}
	return Weakest(p, r.facts.Stated())
}

// readObjects reads the material that holds the git objects.
func (r *run) readObjects() bool {
	c := link("git-objects", r.byObjects())
	for i, m := range r.release.Links.Materials {
		if m.MediaType != evidence.MediaTypeGitObjects {
			continue
		}
		c.Inputs = []Place{at(r.release.ID, fmt.Sprintf("/predicate/materials/%d", i)), material(m.Digest)}
		b, ok := r.d.Blob(m.Digest)
		if !ok {
			r.absent(&c, m.Digest, "The git objects are not there")
			r.add(c)
			return false
		}
		err := r.stream(b, func(in io.Reader) (err error) {
			r.objects, err = gitobj.ReadArchive(in, gitobj.Limits{})
			return err
		})
		if err == nil && string(r.objects.Format()) != r.facts.Record.ObjectFormat {
			err = fmt.Errorf("the objects are %s, the record says %s", r.objects.Format(), r.facts.Record.ObjectFormat)
		}
		if err != nil {
			c.Found = err.Error()
			c.fails("git-objects-invalid", "The git objects cannot be relied on", Fix{Now: "have the release collected again"})
			r.objects = nil
			r.add(c)
			return false
		}
		r.facts.Objects = r.objects
		c.Found = count(r.objects.Len(), "object")
		r.add(c)
		return true
	}
	c.fails("missing-evidence", "The git objects are not in the dossier", Fix{Now: "collect the release from its repository"})
	c.Expected, c.Found = "one material of type "+evidence.MediaTypeGitObjects, "none"
	r.add(c)
	return false
}

// tagObject checks the raw tag object against the record and follows it.
func (r *run) tagObject() {
	record, fact := r.facts.Record, &r.facts.Tag
	c := link("tag-commit", r.byObjects())
	c.Inputs = []Place{at(r.release.ID, "/predicate/tag")}
	c.Expected = fmt.Sprintf("tag %s, object %s, commit %s", record.Tag.Name, record.Tag.Object, record.Commit)
	tag, err := r.objects.Tag(gitobj.ID(record.Tag.Object))
	if err != nil {
		c.Found = err.Error()
		c.fails("tag-object-missing", "The tag object is not embedded", Fix{Now: "collect the release again from a full clone"})
		r.add(c)
		return
	}
	fact.Embedded, fact.Object, fact.Proof = true, tag, r.facts.Stated()
	target, err := r.follow(tag)
	c.Found = fmt.Sprintf("tag %s, commit %s", tag.Name, target)
	switch {
	case err != nil:
		c.Found = err.Error()
		c.fails("tag-target", "The tag does not lead to a commit", Fix{Now: "tag the commit itself and release again"})
	case tag.Name != record.Tag.Name:
		c.fails("tag-name-mismatch", "The tag object was made for a tag of another name", Fix{
			Before: "tag the commit itself under that name, with git tag -s, and not the object of another tag",
			Now:    "release under a new version with a tag made for it, and find out who gave this object another name",
		})
	case target != record.Commit:
		c.fails("tag-commit-mismatch", "The tag leads to another commit than the one released", Fix{Now: "find out who moved the tag, and release under a new version"})
	default:
		fact.Commit, fact.Proof = target, r.byObjects()
	}
	r.add(c)
	r.tagSignature(tag)
	fact.Proof = r.ofRelease(fact.Proof)
}

// follow goes through tags of tags to the commit.
func (r *run) follow(tag gitobj.Tag) (string, error) {
	for range maxTagDepth {
		switch tag.Type {
		case gitobj.TypeCommit:
			return string(tag.Object), nil
		case gitobj.TypeTag:
			next, err := r.objects.Tag(tag.Object)
			if err != nil {
				return "", err
			}
			tag = next
		default:
			return "", fmt.Errorf("the tag points at a %s", tag.Type)
		}
	}
	return "", fmt.Errorf("more than %d tags of tags", maxTagDepth)
}

func (r *run) lightweight() {
	record := r.facts.Record
	c := link("tag-commit", r.facts.Stated())
	c.Title = "The lightweight tag is said to be on the released commit"
	c.Inputs = []Place{at(r.release.ID, "/predicate/tag")}
	c.Expected, c.Found = "commit "+record.Commit, "commit "+record.Tag.Object
	if record.Tag.Object != record.Commit {
		c.fails("tag-commit-mismatch", "The tag leads to another commit than the one released", Fix{Now: "collect the release again"})
	} else {
		r.facts.Tag.Commit, r.facts.Tag.Proof = record.Commit, r.facts.Stated()
	}
	r.facts.Tag.Signature = TagSignature{Code: codeUnsigned, Detail: "a lightweight tag cannot be signed"}
	r.add(c)
}

func (r *run) commitObject() {
	record := r.facts.Record
	c := link("commit", r.byObjects())
	c.Inputs = []Place{at(r.release.ID, "/predicate/commit")}
	c.Expected = "commit " + record.Commit
	c.Found = "it is there and hashes to its id"
	if _, err := r.objects.Commit(gitobj.ID(record.Commit)); err != nil {
		c.Found = err.Error()
		c.fails("commit-missing", "The released commit is not embedded", Fix{Now: "collect the release again from a full clone"})
	}
	r.add(c)
}

// commitRange walks the commits of the release.
func (r *run) commitRange() {
	record, fact := r.facts.Record, &r.facts.Range
	c := link("range", r.byObjects())
	c.Inputs = []Place{at(r.release.ID, "/predicate/base")}
	c.Expected = "every commit from the base release to the released one"
	commits, err := r.objects.Range(gitobj.ID(record.Commit), gitobj.ID(record.Base.Commit))
	if err != nil {
		c.Outcome, c.Why, c.Title, c.Found = Unknown, "range-incomplete", "Some commits of the release are not embedded", err.Error()
		c.Fix = Fix{Now: "collect the release again from a full clone"}
		fact.Why = err.Error()
		r.add(c)
		return
	}
	fact.Commits, fact.Signatures, fact.Complete = commits, signaturesOf(commits), true
	if record.Base.None == "" && !r.baseSigned() {
		// Which release came before is then only what the record says.
		c.Proof = r.facts.Stated()
		c.Outcome, c.Code, c.Title = Warn, "base-stated", "No trusted signature shows that the base is a release"
		c.Fix = Fix{Now: "release from a base whose annotated tag is signed by a key that trust lets sign tags"}
	}
	fact.Proof = r.ofRelease(c.Proof)
	c.Found = count(len(commits), "commit")
	r.add(c)
}

// baseSigned reports whether the objects hold the base release's own tag,
// signed by an SSH key that trust lets sign tags of this repository.
func (r *run) baseSigned() bool {
	base := r.facts.Record.Base
	header := []byte("\ntag " + base.Tag + "\n") // which the others need not be parsed for
	for o, err := range r.objects.All() {
		if err != nil {
			return false
		}
		if o.Type != gitobj.TypeTag || r.o.Trust == nil || !bytes.Contains(o.Body, header) {
			continue
		}
		tag, err := gitobj.ParseTag(o.Body)
		if err != nil || tag.Name != base.Tag || string(tag.Object) != base.Commit || schemeOf(tag.Signature) != "ssh" {
			continue
		}
		key, err := attest.VerifySSHSignature(tag.Signature, tag.Payload, "git")
		if err != nil {
			continue
		}
		who := &Signer{Identity: key.Identity()}
		if r.learn(key) != nil {
			continue
		}
		if r.ask(who, r.tagQuestion(who, "signed", tag)); who.Allowed {
			return true
		}
	}
	return false
}

// tagSignature verifies the signature in the tag object's own bytes.
func (r *run) tagSignature(tag gitobj.Tag) {
	c := Check{
		ID: "signatures/tag", Layer: Signatures, Outcome: Pass, Title: asks["signatures/tag"],
		Expected: "a signature in the tag object that verifies, by a signer whom a grant covers",
		Inputs:   []Place{at(r.release.ID, "/predicate/tag")},
	}
	s := TagSignature{Scheme: schemeOf(tag.Signature)}
	switch s.Scheme {
	case "":
		s.Code, s.Detail = codeUnsigned, "the tag object holds no signature"
	case "ssh":
		r.sshTag(&s, tag)
	default:
		r.otherTag(&s, tag)
	}
	if r.o.Trust != nil && s.Identity != "" {
		s.Person, s.Roles = r.o.Trust.Name(s.Identity), r.o.Trust.RolesFor(r.tagQuestion(s.signer(), "signed", tag))
	}
	r.facts.Tag.Signature = s
	who := signerName(s)
	c.Found, c.Proof = s.Scheme+" signature by "+who, Proof{Proven, who}
	if s.Valid {
		r.add(c)
		return
	}
	c.Outcome, c.Code, c.Why, c.Proof, c.Found = Warn, s.Code, s.Code, Proof{}, s.Detail
	c.Title = "The tag's signature shows nothing here"
	switch s.Code {
	case codeRefuted:
		c.Outcome, c.Code, c.Title = Fail, "tag-signature-invalid", "The tag's signature does not verify"
		c.Fix = Fix{Now: "find out who replaced the tag, and release under a new version"}
	case codeNoVerifier:
		c.Outcome, c.Title = Unknown, "The tag's signature could not be checked"
		c.Fix = Fix{Now: "use a verifier for " + s.Scheme + " signatures"}
	default:
		if s.Unproven {
			c.Outcome, c.Title = Unknown, "The tag's signature is authentic, and "+lacking(s.Code)
			c.Fix = Fix{Before: "have the signer embed the log entry or a timestamp (gitsign: rekorMode offline)", Now: "release under a new version with a tag whose signature proves its time"}
		}
	}
	r.add(c)
}

func signerName(s TagSignature) string {
	return Signer{Person: s.Person, Fingerprint: s.Fingerprint, Identity: s.Identity}.Name()
}

func (r *run) sshTag(s *TagSignature, tag gitobj.Tag) {
	key, err := attest.VerifySSHSignature(tag.Signature, tag.Payload, "git")
	if err != nil {
		s.Code, s.Detail = codeRefuted, err.Error()
		return
	}
	s.Identity, s.Fingerprint = key.Identity(), key.Fingerprint()
	if err := r.learn(key); err != nil {
		s.Code, s.Detail = CodeNotTrusted, err.Error()
		return
	}
	r.judgeTagKey(s, "signed", tag)
}

func (r *run) otherTag(s *TagSignature, tag gitobj.Tag) {
	for _, v := range r.o.Tags {
		if v.Scheme() != s.Scheme {
			continue
		}
		var keys [][]byte
		if r.o.Trust != nil {
			if pgp := r.o.Trust.PGPKeys(); len(pgp) > 0 {
				keys = append(keys, pgp)
			}
		}
		a, err := v.VerifyTag(tag.Payload, tag.Signature, keys, Moments{Stated: tag.Tagger.When, AsOf: r.o.AsOf})
		s.Identity, s.NotBefore, s.NotAfter, s.build = a.Identity, a.NotBefore, a.NotAfter, a.Build
		var why *ProofError
		switch {
		case err == nil:
			r.judgeTagKey(s, a.Proof, tag)
		case errors.As(err, &why):
			s.Code, s.Detail, s.Unproven = why.Code, why.Detail, why.Unproven
		case errors.Is(err, ErrUnknownTagKey):
			s.Code, s.Detail = CodeNotTrusted, err.Error()
		case errors.Is(err, ErrTagRefuted):
			s.Code, s.Detail = codeRefuted, err.Error()
		default:
			s.Code, s.Detail = "tag-signature-not-accepted", err.Error()
		}
		return
	}
	s.Code, s.Detail = codeNoVerifier, "no verifier for "+s.Scheme+" signatures was given"
}

// judgeTagKey asks trust whether the signer of s, which verifies, may sign tags
// of this repository (rules of format, R6). The tag itself states when it was
// made; if it does not, the record does.
func (r *run) judgeTagKey(s *TagSignature, proof string, tag gitobj.Tag) {
	if r.o.Trust == nil {
		s.Code, s.Detail = CodeNotTrusted, "signed by "+signerName(*s)+", and nobody is trusted yet"
		return
	}
	who := s.signer()
	record := r.facts.Record
	r.ask(who, r.tagQuestion(who, proof, tag))
	who.certified(record.Repository.URI, record.Repository.ID)
	if s.Valid = who.Allowed; !s.Valid {
		s.Code, s.Detail = who.Code, who.Detail
	}
}

// signer is who signed the tag, as trust is asked about them.
func (s *TagSignature) signer() *Signer {
	return &Signer{Identity: s.Identity, NotBefore: s.NotBefore, NotAfter: s.NotAfter, Build: s.build}
}

func (r *run) tagQuestion(s *Signer, proof string, tag gitobj.Tag) trust.Question {
	record := r.facts.Record
	q := r.question(s, trust.KindTag, proof)
	q.Repository, q.Stated = record.Repository.URI, tag.Tagger.When
	if q.Stated.IsZero() {
		q.Stated = record.CreatedAt.Time
	}
	return q
}

// schemeOf tells the scheme of an armored signature as git does.
func schemeOf(signature []byte) string {
	for _, s := range []struct{ begin, scheme string }{
		{"-----BEGIN SSH SIGNATURE-----", "ssh"},
		{"-----BEGIN PGP SIGNATURE-----", "openpgp"},
		{"-----BEGIN PGP MESSAGE-----", "openpgp"},
		{"-----BEGIN SIGNED MESSAGE-----", "x509"},
	} {
		if len(signature) >= len(s.begin) && string(signature[:len(s.begin)]) == s.begin {
			return s.scheme
		}
	}
	return ""
}
