package interchange_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/release-dossier/dossier/evidence/interchange"
)

func Example() {
	// A statement that nobody signed stands for what a dossier holds.
	file := `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"gitCommit":"473686ea1a02748311a0180af9b28a43e5513764"}}],"predicateType":"https://example.com/t/v1","predicate":{}}`
	lines, err := interchange.Read(strings.NewReader(file), interchange.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	dropped, err := interchange.Write(os.Stdout, interchange.InToto, []interchange.Item{{Name: "example", Entry: lines[0].Entry}})
	fmt.Println(dropped.Unsigned, "not signed,", err)
	// Output:
	// 1 not signed, <nil>
}
