package provenance_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/provenance"
)

const googlePAE = "projects/verified-builder/locations/global/keyRings/attestor/cryptoKeys/google-hosted-worker/cryptoKeyVersions/1"

// googleDocument is a document of Google Cloud's around a statement, with what
// it shows in clear text.
func googleDocument(predicateType, predicate, shown, keyID string) string {
	statement := fmt.Sprintf(`{"_type":"https://in-toto.io/Statement/v0.1","predicateType":%q,"subject":[{"name":"image","digest":{"sha256":%q}}],"predicate":%s}`, predicateType, sha256A, predicate)
	text, member := fmt.Sprintf(`{"_type":"https://in-toto.io/Statement/v0.1","predicateType":%q,"subject":[{"name":"image","digest":{"sha256":%q}}],"predicate":%s}`, predicateType, sha256A, shown), "inTotoSlsaProvenanceV1"
	if predicateType == provenance.TypeV01 {
		text, member = strings.Replace(text, `"predicate"`, `"slsaProvenance"`, 1), "intotoStatement"
	}
	return fmt.Sprintf(`{"image_summary":{"digest":"sha256:%[1]s","fully_qualified_digest":"r/i@sha256:%[1]s"},"provenance_summary":{"provenance":[
		{"build":{%[2]q:%[3]s},"kind":"BUILD","resourceUri":"https://r/i@sha256:%[1]s",
		"envelope":{"payload":%[4]q,"payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":%[5]q,"sig":"c2ln"}]}}]}}`,
		sha256A, member, text, base64.URLEncoding.EncodeToString([]byte(statement)), keyID)
}

func TestGoogle(t *testing.T) {
	raw := []byte(googleDocument(provenance.TypeV1, googleV1, googleV1, googlePAE))
	in, err := provenance.ReadAny(raw)
	if err != nil {
		t.Fatal(err)
	}
	if !in.Google || len(in.Entries) != 1 || in.Entries[0].Bundle == nil || in.Entries[0].Statement.PredicateType != provenance.TypeV1 {
		t.Errorf("got %+v", in)
	}
	old, err := provenance.ReadAny([]byte(googleDocument(provenance.TypeV01, googleV01, googleV01, strings.Replace(googlePAE, "google-hosted-worker", "builtByGCB", 1))))
	if err != nil {
		t.Fatal(err)
	}
	if old.Entries[0].Bundle != nil {
		t.Error("a signature over the payload alone was taken for one of DSSE")
	}
	for name, doc := range map[string]string{
		"text of v1":   googleDocument(provenance.TypeV1, googleV1, strings.Replace(googleV1, "refs/heads/main", "refs/heads/x", 1), googlePAE),
		"text of v0.1": googleDocument(provenance.TypeV01, googleV01, strings.Replace(googleV01, "v33.0.4", "v34", 1), googlePAE),
		"no text":      strings.Replace(googleDocument(provenance.TypeV1, googleV1, googleV1, googlePAE), "inTotoSlsaProvenanceV1", "other", 1),
		"nothing":      `{"provenance_summary":{"provenance":[]}}`,
		"no envelope":  `{"provenance_summary":{"provenance":[{"kind":"BUILD"}]}}`,
		"twice":        strings.Replace(string(raw), `"kind":"BUILD"`, `"kind":"BUILD","kind":"BUILD"`, 1),
	} {
		if _, err := provenance.ReadAny([]byte(doc)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestGoogleKey(t *testing.T) {
	const ring = "projects/verified-builder/locations/"
	for id, want := range map[string]string{
		googlePAE: "global-pae-google-hosted-worker_1",
		ring + "us-west2/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1":          "us-west2",
		ring + "us-west2/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/2":          "us-west2-pae-builtByGCB_2",
		ring + "../x/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1":              "",
		ring + "/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1":                  "",
		ring + "global/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1x":           "",
		"projects/mallory/locations/global/keyRings/attestor/cryptoKeys/k/cryptoKeyVersions/1": "",
		"": "",
	} {
		k, err := provenance.ParseGoogleKey(id)
		if (err == nil) != (want != "") || err == nil && k.File() != want {
			t.Errorf("%s: %q, %v, want %q", id, k.File(), err, want)
		}
	}
}

func FuzzParseGoogle(f *testing.F) {
	f.Add([]byte(googleDocument(provenance.TypeV1, googleV1, googleV1, googlePAE)))
	f.Add([]byte(googleDocument(provenance.TypeV01, googleV01, googleV01, googlePAE)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := provenance.ParseGoogle(raw)
		if err != nil {
			return
		}
		for i := range g.Provenance {
			p := &g.Provenance[i]
			if err := p.CheckText(); err != nil {
				continue
			}
			st, err := p.Statement()
			if err != nil {
				t.Fatalf("the text of what cannot be read was accepted: %v", err)
			}
			_, _ = provenance.Parse(st)
		}
	})
}
