package forge_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// A Recorder keeps what a client is answered.
func ExampleRecorder() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"id": 7001}`)
	}))
	defer server.Close()

	recorder, err := forge.NewRecorder(forge.Options{
		Repository: "github.com/org/repo",
		BaseURL:    server.URL,
		Commit:     "0123456789abcdef0123456789abcdef01234567",
		Now:        func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) },
		Rand:       bytes.NewReader(make([]byte, forge.SaltSize)), // crypto/rand.Reader
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &http.Client{Transport: recorder}
	if _, err := client.Get(server.URL + "/repos/org/repo"); err != nil {
		fmt.Println(err)
		return
	}
	answers, err := recorder.Answers("github")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range answers.List {
		fmt.Println(a.Status, a.Complete, a.RetrievedAt.Format(time.RFC3339), string(a.Body))
	}
	// Output: 200 true 2026-11-20T09:00:00Z {"id":7001}
}
