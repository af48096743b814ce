package evidence

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxText bounds one free-text field, in bytes.
const maxText = 16 << 10

// Validate reports the first field of r that contradicts its description.
// Errors are [FieldError]s.
func (r *Record) Validate() error { return firstError(r.validate) }

func (r *Record) validate(v *validator) {
	v.text("/version", r.Version, true)
	v.text("/component", r.Component, false)
	v.check("/repository/uri", checkRepository(r.Repository.URI))
	v.oneOf("/kind", string(r.Kind), "svc", "lib", "iac", "app", "mono")
	v.time("/createdAt", r.CreatedAt)
	v.oneOf("/objectFormat", r.ObjectFormat, "sha1", "sha256")
	v.objectID("/commit", r.Commit, r.ObjectFormat)
	v.text("/tag/name", r.Tag.Name, true)
	v.objectID("/tag/object", r.Tag.Object, r.ObjectFormat)
	v.oneOf("/tag/type", r.Tag.Type, "tag", "commit")
	r.validateChain(v)
	r.validateArtifacts(v)
	r.validateAttachments(v)
	v.materials(r.Materials)
	r.validateParts(v)
}

func (r *Record) validateChain(v *validator) {
	switch r.Base.None {
	case "first":
		if r.Base.Tag != "" || r.Base.Commit != "" {
			v.fail("/base", errors.New(`none: "first" excludes tag and commit`))
		}
	case "":
		v.text("/base/tag", r.Base.Tag, true)
		v.objectID("/base/commit", r.Base.Commit, r.ObjectFormat)
	default:
		v.fail("/base/none", fmt.Errorf(`unknown value %.20q: want "first"`, r.Base.None))
	}
	v.check("/predecessor", r.Predecessor.validate(r.Sequence))
}

func (p Predecessor) validate(sequence int64) error {
	linked := p.Statement != nil || p.State != nil || p.Sequence != 0
	switch p.None {
	case "":
		if p.Statement == nil || p.State == nil || p.Sequence < 1 {
			return errors.New("want statement, state and sequence, or none")
		}
		if sequence != p.Sequence+1 {
			return fmt.Errorf("sequence is %d, want %d, one more than the predecessor's", sequence, p.Sequence+1)
		}
		return nil
	case "first":
		if linked || sequence != 1 {
			return errors.New(`none: "first" wants sequence 1 and no other member`)
		}
		return nil
	case "unknown":
		if linked || sequence != 0 {
			return errors.New(`none: "unknown" wants no sequence and no other member`)
		}
		return nil
	}
	return fmt.Errorf(`none: unknown value %.20q: want "first" or "unknown"`, p.None)
}

func (r *Record) validateArtifacts(v *validator) {
	if len(r.Artifacts) == 0 {
		v.fail("/artifacts", errors.New("a release has at least one artifact"))
	}
	names, digests := map[string]bool{}, map[Digest]bool{}
	for i, a := range r.Artifacts {
		at := v.item("/artifacts", i)
		v.text(at+"/name", a.Name, true)
		if names[a.Name] || strings.HasPrefix(a.Name, "git:") || a.Name == "release" {
			v.fail(at+"/name", fmt.Errorf("name %.80q is used twice or reserved", a.Name))
		}
		if a.Digest.IsZero() || digests[a.Digest] {
			v.fail(at+"/digest", errors.New("the digest is missing or used twice"))
		}
		if a.Size < 0 {
			v.fail(at+"/size", errors.New("the size is negative"))
		}
		v.fields(at, reflect.ValueOf(&r.Artifacts[i]).Elem())
		names[a.Name], digests[a.Digest] = true, true
	}
}

func (r *Record) validateAttachments(v *validator) {
	listed, artifacts := make(map[Digest]bool, len(r.Materials)), map[Digest]bool{}
	for _, m := range r.Materials {
		listed[m.Digest] = true
	}
	if r.PatchIDs != nil && !listed[*r.PatchIDs] {
		v.fail("/patchIds", fmt.Errorf("%s is not among the materials of this statement", r.PatchIDs))
	}
	for _, a := range r.Artifacts {
		for _, d := range a.Digests() {
			artifacts[d] = true
		}
	}
	for _, list := range []struct {
		name string
		list []Attachment
	}{{"sboms", r.SBOMs}, {"provenance", r.Provenance}, {"attestations", r.Attestations}} {
		v.attachments("/"+list.name, list.list, listed, artifacts)
	}
}

// attachments checks that each attachment is a listed material and about known
// artifacts; nil artifacts are not known here.
func (v *validator) attachments(pointer string, list []Attachment, listed, artifacts map[Digest]bool) {
	for i, a := range list {
		at := v.item(pointer, i)
		if !listed[a.Material] {
			v.fail(at+"/material", fmt.Errorf("%s is not among the materials of this statement", a.Material))
		}
		for k, d := range a.About {
			if artifacts != nil && !artifacts[d] {
				v.fail(v.item(at+"/about", k), fmt.Errorf("%s is not an artifact of this release", d))
			}
		}
		v.fields(at, reflect.ValueOf(&list[i]).Elem())
	}
}

// Validate reports the first field of a that contradicts its description.
// Errors are [FieldError]s.
func (a *Approval) Validate() error { return firstError(a.validate) }

