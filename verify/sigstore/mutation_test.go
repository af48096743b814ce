package sigstore_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// subject is a good bundle, and how it is verified.
type subject struct {
	name   string
	bundle []byte
	root   []byte
	policy policy
	at     time.Time
}

// subjects are the good bundles at hand: our own and, if there is one, those of
// the corpus.
func subjects(t *testing.T) []subject {
	t.Helper()
	var list []subject
	for _, name := range []string{"dsse-v1.json", "dsse-v2.json", "message-v01.json", "timestamp-only.json", "key.json"} {
		list = append(list, subject{name, virtual(t, name), virtual(t, "trusted_root.json"), virtualPolicy(t, name), virtualAt(t)})
	}
	if !haveCorpus() {
		t.Log("DOSSIER_CORPUS is not set: only the bundles of testdata/virtual are mutated")
		return list
	}
	for _, c := range conformanceCases(t) {
		if !c.accept {
			continue
		}
		dir := corpusDir(t, filepath.Join("bundle-verify/conformance", c.name))
		rootJSON := optional(t, filepath.Join(dir, "trusted_root.json"))
		p := policy{artifact: c.artifact, identity: suiteIdentity, issuer: suiteIssuer, log: true}
		if rootJSON == nil {
			rootJSON = optional(t, corpusDir(t, "roots/prod.json"))
		}
		p.sct = bytes.Contains(rootJSON, []byte(`"ctlogs"`)) && !strings.HasPrefix(c.name, "managed-key")
		if pem := optional(t, filepath.Join(dir, "key.pub")); pem != nil {
			key, err := sigstore.ParsePublicKey(pem)
			must(t, err)
			p.key = key
		}
		list = append(list, subject{c.name, c.bundle, rootJSON, p, at})
	}
	return list
}

// mutant is a bundle with one thing changed.
type mutant struct {
	path string // JSON pointer, array indices as *
	how  string
	raw  []byte
}

// unused are the changes that a bundle survives, and why: what changes nobody
// has signed and no verifier reads, or leaves the same meaning.
var unused = []struct{ path, how, why string }{
	{"/verificationMaterial/publicKey/hint", "removed", "a hint that is not needed to find the key"},
	{"/verificationMaterial/publicKey/hint", "null", "as if it were not there"},
	{"/verificationMaterial/publicKey/hint", "empty", "as if it were not there"},
	{"/verificationMaterial/publicKey", "to-object", "as if there were no hint"},
	{"/verificationMaterial/publicKey/hint", "text", "a hint that has not the form of a digest is free text"},
	{"/verificationMaterial/publicKey/hint", "to-text", "a hint that has not the form of a digest is free text"},
	{"/verificationMaterial/publicKey/hint", "space", "a hint that has not the form of a digest is free text"},
	{"/verificationMaterial/publicKey/hint", "prefixed", "a hint that has not the form of a digest is free text"},
	{"/verificationMaterial/publicKey/hint", "first-removed", "a hint that has not the form of a digest is free text"},
	{"/verificationMaterial/publicKey/hint", "trailing-data", "a hint that has not the form of a digest is free text"},
	{"/verificationMaterial/publicKey/hint", "cut", "a hint that has not the form of a digest is free text"},
	{"/verificationMaterial/publicKey/hint", "twice", "a hint that has not the form of a digest is free text"},
	{"", "as-number", "protobuf JSON writes a 64-bit integer as text or as a number"},
	{"", "url-alphabet", "protobuf JSON allows both alphabets of base64"},
	{"", "unpadded", "protobuf JSON allows base64 without padding"},
	{"/verificationMaterial/timestampVerificationData", "removed", "the log's signed time is left"},
	{"/verificationMaterial/timestampVerificationData", "null", "the log's signed time is left"},
	{"/verificationMaterial/timestampVerificationData/rfc3161Timestamps", "removed", "the log's signed time is left"},
	{"/verificationMaterial/timestampVerificationData/rfc3161Timestamps", "null", "the log's signed time is left"},
	{"/verificationMaterial/timestampVerificationData/rfc3161Timestamps", "emptied", "the log's signed time is left"},
	{"/verificationMaterial/timestampVerificationData/rfc3161Timestamps/*", "removed", "the log's signed time is left"},
	{"/verificationMaterial/timestampVerificationData", "to-object", "the log's signed time is left"},
	{"/verificationMaterial/timestampVerificationData/rfc3161Timestamps", "to-array", "the log's signed time is left"},
	{"/verificationMaterial/tlogEntries/*/inclusionPromise", "removed", "the inclusion proof and the timestamp are left"},
	{"/verificationMaterial/tlogEntries/*/inclusionPromise", "null", "the inclusion proof and the timestamp are left"},
	{"/verificationMaterial/tlogEntries/*/inclusionProof", "removed", "version 0.1 needs the promise only"},
	{"/verificationMaterial/tlogEntries/*/inclusionProof", "null", "version 0.1 needs the promise only"},
	{"/verificationMaterial/tlogEntries/*/inclusionProof/checkpoint/envelope", "line-removed", "another signature on the checkpoint is not the log's"},
	{"/verificationMaterial/tlogEntries/*/inclusionProof/checkpoint/envelope", "cosignature", "signatures of unknown witnesses are not looked at"},
	{"/mediaType", "version", "nobody has signed the version; the bundle obeys the other one too"},
}

