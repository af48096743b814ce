package layout_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/in-toto/in-toto-golang/in_toto"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/release-dossier/dossier/verify/layout"
)

var at = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

const product = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"

// party is somebody with a key, as in-toto's library has it.
type party struct {
	key     in_toto.Key
	private crypto.Signer
	public  crypto.PublicKey
}

func newParty(t testing.TB, ec bool) party {
	t.Helper()
	var private crypto.Signer
	var err error
	scheme := "ed25519"
	if ec {
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		scheme = "ecdsa-sha2-nistp256"
	} else {
		_, private, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	p := party{private: private, public: private.Public()}
	block := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := p.key.LoadKeyReader(bytes.NewReader(block), scheme, []string{"sha256", "sha512"}); err != nil {
		t.Fatal(err)
	}
	return p
}

// chain is a layout of two steps with their links, before anything is signed.
type chain struct {
	owner, alice, bob, mallory party
	layout                     in_toto.Layout
	code, build                in_toto.Link
	dsse                       bool
}

func public(k in_toto.Key) in_toto.Key {
	k.KeyVal.Private = ""
	return k
}

func newChain(t testing.TB) *chain {
	c := &chain{owner: newParty(t, true), alice: newParty(t, false), bob: newParty(t, true), mallory: newParty(t, true)}
	c.layout = in_toto.Layout{
		Type: "layout", Expires: "2027-01-01T00:00:00Z", Inspect: []in_toto.Inspection{},
		Keys: map[string]in_toto.Key{c.alice.key.KeyID: public(c.alice.key), c.bob.key.KeyID: public(c.bob.key)},
		Steps: []in_toto.Step{{
			Type: "step", PubKeys: []string{c.alice.key.KeyID}, Threshold: 1, ExpectedCommand: []string{"vi"},
			SupplyChainItem: in_toto.SupplyChainItem{Name: "code", ExpectedMaterials: [][]string{}, ExpectedProducts: [][]string{{"CREATE", "hello.c"}, {"DISALLOW", "*"}}},
		}, {
			Type: "step", PubKeys: []string{c.bob.key.KeyID, c.alice.key.KeyID}, Threshold: 1, ExpectedCommand: []string{"cc"},
			SupplyChainItem: in_toto.SupplyChainItem{Name: "build", ExpectedMaterials: [][]string{{"MATCH", "hello.c", "WITH", "PRODUCTS", "FROM", "code"}, {"DISALLOW", "*"}}, ExpectedProducts: [][]string{{"CREATE", "hello"}, {"ALLOW", "hello.c"}, {"DISALLOW", "*"}}},
		}},
	}
	source := in_toto.HashObj{"sha256": strings.Repeat("a", 64)}
	c.code = in_toto.Link{Type: "link", Name: "code", Materials: map[string]in_toto.HashObj{}, Products: map[string]in_toto.HashObj{"hello.c": source}, ByProducts: map[string]any{}, Command: []string{"vi"}, Environment: map[string]any{}}
	c.build = in_toto.Link{Type: "link", Name: "build", Materials: map[string]in_toto.HashObj{"hello.c": source}, Products: map[string]in_toto.HashObj{"hello.c": source, "hello": {"sha256": product}}, ByProducts: map[string]any{}, Command: []string{"cc"}, Environment: map[string]any{}}
	return c
}

// sign signs a Metablock with in-toto's own library, or an envelope.
func (c *chain) sign(t testing.TB, payload any, by ...party) []byte {
	t.Helper()
	if c.dsse {
		return envelope(t, payload, by...)
	}
	m := &in_toto.Metablock{Signed: payload, Signatures: []in_toto.Signature{}}
	for _, p := range by {
		if err := m.Sign(p.key); err != nil {
			t.Fatal(err)
		}
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// envelope signs as in-toto's Python library does: in-toto-golang itself writes
// line breaks into the strings of a payload, which is no JSON.
func envelope(t testing.TB, payload any, by ...party) []byte {
	t.Helper()
	body, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	e := dsse.Envelope{PayloadType: in_toto.PayloadType, Payload: base64.StdEncoding.EncodeToString(body), Signatures: []dsse.Signature{}}
	message := dsse.PAE(e.PayloadType, body)
	for _, p := range by {
		digest, hash := message, crypto.Hash(0)
		if _, ok := p.public.(*ecdsa.PublicKey); ok {
			sum := sha256.Sum256(message)
			digest, hash = sum[:], crypto.SHA256
		}
		sig, err := p.private.Sign(rand.Reader, digest, hash)
		if err != nil {
			t.Fatal(err)
		}
		e.Signatures = append(e.Signatures, dsse.Signature{KeyID: p.key.KeyID, Sig: base64.StdEncoding.EncodeToString(sig)})
	}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (c *chain) verify(t testing.TB, change func(*layout.Expect), links ...[]byte) *layout.Result {
	e := layout.Expect{Owners: []crypto.PublicKey{c.owner.public}, SHA256: product}
	if change != nil {
		change(&e)
	}
	var documents []layout.Document
	for _, l := range links {
		documents = append(documents, layout.Document{Name: "link", Data: l})
	}
	return layout.Verify(layout.Document{Name: "root.layout", Data: c.sign(t, c.layout, c.owner)}, documents, e, at)
}

func TestVerify(t *testing.T) {
	plain := func(t *testing.T, c *chain) [][]byte {
		return [][]byte{c.sign(t, c.code, c.alice), c.sign(t, c.build, c.bob)}
	}
	tests := []struct {
		name   string
		change func(*chain)
		links  func(*testing.T, *chain) [][]byte
		expect func(*layout.Expect)
		want   layout.Code
	}{
		{name: "as it should be"},
		{name: "two functionaries", change: func(c *chain) { c.layout.Steps[1].Threshold = 2 }, links: func(t *testing.T, c *chain) [][]byte {
			return append(plain(t, c), c.sign(t, c.build, c.alice))
		}},
		{name: "one of two", change: func(c *chain) { c.layout.Steps[1].Threshold = 2 }, want: layout.Threshold},
		{name: "one twice", change: func(c *chain) { c.layout.Steps[1].Threshold = 2 }, links: func(t *testing.T, c *chain) [][]byte {
			return append(plain(t, c), c.sign(t, c.build, c.bob))
		}, want: layout.Threshold},
		{name: "one key under two ids", change: func(c *chain) {
			other := public(c.bob.key)
			other.KeyID = strings.Repeat("f", 64)
			c.layout.Keys[other.KeyID] = other
			c.layout.Steps[1].PubKeys = append(c.layout.Steps[1].PubKeys, other.KeyID)
			c.layout.Steps[1].Threshold = 2
		}, links: func(t *testing.T, c *chain) [][]byte {
			again := c.bob
			again.key.KeyID = strings.Repeat("f", 64)
			return append(plain(t, c), c.sign(t, c.build, again))
		}, want: layout.Threshold},
		{name: "no links", links: func(*testing.T, *chain) [][]byte { return nil }, want: layout.Threshold},
		{name: "by a stranger", links: func(t *testing.T, c *chain) [][]byte {
			return [][]byte{c.sign(t, c.code, c.alice), c.sign(t, c.build, c.mallory)}
		}, want: layout.Threshold},
		{name: "by somebody of another step", links: func(t *testing.T, c *chain) [][]byte {
			return [][]byte{c.sign(t, c.code, c.bob), c.sign(t, c.build, c.bob)}
		}, want: layout.Threshold},
		{name: "a link of another step", links: func(t *testing.T, c *chain) [][]byte {
			return [][]byte{c.sign(t, c.code, c.alice), c.sign(t, c.code, c.alice)}
		}, want: layout.Threshold},
		{name: "changed after signing", links: func(t *testing.T, c *chain) [][]byte {
			l := plain(t, c)
			if c.dsse {
				other := c.sign(t, c.code, c.bob)
				var a, b map[string]any
				mustJSON(t, l[1], &a)
				mustJSON(t, other, &b)
				a["signatures"] = b["signatures"]
				l[1], _ = json.Marshal(a)
				return l
			}
			l[1] = bytes.Replace(l[1], []byte(product), []byte(strings.Repeat("0", 64)), 1)
			return l
		}, want: layout.LinkSignature},
		{name: "links that disagree", change: func(c *chain) { c.layout.Steps[1].Threshold = 2 }, links: func(t *testing.T, c *chain) [][]byte {
			other := c.build
			other.Products = map[string]in_toto.HashObj{"hello": {"sha256": strings.Repeat("b", 64)}}
			return append(plain(t, c), c.sign(t, other, c.alice))
		}, want: layout.LinksDisagree},
		{name: "another source than was written", change: func(c *chain) {
			c.build.Materials = map[string]in_toto.HashObj{"hello.c": {"sha256": strings.Repeat("b", 64)}}
		}, want: layout.ArtifactRule},
		{name: "something more", change: func(c *chain) { c.build.Materials["evil.c"] = in_toto.HashObj{"sha256": product} }, want: layout.ArtifactRule},
		{name: "a name that is not plain", change: func(c *chain) {
			c.build.Products["./hello"] = in_toto.HashObj{"sha256": product}
		}, want: layout.LinkMalformed},
		{name: "expired", change: func(c *chain) { c.layout.Expires = "2026-11-20T08:59:59Z" }, want: layout.Expired},
		{name: "another owner", change: func(c *chain) { c.owner.public = c.mallory.public }, want: layout.BadSignature},
		{name: "two owners, one signature", expect: func(e *layout.Expect) {
			key, _, _ := ed25519.GenerateKey(rand.Reader)
			e.Owners = append(e.Owners, key)
		}, want: layout.BadSignature},
		{name: "no owner", expect: func(e *layout.Expect) { e.Owners = nil }, want: layout.BadSignature},
		{name: "another artifact", expect: func(e *layout.Expect) { e.SHA256 = strings.Repeat("0", 64) }, want: layout.ArtifactMissing},
		{name: "no artifact", expect: func(e *layout.Expect) { e.SHA256 = "" }},
		{name: "an inspection", change: inspect, want: layout.InspectionSkipped},
		{name: "an inspection, not needed", change: inspect, expect: func(e *layout.Expect) { e.SkipInspections = true }},
		{name: "a sublayout", links: func(t *testing.T, c *chain) [][]byte {
			return [][]byte{c.sign(t, c.code, c.alice), c.sign(t, c.layout, c.bob)}
		}, want: layout.Unsupported},
		{name: "another command, which is a warning", change: func(c *chain) { c.build.Command = []string{"make"} }},
		{name: "a step that nobody carries out", change: func(c *chain) { c.layout.Steps[0].Threshold = 0 }, want: layout.Malformed},
		{name: "a step twice", change: func(c *chain) { c.layout.Steps = append(c.layout.Steps, c.layout.Steps[0]) }, want: layout.Malformed},
		{name: "a parameter", change: func(c *chain) {
			c.layout.Steps[1].ExpectedProducts[0][1] = "{NAME}"
		}, expect: func(e *layout.Expect) { e.Parameters = map[string]string{"NAME": "hello"} }},
		{name: "a parameter that is not given", change: func(c *chain) {
			c.layout.Steps[1].ExpectedProducts[0][1] = "{NAME}"
		}, want: layout.ArtifactRule},
	}
	for _, dsse := range []bool{false, true} {
		for _, tt := range tests {
			name := "metablock/" + tt.name
			if dsse {
				name = "envelope/" + tt.name
			}
			t.Run(name, func(t *testing.T) {
				c := newChain(t)
				c.dsse = dsse
				if tt.change != nil {
					tt.change(c)
				}
				links := plain
				if tt.links != nil {
					links = tt.links
				}
				r := c.verify(t, tt.expect, links(t, c)...)
				want := layout.Verified
				switch tt.want {
				case "":
				case layout.InspectionSkipped:
					want = layout.Unproven
				default:
					want = layout.Rejected
				}
				if r.Verdict != want || r.Code != tt.want {
					t.Errorf("%s %q, want %s %q: %+v", r.Verdict, r.Code, want, tt.want, r.Checks)
				}
			})
		}
	}
}

func inspect(c *chain) {
	c.layout.Inspect = []in_toto.Inspection{{
		Type: "inspection", Run: []string{"sh", "-c", "touch /tmp/in-toto-was-run"},
		SupplyChainItem: in_toto.SupplyChainItem{Name: "untar", ExpectedMaterials: [][]string{}, ExpectedProducts: [][]string{}},
	}}
}

func mustJSON(t *testing.T, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// TestNothingIsRun checks that what an inspection would do does not happen.
func TestNothingIsRun(t *testing.T) {
	c := newChain(t)
	file := filepath.Join(t.TempDir(), "ran")
	inspect(c)
	c.layout.Inspect[0].Run = []string{"touch", file}
	for _, skip := range []bool{false, true} {
		c.verify(t, func(e *layout.Expect) { e.SkipInspections = skip }, c.sign(t, c.code, c.alice), c.sign(t, c.build, c.bob))
		if _, err := os.Stat(file); err == nil {
			t.Fatal("the inspection was run")
		}
	}
}

func TestReasons(t *testing.T) {
	seen := map[layout.Code]bool{}
	for _, r := range layout.Reasons() {
		if seen[r.Code] || r.Meaning == "" || r.Fix == "" || layout.Explain(r.Code) != r {
			t.Errorf("%s", r.Code)
		}
		seen[r.Code] = true
	}
	if layout.Explain("nothing") != (layout.Reason{}) {
		t.Error("a code that is not there is explained")
	}
	page, err := os.ReadFile("../../docs/layouts.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range layout.Reasons() {
		if !slices.ContainsFunc(strings.Split(string(page), "\n"), func(line string) bool {
			return strings.HasPrefix(line, "| `"+string(r.Code)+"` |") && strings.Contains(line, r.Meaning)
		}) {
			t.Errorf("docs/layouts.md does not have %s as the code has it", r.Code)
		}
	}
}

func FuzzVerify(f *testing.F) {
	c := newChain(f)
	for _, dsse := range []bool{false, true} {
		c.dsse = dsse
		f.Add(c.sign(f, c.layout, c.owner), c.sign(f, c.build, c.bob))
	}
	f.Add([]byte(`{"signed":{"_type":"layout","steps":[],"keys":{}},"signatures":[]}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, root, link []byte) {
		e := layout.Expect{Owners: []crypto.PublicKey{c.owner.public}, SHA256: product}
		r := layout.Verify(layout.Document{Name: "layout", Data: root}, []layout.Document{{Name: "link", Data: link}}, e, at)
		if r.Verdict == layout.Verified {
			t.Errorf("one link carried two steps out: %+v", r)
		}
	})
}
