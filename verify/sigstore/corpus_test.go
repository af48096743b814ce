package sigstore_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// at is the moment of judgement of all corpus cases: later than the newest.
var at = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// Who signed the cases that do not say so: the workflow of the suite.
const (
	suiteIdentity = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
	suiteIssuer   = "https://token.actions.githubusercontent.com"
)

func haveCorpus() bool { return os.Getenv("DOSSIER_CORPUS") != "" }

// corpusDir is a directory of the labelled corpus; the test is skipped loudly
// without one.
func corpusDir(t testing.TB, path string) string {
	t.Helper()
	dir := os.Getenv("DOSSIER_CORPUS")
	if dir == "" {
		t.Skip("SKIPPED, NOT PASSED: set DOSSIER_CORPUS to the labelled corpus")
	}
	return filepath.Join(dir, path)
}

// conformance is one case of the Sigstore client conformance suite.
type conformance struct {
	name     string
	bundle   []byte
	roots    *sigstore.Roots
	by       sigstore.Signers
	artifact []byte
	accept   bool
}

func conformanceCases(t testing.TB) []conformance {
	t.Helper()
	base := corpusDir(t, "bundle-verify/conformance")
	entries, err := os.ReadDir(base)
	if err != nil {
		t.Fatal(err)
	}
	var cases []conformance
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		dir := filepath.Join(base, e.Name())
		c := conformance{name: e.Name(), accept: !strings.HasSuffix(e.Name(), "_fail")}
		c.bundle = optional(t, filepath.Join(dir, "bundle.sigstore.json"))
		c.artifact = optional(t, filepath.Join(dir, "artifact"))
		if c.artifact == nil {
			c.artifact = optional(t, filepath.Join(base, "a.txt"))
		}
		rootJSON := optional(t, filepath.Join(dir, "trusted_root.json"))
		if rootJSON == nil {
			rootJSON = optional(t, corpusDir(t, "roots/prod.json"))
		}
		if c.roots, err = sigstore.ParseRoots(rootJSON); err != nil {
			t.Fatal(err)
		}
		identity := strings.TrimSpace(string(optional(t, filepath.Join(dir, "identity"))))
		issuer := strings.TrimSpace(string(optional(t, filepath.Join(dir, "issuer"))))
		c.by = sigstore.ByIdentity(sigstore.Identity{
			Subject: sigstore.Exactly(cmp.Or(identity, suiteIdentity)), Issuer: sigstore.Exactly(cmp.Or(issuer, suiteIssuer)),
		})
		if pem := optional(t, filepath.Join(dir, "key.pub")); pem != nil {
			c.by = sigstore.Signers{} // one key is not on its curve
			if key, err := sigstore.ParsePublicKey(pem); err == nil {
				c.by = sigstore.ByKey(key)
			}
		}
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	return cases
}

func optional(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return data
}

// codes are the reasons for which the cases of the shared corpus are refused;
// invalid-inclusion-proof has no checkpoint, and the key of
// managed-key-wrong-key is not on its curve. A case that is not here may have
// any reason.
var codes = map[string]sigstore.Code{
	"bundle-empty-certificate-chain_fail":                    sigstore.BundleMalformed,
	"bundle-from-wrong-instance_fail":                        sigstore.CertChain,
	"bundle-invalid-base64-signature_fail":                   sigstore.BundleMalformed,
	"bundle-malformed-json_fail":                             sigstore.BundleMalformed,
	"bundle-negative-log-index_fail":                         sigstore.BundleMalformed,
	"bundle-unknown-version_fail":                            sigstore.BundleVersion,
	"checkpoint-bad-keyhint_fail":                            sigstore.LogCheckpoint,
	"dsse-invalid-sig_fail":                                  sigstore.BadSignature,
	"dsse-mismatch-envelope_fail":                            sigstore.LogMismatch,
	"incorrect-public-key_fail":                              sigstore.LogMismatch,
	"integrated-time-in-future_fail":                         sigstore.LogTime,
	"intoto-expired-certificate_fail":                        sigstore.CertTime,
	"intoto-missing-inclusion-proof_fail":                    sigstore.LogInclusion,
	"intoto-set-outside-signing-cert-validity_fail":          sigstore.LogTime,
	"invalid-checkpoint-signature_fail":                      sigstore.LogCheckpoint,
	"invalid-inclusion-proof_fail":                           sigstore.LogCheckpoint,
	"managed-key-no-key_fail":                                sigstore.KeyMissing,
	"managed-key-wrong-key_fail":                             sigstore.KeyMissing,
	"rekor2-checkpoint-missing-log-signature_fail":           sigstore.LogCheckpoint,
	"rekor2-checkpoint-missing-root-hash_fail":               sigstore.LogCheckpoint,
	"rekor2-checkpoint-no-matching-signature_fail":           sigstore.LogCheckpoint,
	"rekor2-dsse-mismatch-envelope_fail":                     sigstore.LogMismatch,
	"rekor2-no-inclusion-proof_fail":                         sigstore.LogInclusion,
	"rekor2-no-timestamp_fail":                               sigstore.NoTime,
	"rekor2-timestamp-outside-tsa-cert-validity_fail":        sigstore.TSATime,
	"rekor2-timestamp-payload-mismatch_fail":                 sigstore.TSAMismatch,
	"rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": sigstore.TSAUntrusted,
	"signature-mismatch_fail":                                sigstore.BadSignature,
	"wrong-hashedrekord-artifact_fail":                       sigstore.LogMismatch,
	"wrong-hashedrekord-cert-and-sig_fail":                   sigstore.LogMismatch,
	"wrong-material_fail":                                    sigstore.ArtifactDigest,
}

func TestConformance(t *testing.T) {
	for _, c := range conformanceCases(t) {
		t.Run(c.name, func(t *testing.T) {
			v, err := sigstore.New(sigstore.Config{Roots: c.roots})
			if err != nil {
				t.Fatal(err)
			}
			digest := sha256.Sum256(c.artifact)
			file, err := sigstore.ReadArtifact(bytes.NewReader(c.artifact))
			if err != nil {
				t.Fatal(err)
			}
			byDigest, err := sigstore.ParseDigest("sha256:" + hex.EncodeToString(digest[:]))
			if err != nil {
				t.Fatal(err)
			}
			for how, a := range map[string]sigstore.Artifact{"file": file, "digest": byDigest} {
				r := v.Verify(c.bundle, a, c.by, at)
				if (r.Verdict == sigstore.Verified) != c.accept {
					t.Errorf("by %s: %s %s, want accepted %v", how, r.Verdict, r.Code, c.accept)
				}
				if want, ok := codes[c.name]; ok && r.Code != want {
					t.Errorf("by %s: code %q, want %q", how, r.Code, want)
				}
				if t.Failed() {
					for _, k := range r.Checks {
						t.Logf("%-22s %-5s %-16s %s", k.ID, k.Outcome, k.Code, k.Found)
					}
					break
				}
			}
		})
	}
}