func allowed(m mutant) bool {
	for _, u := range unused {
		if (u.path == "" || u.path == m.path) && (u.how == "" || u.how == m.how) {
			return true
		}
	}
	return false
}

// TestMutations changes every value of good bundles in every way it can think
// of. What is still accepted must be in the list above, and the library must
// accept it too.
func TestMutations(t *testing.T) {
	used := map[string]bool{}
	for _, s := range subjects(t) {
		t.Run(s.name, func(t *testing.T) {
			roots, err := sigstore.ParseRoots(s.root)
			must(t, err)
			v := verifier(t, sigstore.Config{Roots: roots, LogOptional: !s.policy.log})
			artifact, by := artifactOf(t, s.policy.artifact), s.policy.signers()
			if r := v.Verify(s.bundle, artifact, by, s.at); r.Verdict != sigstore.Verified {
				showChecks(t, r)
				t.Fatal("the bundle itself is not accepted")
			}
			n, survivors := 0, map[string]int{}
			for _, m := range mutants(t, s.bundle) {
				if n++; n%sampling != 0 {
					continue
				}
				r := v.Verify(m.raw, artifact, by, s.at)
				if r.Verdict != sigstore.Verified {
					if r.Code == "" || len(r.Checks) == 0 {
						t.Errorf("%s %s: %s without a reason", m.path, m.how, r.Verdict)
					}
					continue
				}
				survivors[m.path+" "+m.how]++
				used[m.path+" "+m.how] = true
				if !allowed(m) {
					t.Errorf("accepted with %s %s", m.path, m.how)
				}
				if err := libraryVerify(t, m.raw, s.root, s.policy); err != nil {
					t.Errorf("accepted with %s %s, which the library refuses: %v", m.path, m.how, err)
				}
			}
			t.Logf("%d mutants, accepted: %s", n, strings.Join(slices.Sorted(maps.Keys(survivors)), ", "))
		})
	}
	for _, u := range unused {
		if !haveCorpus() || sampling > 1 {
			break
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(used)), func(k string) bool {
			path, how, _ := strings.Cut(k, " ")
			return (u.path == "" || u.path == path) && (u.how == "" || u.how == how)
		}) {
			t.Errorf("%s %s is said to be survived, and never is", u.path, u.how)
		}
	}
}

