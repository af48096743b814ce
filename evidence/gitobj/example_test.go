package gitobj_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

func ExampleHash() {
	id, err := gitobj.Hash(gitobj.SHA1, gitobj.TypeBlob, []byte("hello\n"))
	fmt.Println(id, err)
	// Output: ce013625030ba8dba906f756967f9e9ca394464a <nil>
}

func ExampleParseTag() {
	tag, err := gitobj.ParseTag([]byte(`object ce013625030ba8dba906f756967f9e9ca394464a
type commit
tag v1.0.0
tagger Ann <ann@example.org> 1700000000 +0000

First release
`))
	fmt.Println(tag.Name, tag.Tagger.Email, tag.Signature != nil, err)
	// Output: v1.0.0 ann@example.org false <nil>
}

func ExampleWriteArchive() {
	body := []byte("hello\n")
	err := gitobj.WriteArchive(os.Stdout, gitobj.SHA1, func(yield func(gitobj.Object, error) bool) {
		id, err := gitobj.Hash(gitobj.SHA1, gitobj.TypeBlob, body)
		yield(gitobj.Object{ID: id, Type: gitobj.TypeBlob, Body: body}, err)
	})
	fmt.Println(err)
	// Output:
	// dossier git-objects v1 sha1
	// ce013625030ba8dba906f756967f9e9ca394464a blob 6 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
	// hello
	//
	// end 1
	// <nil>
}

func ExampleReadArchive() {
	_, err := gitobj.ReadArchive(strings.NewReader("dossier git-objects v1 sha1\nend 1\n"), gitobj.Limits{})
	fmt.Println(err)
	// Output: git objects: the last line says "1", the file has 0
}

func ExampleParseTrailers() {
	for _, t := range gitobj.ParseTrailers("Release 1.4.0\n\nRollback: redeploy 1.3.9\nKnown-issues: the export\n  is slow\n") {
		fmt.Printf("%s = %s\n", t.Key, t.Value)
	}
	// Output:
	// Rollback = redeploy 1.3.9
	// Known-issues = the export is slow
}
