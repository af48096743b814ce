package http_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	httprec "github.com/release-dossier/dossier/evidence/collect/http"
)

const pagedRecords = `    records:
      - kind: ticket
        each: "/values/*"
        fields:
          /id: { from: /id, required: true }
`

func paged(t *testing.T, page string) *httprec.Mapping {
	t.Helper()
	return small(t, "    page: { items: \"/values/*\", "+page+" }\n"+pagedRecords)
}

// pageServer answers with the given pages in turn.
func pageServer(pages ...string) http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, _ *http.Request) {
		page := pages[min(n, len(pages)-1)]
		n++
		if header, body, ok := strings.Cut(page, "|"); ok {
			w.Header().Set("Link", header)
			page = body
		}
		answer(w, []byte(page))
	}
}

func TestPages(t *testing.T) {
	tests := []struct {
		name, page string
		pages      []string
		records    int
		want       string // "" if the list is whole
	}{
		{"next address", "next-url: /next", []string{`{"values":[{"id":"a"}],"next":"/things/T-1?p=2"}`, `{"values":[{"id":"b"}]}`}, 2, ""},
		{"link", "link-header: true", []string{`</things/T-1?p=2>; rel="next", </x>; rel="last"|{"values":[{"id":"a"}]}`, `</x>; rel="first"|{"values":[{"id":"b"}]}`}, 2, ""},
		{"token", "next-token: /next, parameter: p", []string{`{"values":[{"id":"a"}],"next":"a b&c"}`, `{"values":[{"id":"b"}],"next":""}`}, 2, ""},
		{"shifted", "next-url: /next", []string{`{"values":[{"id":"a"}],"next":"/things/T-1?p=2"}`, `{"values":[{"id":"a"},{"id":"b"}]}`}, 2, ""},
		{"fewer than the total", "total: /total", []string{`{"values":[{"id":"a"}],"total":2}`}, 1, "2 items in all and 1"},
		{"no total", "total: /total", []string{`{"values":[{"id":"a"}]}`}, 1, "does not say its total"},
		{"total of another type", "total: /total", []string{`{"values":[],"total":"0"}`}, 0, "items in all"},
		{"no end", "next-url: /next", []string{`{"values":[{"id":"a"}],"next":"/things/T-1"}`}, 1, "does not end"},
		{"no end, other addresses", "next-token: /next, parameter: p", nil, 5, "more than 5 requests"},
		{"another host", "next-url: /next", []string{`{"values":[{"id":"a"}],"next":"https://evil.example/"}`}, 1, "on another host"},
		{"another host by link", "link-header: true", []string{`<https://evil.example/>; rel="next"|{"values":[{"id":"a"}]}`}, 1, "on another host"},
		{"a user", "next-url: /next", []string{`{"values":[{"id":"a"}],"next":"http://u@127.0.0.1/"}`}, 1, "on another host"},
		{"next of another type", "next-url: /next", []string{`{"values":[{"id":"a"}],"next":{}}`}, 1, "is an object"},
		{"second page fails", "next-url: /next", []string{`{"values":[{"id":"a"}],"next":"/things/T-1?p=2"}`, `{`}, 1, "not JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			handler := pageServer(tt.pages...)
			if tt.pages == nil {
				handler = endlessPages()
			}
			o := options()
			o.Limits.Requests = 5
			got, err := collect(t, paged(t, tt.page), handler, o)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if len(got.Records) != tt.records {
				t.Errorf("%d records, want %d", len(got.Records), tt.records)
			}
			for _, a := range got.Answers {
				if a.Complete != (tt.want == "") {
					t.Errorf("page %d: complete %t", a.Page, a.Complete)
				}
			}
		})
	}
}

func endlessPages() http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, _ *http.Request) {
		n++
		answer(w, fmt.Appendf(nil, `{"values":[{"id":"%d"}],"next":"%d"}`, n, n))
	}
}

func TestTotalBytes(t *testing.T) {
	o := options()
	o.Limits.Total = 1000
	n := 0
	_, err := collect(t, paged(t, "next-token: /next, parameter: p"), func(w http.ResponseWriter, _ *http.Request) {
		n++
		answer(w, fmt.Appendf(nil, `{"values":[],"next":"%d","pad":"%s"}`, n, strings.Repeat("a", 300)))
	}, o)
	if err == nil || !strings.Contains(err.Error(), "1000 bytes together") || n > 4 {
		t.Errorf("%d answers, %v", n, err)
	}
}
