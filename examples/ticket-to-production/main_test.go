// Package tickettoproduction runs the example of this folder: one release
// followed from its ticket to production and after, through every kind of
// record, with the real command, real git and real keys.
package tickettoproduction

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/evidence"
)

func TestTicketToProduction(t *testing.T) {
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "dossier"), "../../cmd/dossier")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	records, err := filepath.Abs("records")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{"ticket-to-production.txtar"},
		Setup: func(e *testscript.Env) error {
			for _, kv := range [][2]string{
				{"PATH", bin + string(os.PathListSeparator) + os.Getenv("PATH")}, {"RECORDS", records},
				{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", os.DevNull},
				{"CGO_ENABLED", "0"}, {"GOFLAGS", ""}, {"GOWORK", "off"}, {"NO_COLOR", "1"},
			} {
				e.Setenv(kv[0], kv[1])
			}
			return goCache(e)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"dossier": dossier, "add": add, "kinds": kinds,
		},
	})
}

// goCache lets the example build with what was built before.
func goCache(e *testscript.Env) error {
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	e.Setenv("GOCACHE", strings.TrimSpace(string(out)))
	return err
}

// dossier runs the command.
func dossier(ts *testscript.TestScript, neg bool, args []string) {
	if err := ts.Exec("dossier", args...); (err != nil) != neg {
		ts.Fatalf("dossier %s: %v", strings.Join(args, " "), err)
	}
}

// add KIND KEY adds the record of that kind, signed with that key.
func add(ts *testscript.TestScript, _ bool, args []string) {
	kind, key := args[0], args[1]
	dossier(ts, false, []string{
		"add", kind, "payments-1.4.0.dossier", "--record", "records/" + kind + ".yaml", "--key", key, "--trust", "trust.yaml",
	})
}

// kinds checks that what was printed last names every kind of record there is,
// but for those that only a copy has.
func kinds(ts *testscript.TestScript, _ bool, _ []string) {
	text := ts.ReadFile("stdout")
	for _, k := range evidence.Kinds() {
		if k.Name != "redaction" && !strings.Contains(text, k.Name) {
			ts.Fatalf("the dossier has no %s", k.Name)
		}
	}
}
