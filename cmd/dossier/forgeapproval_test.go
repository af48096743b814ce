package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/internal/services"
	"github.com/release-dossier/dossier/verify/oidc"
)

// TestForgeApproval approves in a job whose identity token a real issuer issues.
func TestForgeApproval(t *testing.T) {
	issuer := services.NewIssuer(t)
	keys, err := oidc.ParseKeys(issuer.KeySet())
	if err != nil {
		t.Fatal(err)
	}
	// The issuer has one job: scripts that change it run one after the other.
	job := func(change services.Claims) {
		c := services.Workflow(services.Claims{"job_workflow_ref": "acme/hello/.github/workflows/approve.yml@refs/heads/main"})
		for k, v := range change {
			c[k] = v
		}
		issuer.Job(c)
	}
	job(nil)
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "forge"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			for _, kv := range append(issuer.JobEnvironment(), "GITHUB_SERVER_URL=https://example.com", "GITHUB_ACTOR_ID=4211", "GITHUB_ACTOR=tom",
				"ISSUER="+issuer.URL, "FORGE_KEY="+string(keys[0].Identity), "NOW="+time.Now().UTC().Format(time.RFC3339), "KEYSET="+string(issuer.KeySet())) {
				name, value, _ := strings.Cut(kv, "=")
				e.Setenv(name, value)
			}
			return setup(e)
		},
		Cmds: merged(map[string]func(*testscript.TestScript, bool, []string){
			// job NAME=VALUE changes what the tokens of the job claim.
			"job": func(_ *testscript.TestScript, _ bool, args []string) {
				change := services.Claims{}
				for _, arg := range args {
					name, value, _ := strings.Cut(arg, "=")
					change[name] = value
				}
				job(change)
			},
		}, scriptCommands),
		Condition: condition,
	})
}

func merged(maps ...map[string]func(*testscript.TestScript, bool, []string)) map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){}
	for _, m := range maps {
		for name, f := range m {
			all[name] = f
		}
	}
	return all
}
