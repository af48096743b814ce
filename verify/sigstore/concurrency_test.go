package sigstore_test

import (
	"crypto"
	"crypto/x509"
	"sync"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// TestManyAtOnce uses one verifier from several goroutines, on bundles that
// share authorities, leaves and checkpoints, and has the verdicts of one at a
// time. The race detector makes it a test of what is shared.
func TestManyAtOnce(t *testing.T) {
	key, err := sigstore.ParsePublicKey(virtual(t, "key.pub"))
	must(t, err)
	by := sigstore.ByIdentity(sigstore.Identity{Subject: sigstore.Exactly(virtualIdentity), Issuer: sigstore.Exactly(virtualIssuer)})
	artifact, now := artifactOf(t, []byte(virtualArtifact)), virtualAt(t)
	type job struct {
		raw []byte
		by  sigstore.Signers
	}
	var jobs []job
	for _, name := range []string{"dsse-v1.json", "dsse-v2.json", "message-v01.json", "timestamp-only.json", "no-proof.json"} {
		jobs = append(jobs, job{virtual(t, name), by})
	}
	jobs = append(jobs, job{virtual(t, "key.json"), sigstore.ByKey([]crypto.PublicKey{key}...)},
		job{edited(t, "dsse-v1.json", func(b object) { bytesAt(token(b), "signedTimestamp", flipLast) }), by})
	config := func() sigstore.Config {
		return sigstore.Config{Roots: sigstore.Merge(virtualRoots(t, "trusted_root-other.json"), virtualRoots(t, "trusted_root.json"), virtualRoots(t, "trusted_root-ct.json"))}
	}
	var want []sigstore.Code
	for _, j := range jobs {
		want = append(want, verifier(t, config()).Verify(j.raw, artifact, j.by, now).Code)
	}
	shared := verifier(t, config())
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() {
			for i := range jobs {
				k := (n + i) % len(jobs)
				if r := shared.Verify(jobs[k].raw, artifact, jobs[k].by, now); r.Code != want[k] {
					t.Errorf("bundle %d: %s %q, want %q", k, r.Verdict, r.Code, want[k])
				}
			}
		})
	}
	wg.Wait()
}

// TestIssuersAtOnce has an authority with several intermediates, each of which
// has issued a certificate, verified for the first time at once.
func TestIssuersAtOnce(t *testing.T) {
	i := newInstance(t)
	var between []*x509.Certificate // from the leaf on, as a trusted root has them
	above := i.root
	for _, name := range []string{"upper", "middle", "lower"} {
		above = i.issue(t, above, i.key.Public(), func(c *x509.Certificate) { asAuthority(c, name) })
		between = append([]*x509.Certificate{above}, between...)
	}
	var raw [][]byte
	for _, c := range between {
		raw = append(raw, i.signUnder(t, c, nil))
	}
	authority := &root.FulcioCertificateAuthority{Root: i.root, Intermediates: between, ValidityPeriodStart: i.from, ValidityPeriodEnd: i.from.Add(24 * time.Hour)}
	roots, err := sigstore.ParseRoots(i.trusted(t, authority))
	must(t, err)
	v := verifier(t, sigstore.Config{Roots: roots})
	artifact := artifactOf(t, []byte(virtualArtifact))
	now := i.from.Add(2 * time.Hour)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, b := range raw {
		wg.Go(func() {
			<-start
			if r := v.Verify(b, artifact, sigstore.ByAnyoneUnsafe(), now); r.Verdict != sigstore.Verified {
				t.Errorf("%s %q %v", r.Verdict, r.Code, r.Checks)
			}
		})
	}
	close(start)
	wg.Wait()
}