// mutants are all changes of a bundle.
func mutants(t *testing.T, bundle []byte) []mutant {
	t.Helper()
	var root any
	must(t, json.Unmarshal(bundle, &root))
	var list []mutant
	var walk func(v any, path string, set func(any))
	emit := func(path, how string) {
		raw, err := json.Marshal(root)
		must(t, err)
		list = append(list, mutant{path, how, raw})
	}
	walk = func(v any, path string, set func(any)) {
		replace := func(how string, w any) {
			if !same(v, w) {
				set(w)
				emit(path, how)
				set(v)
			}
		}
		if path != "" {
			replace("null", nil)
			for how, w := range map[string]any{"to-number": 7.0, "to-text": "x", "to-object": map[string]any{}, "to-array": []any{}, "to-bool": true} {
				replace(how, w)
			}
		}
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				old := v[name]
				if !same(old, nil) {
					delete(v, name)
					emit(path+"/"+name, "removed")
					v[name] = old
				}
				walk(old, path+"/"+name, func(w any) { v[name] = w })
			}
			v["unknown"] = "x"
			emit(path, "member-added")
			delete(v, "unknown")
		case []any:
			if len(v) > 0 {
				replace("emptied", []any{})
				replace("repeated", append(slices.Clone(v), v[0]))
				replace("element-added", append(slices.Clone(v), map[string]any{}))
			}
			for i, old := range v {
				replace2 := slices.Delete(slices.Clone(v), i, i+1)
				set(replace2)
				emit(path+"/*", "removed")
				set(v)
				walk(old, path+"/*", func(w any) { v[i] = w })
			}
		case string:
			for _, m := range textMutants(path, v) {
				replace(m.how, m.value)
			}
		}
	}
	walk(root, "", func(any) {})
	return append(list, textual(bundle)...)
}

type textMutant struct {
	how   string
	value any
}

