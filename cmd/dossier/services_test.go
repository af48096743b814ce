package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/internal/services"
)

// TestServices runs the scripts that need a Sigstore instance: all of them with
// one, which is real.
func TestServices(t *testing.T) {
	s := services.Start(t)
	s.Workflows.Job(services.Workflow(nil))
	person := services.Claims{"sub": "ana", "email": "ana@acme.example", "email_verified": true}
	s.People.SignIn(person)
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "services"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			for name, value := range map[string]string{
				"TRUSTED_ROOT": s.TrustedRoot, "SIGNING_CONFIG": s.SigningConfig, "FULCIO": s.Fulcio, "REKOR": s.Rekor, "TSA": s.Timestamps, "CTLOG": s.CertificateLog.URL,
				"FULCIO_CHAIN": s.AuthorityChain, "TSA_CHAIN": s.TimestampChain, "TSA_URL": s.TimestampURL, "REKOR_KEY": s.RekorKey, "CTLOG_KEY": s.CertificateLogKey,
				"PEOPLE": s.People.URL, "WORKFLOWS": s.Workflows.URL, "TOKEN": s.People.Token(person),
			} {
				e.Setenv(name, value)
			}
			return setup(e)
		},
		Cmds: scriptCommands,
		Condition: func(name string) (bool, error) {
			if name == "cosign" {
				_, err := exec.LookPath("cosign")
				return err == nil, nil
			}
			return condition(name)
		},
	})
}
