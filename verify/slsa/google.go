package slsa

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// GoogleKeys are the keys of Google Cloud Build, by [provenance.GoogleKey.File].
type GoogleKeys map[string]crypto.PublicKey

// isGoogle reports whether a document has the form of Google Cloud's.
func isGoogle(raw []byte) bool {
	var shape struct {
		Google jsontext.Value `json:"provenance_summary"`
	}
	return len(raw) <= provenance.MaxImport && strictjson.Unmarshal(raw, &shape) == nil && shape.Google != nil
}

// google judges Google Cloud's document of an image.
func (v *Verifier) google(raw []byte, a sigstore.Artifact, e Expect) *Result {
	r := &Result{}
	g, err := provenance.ParseGoogle(raw)
	if err != nil {
		r.fail("form", provenance.Malformed, "%v", err)
		return r.conclude()
	}
	var best *Result
	for i := range g.Provenance {
		r := v.googleBuild(g, &g.Provenance[i], a, e)
		r.Entry = i + 1
		if best == nil || r.better(best) {
			best = r
		}
	}
	return best
}

func (v *Verifier) googleBuild(g *provenance.Google, p *provenance.GoogleProvenance, a sigstore.Artifact, e Expect) *Result {
	r := &Result{}
	key, ok := v.googleSigned(r, p)
	if !ok {
		return r.conclude()
	}
	s, ok := r.read(p.Payload)
	if !ok {
		return r.conclude()
	}
	if want := googleType(key); s.PredicateType != want {
		r.fail("predicate", provenance.WrongType, "the key %s signs %s, not %s", key.File(), want, s.PredicateType)
	}
	r.googleBuilder(s, e)
	r.googleArtifact(g, p, s, a)
	if err := p.CheckText(); err != nil {
		r.fail("text", provenance.TextMismatch, "%v", err)
	} else {
		r.pass("text", "shows what was signed")
	}
	r.compare(s, e)
	if e.Package != "" || e.Version != "" {
		r.fail("package", provenance.PackageName, "Google's document is of an image, not of an npm package")
	}
	return r.conclude()
}

// googleType is what a key of Google's signs.
func googleType(k provenance.GoogleKey) string {
	if k.Name == "google-hosted-worker" {
		return provenance.TypeV1
	}
	return provenance.TypeV01
}

// googleSigned looks for a signature that verifies under the key that it names.
func (v *Verifier) googleSigned(r *Result, p *provenance.GoogleProvenance) (provenance.GoogleKey, bool) {
	if p.PayloadType != attest.PayloadType {
		r.fail("signature", provenance.Code(sigstore.PayloadType), "the payload type is %.100q", p.PayloadType)
		return provenance.GoogleKey{}, false
	}
	known := false
	for _, s := range p.Signatures {
		id, err := provenance.ParseGoogleKey(s.KeyID)
		if err != nil {
			continue
		}
		key, ok := v.config.Google[id.File()].(*ecdsa.PublicKey)
		if !ok {
			continue
		}
		known = true
		message := p.Payload
		if id.PAE() {
			message = dsse.PAE(p.PayloadType, p.Payload)
		}
		digest := sha256.Sum256(message)
		if ecdsa.VerifyASN1(key, digest[:], s.Sig) {
			r.pass("signature", "by the key %s of Google Cloud Build", id.File())
			return id, true
		}
	}
	if known {
		r.fail("signature", provenance.Code(sigstore.BadSignature), "no signature verifies under the key that it names")
	} else {
		r.fail("signature", provenance.Unsigned, "no signature names a key of Google Cloud Build that is known")
	}
	return provenance.GoogleKey{}, false
}

// googleBuilder checks that Google's own worker built, in a way that is known.
func (r *Result) googleBuilder(s *provenance.Summary, e Expect) {
	id := s.BuilderID
	r.Builder = id
	types := map[string][]string{
		provenance.GoogleBuilder + "@v0.2": {provenance.GoogleBuilder + "@v0.2"},
		provenance.GoogleBuilder + "@v0.3": {"https://cloudbuild.googleapis.com/CloudBuildYaml@", "https://cloudbuild.googleapis.com/CloudBuildSteps@"},
		provenance.GoogleBuilder:           {"https://cloud.google.com/build/gcb-buildtypes/google-worker/v1"},
	}
	name, _, _ := strings.Cut(e.Builder.ID, "@")
	switch {
	case name != "" && name != provenance.GoogleBuilder:
		r.fail("builder", provenance.BuilderUnknown, "%.200q does not sign with Google's keys", e.Builder.ID)
	case types[id] == nil || (s.PredicateType == provenance.TypeV1) != (id == provenance.GoogleBuilder):
		r.fail("builder", provenance.BuilderMismatch, "the builder is %.200q, which is none of Google's workers", id)
	case !slices.ContainsFunc(types[id], func(prefix string) bool { return strings.HasPrefix(s.BuildType, prefix) }):
		r.fail("builder", provenance.BuilderMismatch, "the build type %.200q is none of %s", s.BuildType, id)
	default:
		r.settle("builder", e.Builder.Named(s), "%s", id)
	}
}

// googleArtifact checks that statement, summary and resource are of the image.
func (r *Result) googleArtifact(g *provenance.Google, p *provenance.GoogleProvenance, s *provenance.Summary, a sigstore.Artifact) {
	digest, ok := a.Digests()["sha256"]
	if !ok {
		r.fail("artifact", provenance.Code(sigstore.ArtifactDigest), "images are named by sha256: give that digest")
		return
	}
	if p.Kind != "BUILD" {
		r.fail("form", provenance.Malformed, "the provenance is of the kind %.50q, expected BUILD", p.Kind)
	}
	named := false
	for _, sub := range s.Subjects {
		named = named || sub.Digest["sha256"] == digest
	}
	for _, part := range []struct {
		what string
		ok   bool
	}{
		{"the statement is about", named},
		{"the summary is of", g.Digest == "sha256:"+digest},
		{"the summary's full name is of", strings.HasSuffix(g.FullDigest, "@sha256:"+digest)},
		{"the provenance is listed for", strings.HasSuffix(p.Resource, "@sha256:"+digest)},
	} {
		if !part.ok {
			r.fail("artifact", provenance.Code(sigstore.ArtifactDigest), "%s another image", part.what)
		}
	}
	if !r.failed("artifact") {
		r.pass("artifact", "sha256:%s", digest)
	}
}