// same reports whether two values are one in protobuf JSON, where what is
// absent, null, zero or empty is the same.
func same(a, b any) bool {
	zero := func(v any) bool {
		list, ok := v.([]any)
		return v == nil || ok && len(list) == 0 || v == "" || v == "0"
	}
	if zero(a) && zero(b) {
		return true
	}
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

// textMutants are changes of a text, by what it looks like.
func textMutants(path, s string) []textMutant {
	list := []textMutant{{"empty", ""}, {"text", "some-other-text"}, {"space", s + " "}, {"prefixed", "x" + s}, {"line-break", s + "\n"}}
	if len(s) > 1 {
		list = append(list, textMutant{"first-removed", s[1:]})
	}
	if len(s) > 1 && strings.TrimRight(s, "=") != s[:len(s)-1] { // else it is unpadded
		list = append(list, textMutant{"shortened", s[:len(s)-1]})
	}
	if upper := strings.ToUpper(s); upper != s {
		list = append(list, textMutant{"upper-case", upper})
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return append(list, textMutant{"as-number", float64(n)}, textMutant{"plus-one", fmt.Sprint(n + 1)}, textMutant{"minus-one", fmt.Sprint(n - 1)},
			textMutant{"negative", fmt.Sprint(-n)}, textMutant{"zero", "0"}, textMutant{"leading-zero", "0" + s}, textMutant{"plus", "+" + s},
			textMutant{"float", s + ".0"}, textMutant{"exponent", s + "e0"}, textMutant{"too-large", "9223372036854775808"}, textMutant{"large", "9223372036854775807"})
	}
	if path == "/mediaType" {
		for _, v := range []string{"application/vnd.dev.sigstore.bundle+json;version=0.1", "application/vnd.dev.sigstore.bundle+json;version=0.2",
			"application/vnd.dev.sigstore.bundle+json;version=0.3", "application/vnd.dev.sigstore.bundle.v0.3+json"} {
			if v != s {
				list = append(list, textMutant{"version", v})
			}
		}
		for _, v := range []string{"application/vnd.dev.sigstore.bundle.v0.4+json", "application/vnd.dev.sigstore.bundle.v0.1+json", "application/vnd.dev.sigstore.bundle+json", "application/json"} {
			list = append(list, textMutant{"other-version", v})
		}
	}
	if strings.HasSuffix(path, "/checkpoint/envelope") {
		list = append(list, checkpointMutants(s)...)
	}
	if raw, err := base64.StdEncoding.Strict().DecodeString(s); err == nil && len(raw) > 8 {
		list = append(list, textMutant{"unpadded", strings.TrimRight(s, "=")})
		if u := base64.URLEncoding.EncodeToString(raw); u != s {
			list = append(list, textMutant{"url-alphabet", u})
		}
		for _, bits := range []byte{0x01, 0x80} {
			for _, at := range spread(len(raw)) {
				c := slices.Clone(raw)
				c[at] ^= bits
				list = append(list, textMutant{fmt.Sprintf("bit %#x of byte %d of %d", bits, at, len(raw)), base64.StdEncoding.EncodeToString(c)})
			}
		}
		list = append(list, textMutant{"trailing-data", base64.StdEncoding.EncodeToString(append(slices.Clone(raw), 0))},
			textMutant{"cut", base64.StdEncoding.EncodeToString(raw[:len(raw)-1])},
			textMutant{"twice", base64.StdEncoding.EncodeToString(append(slices.Clone(raw), raw...))})
		return list
	}
	for _, at := range spread(len(s)) {
		c := []byte(s)
		c[at] ^= 0x01
		how := "changed"
		if path == "/mediaType" && strings.HasSuffix(s, "=0.3") && at == len(s)-1 {
			how = "version"
		}
		if strings.HasSuffix(path, "/checkpoint/envelope") && strings.Count(s[:at], "\n— ") > 1 {
			how = "cosignature"
		}
		list = append(list, textMutant{how, string(c)})
	}
	return list
}

// checkpointMutants are changes of a signed note, line by line.
func checkpointMutants(s string) []textMutant {
	var list []textMutant
	lines := strings.SplitAfter(strings.TrimSuffix(s, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	for i := range lines {
		list = append(list, textMutant{"line-removed", strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")},
			textMutant{"line-repeated", strings.Join(slices.Insert(slices.Clone(lines), i, lines[i]), "")},
			textMutant{"line-added", strings.Join(slices.Insert(slices.Clone(lines), i, "x\n"), "")})
	}
	return append(list, textMutant{"cosignature", s + "— witness.example AAAAAGFiY2RlZmdo\n"})
}

// spread are places in n bytes: all of few, else fifty of them.
func spread(n int) []int {
	step := max(1, n/50)
	var list []int
	for i := 0; i < n; i += step {
		list = append(list, i)
	}
	return list
}

// textual are changes of the JSON itself: each name twice, and what stands
// before and after it.
func textual(bundle []byte) []mutant {
	list := []mutant{
		{"", "trailing-object", append(slices.Clone(bundle), "{}"...)},
		{"", "trailing-text", append(slices.Clone(bundle), "x"...)},
		{"", "byte-order-mark", append([]byte("\ufeff"), bundle...)},
		{"", "nul", append(slices.Clone(bundle), 0)},
		{"", "cut", bundle[:len(bundle)/2]},
	}
	d := jsontext.NewDecoder(bytes.NewReader(bundle))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return list
		}
		kind, n := d.StackIndex(d.StackDepth())
		if kind != '{' || n%2 != 1 || token.Kind() != '"' {
			continue
		}
		end := d.InputOffset()
		name := strconv.Quote(token.String())
		start := end - int64(len(name))
		duplicate := slices.Concat(bundle[:start], []byte(name+":null,"), bundle[start:])
		list = append(list, mutant{string(d.StackPointer()), "name-twice", duplicate})
		wrong := slices.Concat(bundle[:start], []byte(strconv.Quote(strings.ToUpper(token.String()))), bundle[end:])
		list = append(list, mutant{string(d.StackPointer()), "name-in-capitals", wrong})
	}
}
