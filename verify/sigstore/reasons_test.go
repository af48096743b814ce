package sigstore_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// object is a JSON object on the way to a field.
type object = map[string]any

// edited is a file of testdata/virtual with a change.
func edited(t testing.TB, name string, edit func(bundle object)) []byte {
	t.Helper()
	var b object
	must(t, json.Unmarshal(virtual(t, name), &b))
	if edit != nil {
		edit(b)
	}
	raw, err := json.Marshal(b)
	must(t, err)
	return raw
}

func material(b object) object { return b["verificationMaterial"].(object) }
func entry(b object) object    { return material(b)["tlogEntries"].([]any)[0].(object) }
func proof(b object) object    { return entry(b)["inclusionProof"].(object) }
func token(b object) object {
	return material(b)["timestampVerificationData"].(object)["rfc3161Timestamps"].([]any)[0].(object)
}

// bytesAt changes bytes that stand in base64.
func bytesAt(o object, name string, change func([]byte) []byte) {
	raw, err := base64.StdEncoding.DecodeString(o[name].(string))
	if err != nil {
		panic(err)
	}
	o[name] = base64.StdEncoding.EncodeToString(change(raw))
}

func flipLast(b []byte) []byte { b[len(b)-1] ^= 1; return b }

// reasonCase is a bundle, how it is verified, and the reason that is found.
type reasonCase struct {
	name    string
	file    string // dsse-v1.json if empty
	edit    func(b object)
	raw     []byte // instead of file
	root    string // trusted_root.json if empty, none if "-"
	config  sigstore.Config
	by      *sigstore.Signers
	digest  string // of another artifact
	at      time.Duration
	code    sigstore.Code
	verdict sigstore.Verdict // Rejected if empty
}

