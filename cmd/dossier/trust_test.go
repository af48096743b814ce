package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/internal/tufrepo"
)

// TestTrust fetches from a TUF repository on loopback, and shows and makes trusted
// roots.
func TestTrust(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "verify", "sigstore", "testdata", "virtual", "trusted_root.json"))
	if err != nil {
		t.Fatal(err)
	}
	const config = `{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","tsaUrls":[{"url":"https://tsa.example/api/v1/timestamp","majorApiVersion":1,"validFor":{"start":"2026-01-01T00:00:00Z"},"operator":"acme"}],"tsaConfig":{"selector":"ANY"}}`
	good, bad, other := tufrepo.New(t), tufrepo.New(t), tufrepo.New(t)
	good.Publish(t, map[string]string{"trusted_root.json": string(data), "signing_config.v0.2.json": config})
	bad.Publish(t, map[string]string{"trusted_root.json": `{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[{"baseUrl":"https://rekor.example"}]}`})
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "trust"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			for name, r := range map[string]*tufrepo.Repository{"good": good, "bad": bad, "other": other} {
				e.Setenv(name, r.URL)
				if err := os.WriteFile(filepath.Join(e.WorkDir, name+".root.json"), r.Root(t), 0o644); err != nil {
					return err
				}
			}
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
			return setup(e)
		},
		Cmds:      scriptCommands,
		Condition: condition,
	})
}