func (a *Approval) validate(v *validator) {
	v.text("/id", a.ID, true)
	v.oneOf("/decision", string(a.Decision), string(Approved), string(Rejected))
	v.check("/approver", a.Approver.Validate())
	v.time("/at", a.At)
	v.text("/rationale", a.Rationale, false)
	v.text("/environment", a.Environment, false)
	v.text("/supersedes", a.Supersedes, false)
	v.materials(a.Materials)
	for i, ref := range a.Refs {
		v.check(v.item("/refs", i), ref.Validate())
	}
	switch {
	case a.Release != nil && a.Scope != nil:
		v.fail("/scope", errors.New("an approval of a release takes its scope from the release: leave scope out"))
	case a.Release != nil:
		v.check("/release", a.Release.validate())
		v.check("/parents", checkParents(a.Parents))
	case a.Scope != nil:
		v.check("/scope", a.Scope.validate())
		if len(a.Parents) > 0 {
			v.fail("/parents", errors.New("an approval without a release has no parents"))
		}
	default:
		v.fail("/release", errors.New("an approval names a release or a scope"))
	}
}

func (r *Reference) validate() error {
	if r.Digest.IsZero() {
		return errors.New("the release's digest is missing")
	}
	return nil
}

// MaxParents is the most parents a statement has (rules of format, R14).
const MaxParents = 64

func checkParents(parents []Parent) error {
	if len(parents) == 0 {
		return errors.New("an own statement names the statements it saw: parents is empty")
	}
	if len(parents) > MaxParents {
		return fmt.Errorf("%d parents, at most %d are allowed", len(parents), MaxParents)
	}
	seen := map[Parent]bool{}
	for i, p := range parents {
		if p.Statement.IsZero() || p.Signature.IsZero() {
			return fmt.Errorf("parent %d names no statement or no signature", i)
		}
		if seen[p] {
			return fmt.Errorf("parent %d is repeated", i)
		}
		seen[p] = true
	}
	return nil
}

func (s *Scope) validate() error {
	if err := checkRepository(s.Repository); err != nil {
		return err
	}
	if len(s.Commits) == 0 {
		return errors.New("the scope of an approval names at least one commit")
	}
	if len(s.Branches)+len(s.Pipelines)+len(s.Artifacts) > 0 || s.Interval != nil {
		return errors.New("the scope of an approval is repository, commits and environment: leave the rest out")
	}
	for _, c := range s.Commits {
		if checkHex("gitCommit", c) != nil && checkHex("sha256", c) != nil {
			return fmt.Errorf("commit %.70q is not a full lower-case object id", c)
		}
	}
	return nil
}

func checkRepository(uri string) error {
	got, err := NormalRepository(uri)
	if err != nil {
		return err
	}
	if got != uri { // which may hold a password
		return fmt.Errorf("the repository's address is not in its normal form %.200q", got)
	}
	return nil
}

// validator keeps the first error. A quick one does not say where it is: text
// that leads to every field would be made for nothing.
type validator struct {
	quick bool
	err   error
}

// firstError returns the first error that check finds, and asks where only if
// there is one.
func firstError(check func(*validator)) error {
	quick := validator{quick: true}
	if check(&quick); quick.err == nil {
		return nil
	}
	var v validator
	check(&v)
	return cmp.Or(v.err, quick.err)
}

// member is the pointer of a member of the value at a pointer; name begins with
// a slash.
func (v *validator) member(at, name string) string {
	if v.quick {
		return ""
	}
	return at + name
}

// item is the pointer of an item of the list at a pointer.
func (v *validator) item(at string, i int) string {
	if v.quick {
		return ""
	}
	return at + "/" + strconv.Itoa(i)
}

func (v *validator) fail(pointer string, err error) {
	if v.err == nil {
		v.err = &FieldError{pointer, err}
	}
}

func (v *validator) check(pointer string, err error) {
	if err != nil {
		v.fail(pointer, err)
	}
}

func (v *validator) text(pointer, s string, required bool) {
	switch {
	case required && strings.TrimSpace(s) == "":
		v.fail(pointer, errors.New("missing"))
	case len(s) > maxText:
		v.fail(pointer, fmt.Errorf("%d bytes of text, at most %d are allowed", len(s), maxText))
	case !utf8.ValidString(s):
		v.fail(pointer, errors.New("not valid UTF-8"))
	}
}

func (v *validator) time(pointer string, t Time) {
	if t.IsZero() {
		v.fail(pointer, errors.New("missing: a time such as 2026-11-20T09:00:00Z"))
	}
}

func (v *validator) oneOf(pointer, s string, allowed ...string) {
	for _, a := range allowed {
		if s == a {
			return
		}
	}
	v.fail(pointer, fmt.Errorf("got %.40q, want one of %s", s, strings.Join(allowed, ", ")))
}

func (v *validator) objectID(pointer, id, format string) {
	alg := "gitCommit"
	if format == "sha256" {
		alg = "sha256"
	}
	if err := checkHex(alg, id); err != nil {
		v.fail(pointer, fmt.Errorf("object id %.70q: want a full %s object id", id, format))
	}
}

func (v *validator) materials(list []Material) {
	if len(list) > MaxMaterials {
		v.fail("/materials", fmt.Errorf("%d materials, at most %d are allowed", len(list), MaxMaterials))
		return
	}
	names, digests := make(map[string]bool, len(list)), make(map[Digest]bool, len(list))
	for i, m := range list {
		at := v.item("/materials", i)
		v.check(at, m.Validate())
		if names[m.Name] {
			v.fail(at+"/name", fmt.Errorf("name %q is used twice", m.Name))
		}
		if digests[m.Digest] {
			v.fail(at+"/digest", fmt.Errorf("digest %s is listed twice", m.Digest))
		}
		names[m.Name], digests[m.Digest] = true, true
	}
}
