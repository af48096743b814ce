package deploy_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/release-dossier/dossier/evidence/collect/deploy"
)

func ExampleCommand_Run() {
	o, err := deploy.Command{
		Args: []string{"sh", "-c", "echo rolling out; exit 3"}, Env: os.Environ(),
		Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now,
	}.Run(context.Background())
	fmt.Println(o.Result, o.ExitCode, err)
	// Output:
	// rolling out
	// failure 3 <nil>
}
