package sigstore_test

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// benchmarks are bundles of the public instance, a log of each kind and a key.
var benchmarks = []string{"happy-path-v0.3", "happy-path-intoto-in-dsse-v3", "rekor2-happy-path", "managed-key-happy-path"}

// benchSubject is one of them and its policy.
func benchSubject(b *testing.B, name string) subject {
	b.Helper()
	dir := corpusDir(b, filepath.Join("bundle-verify/conformance", name))
	s := subject{name: name, bundle: optional(b, filepath.Join(dir, "bundle.sigstore.json")), root: optional(b, filepath.Join(dir, "trusted_root.json")), at: at}
	if s.root == nil {
		s.root = optional(b, corpusDir(b, "roots/prod.json"))
	}
	s.policy = policy{artifact: optional(b, filepath.Join(filepath.Dir(dir), "a.txt")), identity: suiteIdentity, issuer: suiteIssuer, log: true, sct: true}
	if pem := optional(b, filepath.Join(dir, "key.pub")); pem != nil {
		key, err := sigstore.ParsePublicKey(pem)
		must(b, err)
		s.policy.key, s.policy.sct = key, false
	}
	return s
}

// cpu reports the CPU time of one operation, which a busy machine leaves alone.
func cpu(b *testing.B) func() {
	b.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start := used()
	return func() { b.ReportMetric(float64(used()-start)/float64(b.N), "cpu-ns/op") }
}

// BenchmarkOne verifies one bundle from its bytes and those of the trusted root,
// as a process does, by us and by sigstore-go.
func BenchmarkOne(b *testing.B) {
	for _, name := range benchmarks {
		s := benchSubject(b, name)
		b.Run(name+"/dossier", func(b *testing.B) {
			artifact := artifactOf(b, s.policy.artifact)
			defer cpu(b)()
			for b.Loop() {
				roots, err := sigstore.ParseRoots(s.root)
				must(b, err)
				if r := verifier(b, sigstore.Config{Roots: roots}).Verify(s.bundle, artifact, s.policy.signers(), s.at); r.Verdict != sigstore.Verified {
					b.Fatal(r.Code)
				}
			}
		})
		b.Run(name+"/sigstore-go", func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				must(b, libraryVerify(b, s.bundle, s.root, s.policy))
			}
		})
	}
}

// BenchmarkDistinct verifies real bundles of different signers, times and logs
// under one trusted root, each once: an operation reads the root and verifies
// them all. Nothing but the root is shared.
func BenchmarkDistinct(b *testing.B) {
	rootJSON := optional(b, corpusDir(b, "roots/prod.json"))
	roots, err := sigstore.ParseRoots(rootJSON)
	must(b, err)
	v := verifier(b, sigstore.Config{Roots: roots})
	var good [][]byte
	for _, r := range realBundles(b) {
		if v.Verify(r.raw, sigstore.AnyArtifactUnsafe(), sigstore.ByAnyoneUnsafe(), at).Verdict == sigstore.Verified {
			good = append(good, r.raw)
		}
	}
	b.Run("dossier", func(b *testing.B) {
		defer cpu(b)()
		for b.Loop() {
			roots, err := sigstore.ParseRoots(rootJSON)
			must(b, err)
			v := verifier(b, sigstore.Config{Roots: roots})
			for _, raw := range good {
				if r := v.Verify(raw, sigstore.AnyArtifactUnsafe(), sigstore.ByAnyoneUnsafe(), at); r.Verdict != sigstore.Verified {
					b.Fatal(r.Code)
				}
			}
		}
		b.ReportMetric(float64(len(good)), "bundles/op")
	})
	b.Run("sigstore-go", func(b *testing.B) {
		defer cpu(b)()
		for b.Loop() {
			tr, err := root.NewTrustedRootFromJSON(rootJSON)
			must(b, err)
			v, err := libraryVerifier(tr, policy{log: true, sct: true})
			must(b, err)
			for _, raw := range good {
				must(b, libraryVerifyAny(v, raw))
			}
		}
		b.ReportMetric(float64(len(good)), "bundles/op")
	})
}

// BenchmarkMany verifies bundles under a trusted root that was read before, one
// after the other: many of one certificate and one checkpoint.
func BenchmarkMany(b *testing.B) {
	for _, name := range benchmarks {
		s := benchSubject(b, name)
		b.Run(name+"/dossier", func(b *testing.B) {
			roots, err := sigstore.ParseRoots(s.root)
			must(b, err)
			v := verifier(b, sigstore.Config{Roots: roots})
			artifact := artifactOf(b, s.policy.artifact)
			defer cpu(b)()
			for b.Loop() {
				if r := v.Verify(s.bundle, artifact, s.policy.signers(), s.at); r.Verdict != sigstore.Verified {
					b.Fatal(r.Code)
				}
			}
		})
		b.Run(name+"/sigstore-go", func(b *testing.B) {
			tr, err := root.NewTrustedRootFromJSON(s.root)
			must(b, err)
			v, err := libraryVerifier(tr, s.policy)
			must(b, err)
			defer cpu(b)()
			for b.Loop() {
				must(b, libraryVerifyWith(v, s.bundle, s.policy))
			}
		})
	}
}
