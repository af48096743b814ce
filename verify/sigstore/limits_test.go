package sigstore_test

import (
	"encoding/base64"
	"runtime"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// TestLimits has bundles that are small to write and large to read: they are
// refused before they cost much more memory than they have bytes.
func TestLimits(t *testing.T) {
	v := verifier(t, sigstore.Config{Roots: virtualRoots(t, "trusted_root.json")})
	many := func(n int, element string) string { return "[" + strings.Repeat(element+",", n-1) + element + "]" }
	inMaterial := func(member string) string {
		return `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{` + member + `}}`
	}
	statement := func(subjects string) string {
		payload := `{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","predicate":{},"subject":` + subjects + `}`
		return string(edited(t, "dsse-v1.json", func(b object) {
			b["dsseEnvelope"].(object)["payload"] = base64.StdEncoding.EncodeToString([]byte(payload))
		}))
	}
	const n = 1 << 20
	digests := strings.Builder{}
	for i := range 10000 {
		digests.WriteString(strings.Repeat(",", min(i, 1)) + `"` + strings.Repeat("x", i%100) + string(rune('a'+i%26)) + string(rune(0x100+i)) + `":"00"`)
	}
	for _, tt := range []struct {
		name, raw string
		code      sigstore.Code
	}{
		{"entries", inMaterial(`"tlogEntries":` + many(n, "{}")), sigstore.BundleMalformed},
		{"certificates", inMaterial(`"x509CertificateChain":{"certificates":` + many(n, "{}") + "}"), sigstore.BundleMalformed},
		{"timestamps", inMaterial(`"timestampVerificationData":{"rfc3161Timestamps":` + many(n, "{}") + "}"), sigstore.BundleMalformed},
		{"hashes", inMaterial(`"tlogEntries":[{"inclusionProof":{"hashes":` + many(n, `""`) + "}}]"), sigstore.BundleMalformed},
		{"depth", inMaterial(`"tlogEntries":` + strings.Repeat("[", n)), sigstore.BundleMalformed},
		{"larger than a bundle", strings.Repeat(" ", sigstore.MaxBundle+1), sigstore.BundleMalformed},
		{"subjects", statement(many(n, "{}")), sigstore.PayloadMalformed},
		{"digests", statement(`[{"digest":{` + digests.String() + `}}]`), sigstore.PayloadMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, artifact, by := []byte(tt.raw), artifactOf(t, []byte(virtualArtifact)), virtualPolicy(t, "").signers()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := v.Verify(raw, artifact, by, virtualAt(t))
			runtime.ReadMemStats(&after)
			if !hasCode(r, tt.code) {
				showChecks(t, r)
				t.Errorf("%s %s, want %s", r.Verdict, r.Code, tt.code)
			}
			if used := after.TotalAlloc - before.TotalAlloc; !raced && used > uint64(4*len(raw)+4<<20) {
				t.Errorf("%d bytes of memory for a bundle of %d", used, len(raw))
			}
		})
	}
}
