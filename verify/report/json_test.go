package report

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/release-dossier/dossier/verify"
)

func jsonText(t testing.TB, r *verify.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// ofThisRun is what verification knows of a signer while it runs, and a report
// does not say.
var ofThisRun = cmp.Options{cmpopts.IgnoreUnexported(verify.Signer{}), cmpopts.IgnoreFields(verify.Signer{}, "Build")}

func TestJSONRoundTrip(t *testing.T) {
	for name, r := range situations() {
		got := jsonText(t, r)
		if got != jsonText(t, situations()[name]) {
			t.Errorf("%s: equal reports give different JSON", name)
		}
		var back verify.Report
		if err := json.Unmarshal([]byte(got), &back); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(r, &back, ofThisRun); diff != "" {
			t.Errorf("%s: JSON loses something (-want +got):\n%s", name, diff)
		}
	}
}

func TestJSONEmptyLists(t *testing.T) {
	const want = `  "checks": [],
  "signers": []
`
	if got := jsonText(t, &verify.Report{}); !bytes.Contains([]byte(got), []byte(want)) {
		t.Errorf("no checks and signers are not empty lists:\n%s", got)
	}
}

func TestJSONNoHTMLEscapes(t *testing.T) {
	r := accepted()
	r.Target = `<a> & "b" \ ä 署`
	if got := jsonText(t, r); !bytes.Contains([]byte(got), []byte(`"target": "<a> & \"b\" \\ ä 署"`)) {
		t.Errorf("readable text is escaped:\n%.200s", got)
	}
}
