package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/in-toto/in-toto-golang/in_toto"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/attest"
)

// TestVerifyLayout verifies a layout of one step, which in-toto's own library
// signed.
func TestVerifyLayout(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	private, public, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	var key in_toto.Key
	if err := key.LoadKeyReader(bytes.NewReader(private), "ecdsa-sha2-nistp256", []string{"sha256"}); err != nil {
		t.Fatal(err)
	}
	shown := key
	shown.KeyVal.Private = ""
	sign := func(v any) []byte {
		m := in_toto.Metablock{Signed: v, Signatures: []in_toto.Signature{}}
		if err := m.Sign(key); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	digest := sha256.Sum256([]byte("hello\n"))
	plan := in_toto.Layout{
		Type: "layout", Expires: "2099-01-01T00:00:00Z", Inspect: []in_toto.Inspection{}, Keys: map[string]in_toto.Key{key.KeyID: shown},
		Steps: []in_toto.Step{{
			Type: "step", PubKeys: []string{key.KeyID}, Threshold: 1, ExpectedCommand: []string{"cc"},
			SupplyChainItem: in_toto.SupplyChainItem{Name: "build", ExpectedMaterials: [][]string{}, ExpectedProducts: [][]string{{"CREATE", "{NAME}"}, {"DISALLOW", "*"}}},
		}},
	}
	root := write("root.layout", sign(plan))
	plan.Inspect = []in_toto.Inspection{{Type: "inspection", Run: []string{"false"}, SupplyChainItem: in_toto.SupplyChainItem{Name: "look", ExpectedMaterials: [][]string{}, ExpectedProducts: [][]string{}}}}
	inspected := write("inspected.layout", sign(plan))
	if err := os.Mkdir(filepath.Join(dir, "links"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("links/build.0a1b2c3d.link", sign(in_toto.Link{
		Type: "link", Name: "build", Materials: map[string]in_toto.HashObj{}, Products: map[string]in_toto.HashObj{"hello": {"sha256": hex.EncodeToString(digest[:])}},
		ByProducts: map[string]any{}, Command: []string{"cc"}, Environment: map[string]any{},
	}))
	links, pub := filepath.Join(dir, "links"), write("owner.pub", public.PEM())
	args := func(root string, more ...string) []string {
		return append([]string{"verify-layout", "--layout", root, links}, more...)
	}
	named := []string{"--key", pub, "--parameter", "NAME=hello"}
	for _, tt := range []struct {
		name, want string
		status     int
		args       []string
	}{
		{"all", "VERIFIED", 0, append(args(root, named...), "--artifact", write("hello", []byte("hello\n")))},
		{"json", `"functionaries": [`, 0, append(args(root, named...), "--json")},
		{"another artifact", "artifact-missing", 1, append(args(root, named...), "--artifact", write("evil", []byte("evil\n")))},
		{"another owner", "layout-signature", 1, args(root, "--key", write("other.pub", other.PEM()))},
		{"without the parameter", "artifact-rule", 1, args(root, "--key", pub)},
		{"expired", "layout-expired", 1, append(args(root, named...), "--as-of", "2100-01-01T00:00:00Z")},
		{"inspections", "inspection-skipped", 1, args(inspected, named...)},
		{"inspections, not needed", "VERIFIED", 0, append(args(inspected, named...), "--skip-inspections")},
		{"no layout", "layout-malformed", 4, args(pub, named...)},
		{"no key", "--key", 2, args(root)},
		{"no such link", "no such file", 2, append(args(root, named...), filepath.Join(dir, "gone"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if status, out := command(t, tt.args...); status != tt.status || !strings.Contains(out, tt.want) {
				t.Errorf("exit status %d, want %d and %q\n%s", status, tt.status, tt.want, out)
			}
		})
	}
}

// planFiles is the script command "plan ARTIFACT [NAME=VALUE]": it writes
// owner.pub, root.layout and build.link, a plan of one step that made the
// artifact and its link, by one key. expires= sets the plan's expiry, digest=
// another digest in the link.
func planFiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: plan ARTIFACT [NAME=VALUE]")
	}
	private, public, err := attest.GenerateKey(nil)
	ts.Check(err)
	var key in_toto.Key
	ts.Check(key.LoadKeyReader(bytes.NewReader(private), "ecdsa-sha2-nistp256", []string{"sha256"}))
	shown := key
	shown.KeyVal.Private = ""
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	sum := sha256.Sum256(data)
	with := map[string]string{"expires": "2099-01-01T00:00:00Z", "digest": hex.EncodeToString(sum[:]), "rule": "CREATE"}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		with[name] = value
	}
	for name, v := range map[string]any{
		"root.layout": in_toto.Layout{
			Type: "layout", Expires: with["expires"], Inspect: []in_toto.Inspection{}, Keys: map[string]in_toto.Key{key.KeyID: shown},
			Steps: []in_toto.Step{{
				Type: "step", PubKeys: []string{key.KeyID}, Threshold: 1, ExpectedCommand: []string{"cc"},
				SupplyChainItem: in_toto.SupplyChainItem{Name: "build", ExpectedMaterials: [][]string{}, ExpectedProducts: [][]string{{with["rule"], "hello"}, {"DISALLOW", "*"}}},
			}},
		},
		"build.link": in_toto.Link{
			Type: "link", Name: "build", Materials: map[string]in_toto.HashObj{}, Products: map[string]in_toto.HashObj{"hello": {"sha256": with["digest"]}},
			ByProducts: map[string]any{}, Command: []string{"cc"}, Environment: map[string]any{},
		},
	} {
		m := in_toto.Metablock{Signed: v, Signatures: []in_toto.Signature{}}
		ts.Check(m.Sign(key))
		ts.Check(m.Dump(ts.MkAbs(name)))
	}
	ts.Check(os.WriteFile(ts.MkAbs("owner.pub"), public.PEM(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("owner.ssh"), []byte(public.AuthorizedKey()+"\n"), 0o600))
}
