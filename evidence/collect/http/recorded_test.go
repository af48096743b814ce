package http_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	httprec "github.com/release-dossier/dossier/evidence/collect/http"
)

const recordedHeader = `{"format":"http-answers/v1","mapping":"small/1","mappingDigest":{"sha256":"` +
	`0000000000000000000000000000000000000000000000000000000000000001"},"base":"https://127.0.0.1:1","salt":"` +
	`0000000000000000000000000000000000000000000000000000000000000000"}` + "\n"

const recordedLine = `{"request":"thing","page":1,"method":"GET","url":"https://127.0.0.1:1/things/T-1",` +
	`"retrievedAt":"2026-11-20T09:15:00Z","status":200,"mediaType":"application/json","complete":true,"body":"{\"id\":\"T-1\",\"state\":\"Done\"}"}` + "\n"

func TestRecorded(t *testing.T) {
	r, err := httprec.ReadRecorded(strings.NewReader(recordedHeader+recordedLine), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Transport = r
	source := httprec.Source{Mapping: small(t, smallRecords), Base: "https://127.0.0.1:1"}
	got, err := httprec.Collect(t.Context(), source, httprec.Targets{Tickets: []string{"T-1"}}, o)
	if err != nil || len(got.Records) != 1 || got.Records[0].Fields["state"] != "Done" {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = httprec.Collect(t.Context(), source, httprec.Targets{Tickets: []string{"T-2"}}, o)
	if err == nil || !strings.Contains(err.Error(), "was not recorded") {
		t.Errorf("a ticket that was not recorded gives %v", err)
	}
}

// TestRecordedClient lets another client use the recording.
func TestRecordedClient(t *testing.T) {
	r, err := httprec.ReadRecorded(strings.NewReader(recordedHeader+recordedLine), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: r}
	resp, err := client.Get("https://127.0.0.1:1/things/T-1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != `{"id":"T-1","state":"Done"}` || resp.StatusCode != 200 {
		t.Errorf("%d %s %v", resp.StatusCode, body, err)
	}
	if resp, err := client.Get("https://127.0.0.1:1/"); err == nil {
		resp.Body.Close()
		t.Error("an address that was not recorded was answered")
	}
}

// TestRecordedFailure replays refusals and bodies that are not UTF-8 and wants
// the same error and the same bytes.
func TestRecordedFailure(t *testing.T) {
	handlers := map[string]http.HandlerFunc{
		"403":       func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) },
		"not UTF-8": func(w http.ResponseWriter, _ *http.Request) { answer(w, []byte("{\"id\":\"\xff\"}")) },
		"too long":  endless(9 << 20),
		"secret":    func(w http.ResponseWriter, _ *http.Request) { answer(w, []byte(`{"id":"`+token+`"}`)) },
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			m := small(t, smallRecords)
			got, first := collect(t, m, handler, options())
			_, data, _, err := got.Material()
			if err != nil || first == nil {
				t.Fatal(err, first)
			}
			r, err := httprec.ReadRecorded(strings.NewReader(string(data)), 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			o := options()
			o.Transport = r
			base := strings.TrimSuffix(got.Answers[0].URL, "/things/T-1")
			again, second := httprec.Collect(t.Context(), httprec.Source{Mapping: m, Base: base}, httprec.Targets{Tickets: []string{"T-1"}}, o)
			if second == nil || second.Error() != first.Error() {
				t.Errorf("error %v after a replay, was %v", second, first)
			}
			if _, data2, _, err := again.Material(); err != nil || string(data2) != string(data) {
				t.Errorf("the material differs (%v):\n%s\n%s", err, data, data2)
			}
		})
	}
}

func TestRecordedHostile(t *testing.T) {
	line := func(old, new string) string { return recordedHeader + strings.Replace(recordedLine, old, new, 1) }
	tests := []struct{ name, text, want string }{
		{"empty", "", "are empty"},
		{"no header", recordedLine, "line 1"},
		{"other format", strings.Replace(recordedHeader, "v1", "v2", 1), "line 1: the format"},
		{"short salt", strings.Replace(recordedHeader, `"salt":"00`, `"salt":"`, 1), "line 1: the salt"},
		{"unknown member", line(`"page"`, `"pgae"`), "line 2"},
		{"a member twice", line(`"page":1`, `"page":1,"page":2`), "line 2"},
		{"null", line(`"page":1`, `"page":null`), "line 2"},
		{"POST", line("GET", "POST"), "line 2: not a GET"},
		{"no body", line(`"body"`, `"note"`), "line 2: no body"},
		{"two bodies", line(`"body"`, `"bodyBase64":"","body"`), "line 2: two bodies"},
		{"broken base64", line(`"body":"{`, `"bodyBase64":"{`), "line 2: bodyBase64"},
		{"twice", recordedHeader + recordedLine + recordedLine, "line 3: a second answer"},
		{"truncated", recordedHeader + recordedLine[:100], "line 2"},
		{"too long", recordedHeader + strings.Repeat(" ", 2000), "more than 1000 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			limit := int64(1000)
			if _, err := httprec.ReadRecorded(strings.NewReader(tt.text), limit); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestSalt wants the same answers to have different digests.
func TestSalt(t *testing.T) {
	digests := map[string]bool{}
	for range 3 {
		o := options()
		o.Random = nil
		got, err := collect(t, small(t, smallRecords), func(w http.ResponseWriter, _ *http.Request) { answer(w, []byte(`{"id":"T-1","state":"x"}`)) }, o)
		if err != nil {
			t.Fatal(err)
		}
		m, data, _, err := got.Material()
		if err != nil || !strings.Contains(string(data), `"retriever":"oidc:https://issuer.example|recorder"`) {
			t.Fatalf("%v, %s", err, data)
		}
		digests[fmt.Sprint(m.Digest)] = true
	}
	if len(digests) != 3 {
		t.Errorf("%d different digests, want 3", len(digests))
	}
}

func FuzzReadRecorded(f *testing.F) {
	f.Add([]byte(recordedHeader + recordedLine))
	f.Add([]byte(recordedHeader))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := httprec.ReadRecorded(strings.NewReader(string(data)), 1<<20)
		if (r == nil) != (err != nil) {
			t.Fatalf("%v beside %v", r, err)
		}
	})
}