func reasonCases(t *testing.T) []reasonCase {
	t.Helper()
	identity := func(i sigstore.Identity) *sigstore.Signers { s := sigstore.ByIdentity(i); return &s }
	key := func(name string) *sigstore.Signers {
		k, err := sigstore.ParsePublicKey(virtual(t, name))
		must(t, err)
		s := sigstore.ByKey(k)
		return &s
	}
	good := sigstore.Identity{Subject: sigstore.Exactly(virtualIdentity), Issuer: sigstore.Exactly(virtualIssuer)}
	with := func(change func(i *sigstore.Identity)) *sigstore.Signers { i := good; change(&i); return identity(i) }
	payload := func(text string) func(object) {
		return func(b object) {
			b["dsseEnvelope"].(object)["payload"] = base64.StdEncoding.EncodeToString([]byte(text))
		}
	}
	const digest = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
	return []reasonCase{
		{name: "no root for a certificate", root: "-", code: sigstore.TrustRoot},
		{name: "not JSON", raw: []byte("{"), code: sigstore.BundleMalformed},
		{name: "a name twice", raw: []byte(strings.Replace(string(virtual(t, "dsse-v1.json")), `"mediaType"`, `"mediaType": "x", "mediaType"`, 1)), code: sigstore.BundleMalformed},
		{name: "trailing data", raw: append(virtual(t, "dsse-v1.json"), "{}"...), code: sigstore.BundleMalformed},
		{name: "deep", raw: []byte(strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000)), code: sigstore.BundleMalformed},
		{name: "unknown member", edit: func(b object) { b["x"] = 1 }, code: sigstore.BundleMalformed},
		{name: "no material", edit: func(b object) { delete(b, "verificationMaterial") }, code: sigstore.BundleMalformed},
		{name: "two signatures", edit: func(b object) {
			e := b["dsseEnvelope"].(object)
			e["signatures"] = append(e["signatures"].([]any), e["signatures"].([]any)[0])
		}, code: sigstore.BundleMalformed},
		{name: "both contents", edit: func(b object) { b["messageSignature"] = object{} }, code: sigstore.BundleMalformed},
		{name: "chain in 0.3", edit: func(b object) {
			material(b)["x509CertificateChain"] = object{"certificates": []any{material(b)["certificate"]}}
			delete(material(b), "certificate")
		}, code: sigstore.BundleMalformed},
		{name: "version 0.4", edit: func(b object) { b["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.4+json" }, code: sigstore.BundleVersion},
		{name: "a timestamp twice", edit: func(b object) {
			d := material(b)["timestampVerificationData"].(object)
			d["rfc3161Timestamps"] = append(d["rfc3161Timestamps"].([]any), d["rfc3161Timestamps"].([]any)[0])
		}, code: sigstore.Duplicate},
		{name: "an entry twice", edit: func(b object) {
			material(b)["tlogEntries"] = append(material(b)["tlogEntries"].([]any), entry(b))
		}, code: sigstore.Duplicate},
		{name: "a certificate twice", file: "message-v01.json", edit: func(b object) {
			chain := material(b)["x509CertificateChain"].(object)
			chain["certificates"] = append(chain["certificates"].([]any), chain["certificates"].([]any)[0])
		}, code: sigstore.Duplicate},
		{name: "payload type", edit: func(b object) { b["dsseEnvelope"].(object)["payloadType"] = "text/plain" }, code: sigstore.PayloadType},
		{name: "payload a list", edit: payload(`[]`), code: sigstore.PayloadMalformed},
		{name: "payload with a name twice", edit: payload(`{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","predicateType":"y","subject":[{"digest":{"sha256":"` + digest + `"}}]}`), code: sigstore.PayloadMalformed},
		{name: "digest in capitals", edit: payload(`{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","subject":[{"digest":{"sha256":"` + strings.ToUpper(digest) + `"}}]}`), code: sigstore.PayloadMalformed},
		{name: "no subject", edit: payload(`{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","subject":[]}`), code: sigstore.SubjectMissing},
		{name: "no known digest", edit: payload(`{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","subject":[{"digest":{"md5":"00"}}]}`), code: sigstore.SubjectMissing},
		{name: "subject contradicts itself", edit: payload(`{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","subject":[{"digest":{"sha256":"` + digest + `","sha512":"` + strings.Repeat("0", 128) + `"}}]}`), code: sigstore.ArtifactDigest},
		{name: "another artifact", digest: "sha256:" + strings.Repeat("0", 64), code: sigstore.ArtifactDigest},
		{name: "another artifact of a message", file: "message-v01.json", digest: "sha256:" + strings.Repeat("0", 64), code: sigstore.ArtifactDigest},
		{name: "a key for a certificate", by: key("key.pub"), code: sigstore.KeyMissing},
		{name: "a certificate for a key", file: "key.json", config: sigstore.Config{LogOptional: true}, code: sigstore.KeyMissing},
		{name: "another key", file: "key.json", by: key("other.pub"), config: sigstore.Config{LogOptional: true}, code: sigstore.KeyMismatch},
		{name: "another key without a hint", file: "key.json", by: key("other.pub"), config: sigstore.Config{LogOptional: true}, edit: func(b object) { material(b)["publicKey"] = object{} }, code: sigstore.BadSignature},
		{name: "another keyid", edit: func(b object) {
			b["dsseEnvelope"].(object)["signatures"].([]any)[0].(object)["keyid"] = "SHA256:x"
		}, code: sigstore.KeyMismatch},
		{name: "signature", edit: func(b object) {
			bytesAt(b["dsseEnvelope"].(object)["signatures"].([]any)[0].(object), "sig", flipLast)
		}, code: sigstore.BadSignature},
		{name: "certificate cut", edit: func(b object) {
			bytesAt(material(b)["certificate"].(object), "rawBytes", func(b []byte) []byte { return b[:len(b)-1] })
		}, code: sigstore.CertMalformed},
		{name: "certificate with trailing data", edit: func(b object) {
			bytesAt(material(b)["certificate"].(object), "rawBytes", func(b []byte) []byte { return append(b, 0) })
		}, code: sigstore.CertMalformed},
		{name: "certificate of another authority", root: "trusted_root-other.json", code: sigstore.CertChain},
		{name: "root in the chain", file: "message-v01.json", edit: func(b object) { sendRoot(t, b, 1) }, code: sigstore.CertChain},
		{name: "certificates in another order", file: "message-v01.json", edit: func(b object) {
			sendRoot(t, b, 0)
			sendRoot(t, b, 0)
		}, code: sigstore.Duplicate},
		{name: "no SCT", root: "trusted_root-ct.json", code: sigstore.SCT},
		{name: "identity", by: with(func(i *sigstore.Identity) { i.Subject = sigstore.Exactly("release@example.org") }), code: sigstore.WrongIdentity},
		{name: "issuer", by: with(func(i *sigstore.Identity) { i.Issuer = sigstore.Exactly("https://accounts.example.org") }), code: sigstore.WrongIdentity},
		{name: "no issuer asked", by: with(func(i *sigstore.Identity) { i.Issuer = sigstore.Match{} }), code: sigstore.WrongIdentity},
		{name: "part of the identity", by: with(func(i *sigstore.Identity) { i.Subject = pattern(t, "release@example") }), code: sigstore.WrongIdentity},
		{name: "repository", by: with(func(i *sigstore.Identity) { i.Repository = sigstore.Exactly("https://github.com/acme/hello") }), code: sigstore.WrongIdentity},
		{name: "no extension", by: with(func(i *sigstore.Identity) { i.Runner = pattern(t, ".+") }), code: sigstore.WrongIdentity},
		{name: "log of another root", edit: func(b object) {
			entry(b)["logId"] = object{"keyId": base64.StdEncoding.EncodeToString(make([]byte, 32))}
		}, code: sigstore.LogUnknown},
		{name: "kind", edit: func(b object) { entry(b)["kindVersion"].(object)["kind"] = "hashedrekord" }, code: sigstore.LogMismatch},
		{name: "version of the kind", edit: func(b object) { entry(b)["kindVersion"].(object)["version"] = "0.0.2" }, code: sigstore.LogMismatch},
		{name: "entry of another bundle", edit: func(b object) {
			var other object
			must(t, json.Unmarshal(virtual(t, "message-v01.json"), &other))
			material(b)["tlogEntries"] = material(other)["tlogEntries"]
		}, code: sigstore.LogMismatch},
		{name: "index of a v2 entry", file: "dsse-v2.json", edit: func(b object) { entry(b)["logIndex"] = "7" }, code: sigstore.LogMismatch},
		{name: "index before that of the proof", edit: func(b object) { entry(b)["logIndex"] = "0"; delete(entry(b), "inclusionPromise") }, code: sigstore.LogMismatch},
		{name: "index under the promise", edit: func(b object) { entry(b)["logIndex"] = "1002" }, code: sigstore.LogSET},
		{name: "promise", edit: func(b object) { bytesAt(entry(b)["inclusionPromise"].(object), "signedEntryTimestamp", flipLast) }, code: sigstore.LogSET},
		{name: "no promise in 0.1", file: "message-v01.json", edit: func(b object) { delete(entry(b), "inclusionPromise") }, code: sigstore.LogSET},
		{name: "a promise of v2", file: "dsse-v2.json", edit: func(b object) { entry(b)["inclusionPromise"] = object{"signedEntryTimestamp": "AAAA"} }, code: sigstore.LogSET},
		{name: "a time of v2", file: "dsse-v2.json", edit: func(b object) { entry(b)["integratedTime"] = "1700000000" }, code: sigstore.LogTime},
		{name: "logged in the future", at: -time.Hour, edit: func(b object) { delete(material(b), "timestampVerificationData") }, code: sigstore.LogTime},
		{name: "checkpoint", edit: func(b object) {
			c := proof(b)["checkpoint"].(object)
			c["envelope"] = strings.Replace(c["envelope"].(string), " - 123\n", " - 124\n", 1)
		}, code: sigstore.LogCheckpoint},
		{name: "no checkpoint", edit: func(b object) { delete(proof(b), "checkpoint") }, code: sigstore.LogCheckpoint},
		{name: "tree size", edit: func(b object) { proof(b)["treeSize"] = "3" }, code: sigstore.LogCheckpoint},
		{name: "root hash", edit: func(b object) { bytesAt(proof(b), "rootHash", flipLast) }, code: sigstore.LogCheckpoint},
		{name: "a second signature of a v1 log", edit: func(b object) {
			c := proof(b)["checkpoint"].(object)
			c["envelope"] = c["envelope"].(string) + "— other AAAAAAAA\n"
		}, code: sigstore.LogCheckpoint},
		{name: "no proof in 0.3", edit: func(b object) { delete(entry(b), "inclusionProof") }, code: sigstore.LogInclusion},
		{name: "no proof of v2", file: "dsse-v2.json", edit: func(b object) { delete(entry(b), "inclusionProof") }, code: sigstore.LogInclusion},
		{name: "hashes of the proof", edit: func(b object) { proof(b)["hashes"] = []any{} }, code: sigstore.LogInclusion},
		{name: "index of the proof", edit: func(b object) { proof(b)["logIndex"] = "0" }, code: sigstore.LogInclusion},
		{name: "no witness", config: sigstore.Config{Witnesses: []sigstore.Witness{witness(t)}, Cosignatures: 1}, code: sigstore.LogWitness},
		{name: "timestamp with trailing data", edit: func(b object) {
			bytesAt(token(b), "signedTimestamp", func(b []byte) []byte { return append(b, 0) })
		}, code: sigstore.TSAMalformed},
		{name: "timestamp not granted", edit: func(b object) {
			bytesAt(token(b), "signedTimestamp", func(b []byte) []byte { b[8] = 2; return b })
		}, code: sigstore.TSAMalformed},
		{name: "timestamp of another bundle", edit: func(b object) {
			var other object
			must(t, json.Unmarshal(virtual(t, "key.json"), &other))
			token(b)["signedTimestamp"] = token(other)["signedTimestamp"]
		}, code: sigstore.TSAMismatch},
		{name: "timestamp of an authority not named", file: "key.json", by: key("key.pub"), root: "trusted_root-other.json", config: sigstore.Config{LogOptional: true},
			edit: func(b object) { renameSigner(b) }, code: sigstore.TSAUntrusted},
		{name: "timestamp of an authority with another key", file: "key.json", by: key("key.pub"), root: "trusted_root-other.json", config: sigstore.Config{LogOptional: true}, code: sigstore.TSASignature},
		{name: "timestamp's signature", edit: func(b object) { bytesAt(token(b), "signedTimestamp", flipLast) }, code: sigstore.TSASignature},
		{name: "stamped in the future", file: "timestamp-only.json", config: sigstore.Config{LogOptional: true}, at: -time.Hour, code: sigstore.TSATime},
		{name: "no log", file: "timestamp-only.json", code: sigstore.UnprovenOffline, verdict: sigstore.Unproven},
		{name: "no time", file: "no-proof.json", config: sigstore.Config{LogOptional: true, TimeOptional: true}, code: sigstore.NoTime, verdict: sigstore.Unproven},
		{name: "neither log nor time", file: "no-proof.json", code: sigstore.UnprovenOffline, verdict: sigstore.Unproven},
		{name: "no time for a key", file: "key-no-proof.json", by: key("key.pub"), root: "-", code: sigstore.NoTime, verdict: sigstore.Unproven},
		{name: "no time asked for a key", file: "key-no-proof.json", by: key("key.pub"), root: "-", config: sigstore.Config{TimeOptional: true}, verdict: sigstore.Verified},
		{name: "a root without logs", file: "timestamp-only.json", root: "trusted_root-nolog.json", verdict: sigstore.Verified},
		{name: "the chain", file: "message-v01.json", edit: func(b object) { sendRoot(t, b, 0) }, verdict: sigstore.Verified},
		{name: "the chain with its root, let pass", file: "message-v01.json", edit: func(b object) { sendRoot(t, b, 0); sendRoot(t, b, 1) }, config: sigstore.Config{RootSent: true}, verdict: sigstore.Verified},
		{name: "a pattern", by: with(func(i *sigstore.Identity) { i.Subject = pattern(t, `.*@example\.com`) }), verdict: sigstore.Verified},
	}
}

