package slsa

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// publishType begins the predicate types of the attestation with which npm's
// registry says that it has published a package.
const publishType = "https://github.com/npm/attestation/tree/main/specs/publish/"

// NPMKeys are the keys with which npm's registry signs attestations.
type NPMKeys []NPMKey

// NPMKey is one of them. Its validity is compared with the time of signing.
type NPMKey struct {
	ID         string
	Key        crypto.PublicKey
	Start, End time.Time // zero is open
}

const maxNPMKeys = 100

// ParseNPMKeys reads npm's keys, keys.json of its part of Sigstore's trust
// repository (registry.npmjs.org/keys.json): those for attestations.
func ParseNPMKeys(data []byte) (NPMKeys, error) {
	var j struct {
		Keys []struct {
			ID    string `json:"keyId"`
			Usage string `json:"keyUsage"`
			Key   struct {
				Raw      strictjson.Base64 `json:"rawBytes"`
				ValidFor struct {
					Start time.Time `json:"start"`
					End   time.Time `json:"end"`
				} `json:"validFor"`
			} `json:"publicKey"`
		} `json:"keys"`
	}
	if err := strictjson.Unmarshal(data, &j); err != nil {
		return nil, err
	}
	if len(j.Keys) > maxNPMKeys {
		return nil, fmt.Errorf("%d keys, at most %d are read", len(j.Keys), maxNPMKeys)
	}
	var keys NPMKeys
	for i, k := range j.Keys {
		if k.Usage != "npm:attestations" {
			continue
		}
		key, err := x509.ParsePKIXPublicKey(k.Key.Raw)
		if err != nil {
			return nil, fmt.Errorf("at /keys/%d/publicKey/rawBytes: %w", i, err)
		}
		keys = append(keys, NPMKey{k.ID, key, k.Key.ValidFor.Start, k.Key.ValidFor.End})
	}
	if len(keys) == 0 {
		return nil, errors.New("at /keys: none is for attestations (keyUsage npm:attestations)")
	}
	return keys, nil
}

// npmName is the name and the version of an npm package.
type npmName struct{ name, version string }

// parseNPM reads "pkg:npm/%40scope/name@1.0.5" (package URL).
func parseNPM(purl string) (npmName, bool) {
	rest, ok := strings.CutPrefix(purl, "pkg:npm/")
	if !ok {
		return npmName{}, false
	}
	rest, err := url.PathUnescape(rest)
	if err != nil {
		return npmName{}, false
	}
	i := strings.LastIndex(rest, "@")
	if i <= 0 {
		return npmName{rest, ""}, true
	}
	return npmName{rest[:i], rest[i+1:]}, true
}

// isNPM reports whether provenance is of an npm package.
func isNPM(r *Result) bool {
	if r.Build == nil || len(r.Build.Subjects) == 0 {
		return false
	}
	_, ok := parseNPM(r.Build.Subjects[0].Name)
	return ok
}

// npmPackage asks that the registry has published what was built, and that both
// are the package that is expected.
func (v *Verifier) npmPackage(r *Result, entries []provenance.Entry, a sigstore.Artifact, e Expect, at time.Time) {
	if r.Build == nil {
		return // which has failed
	}
	if len(r.Build.Subjects) != 1 || !isNPM(r) {
		r.fail("package", provenance.PackageName, "the provenance is not of one npm package")
		return
	}
	built, _ := parseNPM(r.Build.Subjects[0].Name)
	r.named("package", built, e)
	published := false
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Statement.PredicateType, publishType) {
			continue
		}
		if published {
			r.fail("publish", provenance.Malformed, "the registry's attestation stands there twice")
			return
		}
		published = true
		v.published(r, entry, built, a, e, at)
	}
	if !published {
		r.fail("publish", provenance.PublishMissing, "the registry's attestation that the package was published is missing")
	}
}

func (r *Result) named(id string, n npmName, e Expect) {
	if e.Package != "" && n.name != e.Package {
		r.fail(id, provenance.PackageName, "the package is %.200q, expected %.200q", n.name, e.Package)
	}
	if e.Version != "" && n.version != e.Version {
		r.fail(id, provenance.PackageVersion, "the version is %.200q, expected %.200q", n.version, e.Version)
	}
	if !r.failed(id) {
		r.pass(id, "%s@%s", n.name, n.version)
	}
}

// published verifies the registry's attestation.
func (v *Verifier) published(r *Result, entry provenance.Entry, built npmName, a sigstore.Artifact, e Expect, at time.Time) {
	if entry.Kind != provenance.SigstoreBundle {
		r.fail("publish", provenance.Unsigned, "the registry's attestation is not signed")
		return
	}
	hint := entry.Bundle.Hint
	for _, k := range v.config.NPM {
		if k.ID != hint {
			continue
		}
		s := v.sig.Verify(entry.Raw, a, sigstore.ByKey(k.Key), at)
		for _, c := range s.Checks {
			if c.Outcome == sigstore.Fail || c.Outcome == sigstore.Unknown {
				r.Checks = append(r.Checks, Check{"publish/" + c.ID, c.Outcome, string(c.Code), c.Found})
			}
		}
		if s.Verdict != sigstore.Verified {
			return
		}
		if len(s.Times) == 0 {
			r.add("publish", sigstore.Unknown, provenance.Code(sigstore.NoTime), "nothing proves when the registry signed")
			return
		}
		if t := s.Times[0].At; !k.Start.IsZero() && t.Before(k.Start) || !k.End.IsZero() && t.After(k.End) {
			r.fail("publish", provenance.Code(sigstore.LogTime), "the registry's key was not valid at %s", t.Format(time.RFC3339))
			return
		}
		r.publishes(entry, built, e)
		return
	}
	r.fail("publish", provenance.PublishKey, "the key %.100q of the registry is not among those given", hint)
}

// publishes compares the package that the registry names with the one built.
func (r *Result) publishes(entry provenance.Entry, built npmName, e Expect) {
	var p struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	if err := strictjson.Unmarshal(entry.Statement.Predicate, &p); err != nil {
		r.fail("publish", provenance.Malformed, "in the registry's attestation: %v", err)
		return
	}
	n := npmName{p.Name, p.Version}
	if len(entry.Statement.Subject) != 1 {
		r.fail("publish", provenance.Malformed, "the registry's attestation has %d subjects", len(entry.Statement.Subject))
		return
	}
	if subject, ok := parseNPM(entry.Statement.Subject[0].Name); !ok || subject != n || n != built {
		r.fail("publish", provenance.Contradictory, "the registry published %.200q@%.100q, the build is of %.200q@%.100q", n.name, n.version, built.name, built.version)
	}
	r.named("publish", n, e)
}