func pattern(t testing.TB, expr string) sigstore.Match {
	t.Helper()
	m, err := sigstore.Pattern(expr)
	must(t, err)
	return m
}

// sendRoot adds a certificate of the trusted root's authority to the chain.
func sendRoot(t testing.TB, b object, number int) {
	t.Helper()
	var root struct {
		CertificateAuthorities []struct {
			CertChain struct{ Certificates []any }
		}
	}
	must(t, json.Unmarshal(virtual(t, "trusted_root.json"), &root))
	chain := material(b)["x509CertificateChain"].(object)
	chain["certificates"] = append(chain["certificates"].([]any), root.CertificateAuthorities[0].CertChain.Certificates[number])
}

// renameSigner has a timestamp say that it is by a certificate of another
// number.
func renameSigner(b object) {
	bytesAt(token(b), "signedTimestamp", func(raw []byte) []byte {
		at := strings.Index(string(raw), "sigstore-tsa-intermediate") + len("sigstore-tsa-intermediate")
		raw[at+2] = 9 // INTEGER 1 follows
		return raw
	})
}

// TestReasons has a bundle for every reason.
func TestReasons(t *testing.T) {
	seen := map[sigstore.Code]bool{
		sigstore.CertTime:        true, // TestCertificateTime
		sigstore.CertUsage:       true, // and those that follow, TestCompany
		sigstore.CertConstraints: true, sigstore.CertRevoked: true, sigstore.CRLInvalid: true, sigstore.CRLStale: true,
	}
	for _, c := range reasonCases(t) {
		seen[c.code] = true
		t.Run(c.name, func(t *testing.T) {
			raw := c.raw
			if raw == nil {
				raw = edited(t, or(c.file, "dsse-v1.json"), c.edit)
			}
			config := c.config
			if c.root != "-" {
				config.Roots = virtualRoots(t, or(c.root, "trusted_root.json"))
			}
			artifact := artifactOf(t, []byte(virtualArtifact))
			if c.digest != "" {
				var err error
				artifact, err = sigstore.ParseDigest(c.digest)
				must(t, err)
			}
			by := virtualPolicy(t, "").signers()
			if c.by != nil {
				by = *c.by
			}
			r := verifier(t, config).Verify(raw, artifact, by, virtualAt(t).Add(c.at))
			want := or(c.verdict, sigstore.Rejected)
			if r.Verdict != want || !hasCode(r, c.code) {
				showChecks(t, r)
				t.Errorf("%s %s, want %s %s", r.Verdict, r.Code, want, c.code)
			}
		})
	}
	for _, r := range sigstore.Reasons() {
		if !seen[r.Code] {
			t.Errorf("no bundle is refused for %s", r.Code)
		}
	}
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// hasCode reports whether a check did not pass for a reason.
func hasCode(r *sigstore.Result, code sigstore.Code) bool {
	for _, c := range r.Checks {
		if c.Code == code && (c.Outcome == sigstore.Fail || c.Outcome == sigstore.Unknown) {
			return true
		}
	}
	return code == "" && r.Code == ""
}

// TestTimestampBits changes each bit of a timestamp: none of them may be.
func TestTimestampBits(t *testing.T) {
	roots := virtualRoots(t, "trusted_root.json")
	v := verifier(t, sigstore.Config{Roots: roots, LogOptional: true})
	artifact, p := artifactOf(t, []byte(virtualArtifact)), virtualPolicy(t, "key.json")
	raw, err := base64.StdEncoding.DecodeString(func() (text string) {
		edited(t, "key.json", func(b object) { text = token(b)["signedTimestamp"].(string) })
		return text
	}())
	must(t, err)
	for i := range 8 * len(raw) {
		b := edited(t, "key.json", func(b object) {
			bytesAt(token(b), "signedTimestamp", func(b []byte) []byte { b[i/8] ^= 1 << (i % 8); return b })
		})
		if r := v.Verify(b, artifact, p.signers(), virtualAt(t)); r.Verdict == sigstore.Verified {
			t.Errorf("accepted with bit %d of byte %d of %d changed", i%8, i/8, len(raw))
		}
	}
}

// TestCertificateTime shortens the time for which the trusted root trusts the
// authority.
func TestCertificateTime(t *testing.T) {
	var root object
	must(t, json.Unmarshal(virtual(t, "trusted_root.json"), &root))
	ca := root["certificateAuthorities"].([]any)[0].(object)
	ca["validFor"].(object)["end"] = virtualAt(t).Add(-time.Hour).Format(time.RFC3339)
	raw, err := json.Marshal(root)
	must(t, err)
	roots, err := sigstore.ParseRoots(raw)
	must(t, err)
	r := verifier(t, sigstore.Config{Roots: roots}).Verify(virtual(t, "dsse-v1.json"), artifactOf(t, []byte(virtualArtifact)), virtualPolicy(t, "").signers(), virtualAt(t))
	if r.Code != sigstore.CertTime {
		showChecks(t, r)
		t.Errorf("%s %s", r.Verdict, r.Code)
	}
}

// TestLogInForce lets the logs of the trusted root end before the signature was
// made: a Rekor v2 log gives no time that would show it.
func TestLogInForce(t *testing.T) {
	var root object
	must(t, json.Unmarshal(virtual(t, "trusted_root.json"), &root))
	for _, l := range root["tlogs"].([]any) {
		l.(object)["publicKey"].(object)["validFor"].(object)["end"] = virtualAt(t).Add(-time.Hour).Format(time.RFC3339)
	}
	raw, err := json.Marshal(root)
	must(t, err)
	roots, err := sigstore.ParseRoots(raw)
	must(t, err)
	r := verifier(t, sigstore.Config{Roots: roots}).Verify(virtual(t, "dsse-v2.json"), artifactOf(t, []byte(virtualArtifact)), virtualPolicy(t, "").signers(), virtualAt(t))
	if r.Code != sigstore.LogTime {
		showChecks(t, r)
		t.Errorf("%s %s", r.Verdict, r.Code)
	}
}

// TestRoots reads trusted roots, good and bad.
func TestRoots(t *testing.T) {
	one := virtual(t, "trusted_root.json")
	edit := func(change func(object)) []byte {
		var root object
		must(t, json.Unmarshal(one, &root))
		change(root)
		raw, err := json.Marshal(root)
		must(t, err)
		return raw
	}
	line := edit(func(object) {})
	first := func(root object, group string) object { return root[group].([]any)[0].(object) }
	for _, tt := range []struct {
		name string
		data []byte
		want int // roots, or an error
		text string
	}{
		{"JSON", one, 1, ""},
		{"JSONL", fmt.Appendf(nil, "%s\n\n%s\n", line, line), 2, ""},
		{"empty", nil, 0, "empty"},
		{"not JSON", []byte("{"), 0, "EOF"},
		{"name twice", []byte(strings.Replace(string(line), `"mediaType"`, `"mediaType":"x","mediaType"`, 1)), 0, "duplicate"},
		{"unknown member", edit(func(r object) { r["x"] = 1 }), 0, "unknown field"},
		{"media type", edit(func(r object) { r["mediaType"] = "x" }), 0, "media type"},
		{"log twice", edit(func(r object) { r["tlogs"] = append(r["tlogs"].([]any), r["tlogs"].([]any)[0]) }), 0, "twice"},
		{"log without start", edit(func(r object) { delete(first(r, "tlogs")["publicKey"].(object)["validFor"].(object), "start") }), 0, "start: missing"},
		{"authority without start", edit(func(r object) { delete(first(r, "certificateAuthorities")["validFor"].(object), "start") }), 0, "start: missing"},
		{"timestamp authority without validity", edit(func(r object) { delete(first(r, "timestampAuthorities"), "validFor") }), 0, "start: missing"},
		{"ends before it starts", edit(func(r object) {
			first(r, "certificateAuthorities")["validFor"].(object)["end"] = "2000-01-01T00:00:00Z"
		}), 0, "ends before"},
		{"no certificate", edit(func(r object) { first(r, "certificateAuthorities")["certChain"] = object{} }), 0, "chain"},
		{"second line bad", fmt.Appendf(nil, "%s\n{}\n", line), 0, "line 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := sigstore.ParseRoots(tt.data)
			switch {
			case tt.want > 0 && (err != nil || r.Len() != tt.want):
				t.Errorf("%v, %v", r, err)
			case tt.want == 0 && (err == nil || !strings.Contains(err.Error(), tt.text)):
				t.Errorf("error %v, want %q in it", err, tt.text)
			}
		})
	}
}

// TestAlternativeRoots finds the root of the signer among several, and takes no
// proof of another one.
func TestAlternativeRoots(t *testing.T) {
	artifact, by := artifactOf(t, []byte(virtualArtifact)), virtualPolicy(t, "").signers()
	other, own := virtualRoots(t, "trusted_root-other.json"), virtualRoots(t, "trusted_root.json")
	r := verifier(t, sigstore.Config{Roots: sigstore.Merge(other, own)}).Verify(virtual(t, "dsse-v1.json"), artifact, by, virtualAt(t))
	if r.Verdict != sigstore.Verified || r.Root != 1 {
		showChecks(t, r)
		t.Errorf("%s under root %d", r.Verdict, r.Root)
	}
	// The certificate by one root, the log of another.
	var a, b object
	must(t, json.Unmarshal(virtual(t, "trusted_root.json"), &a))
	must(t, json.Unmarshal(virtual(t, "trusted_root-other.json"), &b))
	a["tlogs"], b["tlogs"] = b["tlogs"], a["tlogs"]
	x, err := json.Marshal(a)
	must(t, err)
	y, err := json.Marshal(b)
	must(t, err)
	mixed, err := sigstore.ParseRoots(fmt.Appendf(nil, "%s\n%s\n", x, y))
	must(t, err)
	r = verifier(t, sigstore.Config{Roots: mixed}).Verify(virtual(t, "dsse-v1.json"), artifact, by, virtualAt(t))
	if r.Code != sigstore.LogUnknown {
		showChecks(t, r)
		t.Errorf("%s %s, want %s", r.Verdict, r.Code, sigstore.LogUnknown)
	}
}
