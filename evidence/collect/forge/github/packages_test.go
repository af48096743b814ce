package github_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

// pageWith is a release page with one file, as docs.github.com shows it.
const pageWith = `{"id":401,"tag_name":"v4.2.0","html_url":"https://github.com/fintech/payments/releases/tag/v4.2.0","draft":false,
	"prerelease":false,"immutable":%t,"created_at":"2026-11-18T09:30:00Z","published_at":"2026-11-18T09:36:00Z","author":{"login":"bob","id":102,"type":"User"},
	"assets":[{"id":1,"name":"payments.tar.gz","label":null,"state":"%s","content_type":"application/gzip","size":1024,"digest":%s,"download_count":0,
	"created_at":"%s","updated_at":"2026-11-19T10:00:00Z","uploader":{"login":"bob","id":102,"type":"User"},
	"browser_download_url":"https://github.com/fintech/payments/releases/download/v4.2.0/payments.tar.gz"}]}`

func TestPublishedFiles(t *testing.T) {
	digest := `"sha256:` + strings.Repeat("ab", 32) + `"`
	for name, tt := range map[string]struct {
		immutable         bool
		state, digest, at string
		published         string
		absent            bool
	}{
		"before the page":     {true, "uploaded", digest, "2026-11-18T09:35:00Z", "2026-11-18T09:36:00Z", false},
		"after the page":      {false, "uploaded", digest, "2026-11-18T11:00:00Z", "2026-11-18T11:00:00Z", false},
		"time of no calendar": {false, "uploaded", digest, "0001-01-01T00:00:00Z", "", false},
		"not there yet":       {false, "starter", digest, "2026-11-18T09:35:00Z", "", true},
		"no digest":           {false, "uploaded", "null", "2026-11-18T09:35:00Z", "", true},
		"other digest":        {false, "uploaded", `"sha512:` + strings.Repeat("ab", 64) + `"`, "2026-11-18T09:35:00Z", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := fakeforge.New(t, file)
			s.On(repo+"/releases/tags/v4.2.0", func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprintf(w, pageWith, tt.immutable, tt.state, tt.digest, tt.at)
			})
			want := evidence.Publication{
				Registry: "github.com/fintech/payments/releases", Immutable: tt.immutable,
				Coordinates: "https://github.com/fintech/payments/releases/download/v4.2.0/payments.tar.gz",
			}
			if tt.published != "" {
				at, _ := evidence.ParseTime(tt.published)
				want.PublishedAt = &at
			}
			r := gather(t, options(s))
			d, _ := evidence.ParseDigest("sha256:" + strings.Repeat("ab", 32))
			got, ok := r.Published[d]
			if ok == tt.absent || ok && cmp.Diff(want, got) != "" {
				t.Errorf("published %t: %s", ok, cmp.Diff(want, got))
			}
		})
	}
}

// A version of a container package, as docs.github.com shows it.
const version = `{"id":836,"name":"sha256:%s","url":"https://api.github.com/orgs/fintech/packages/container/payments/versions/836",
	"package_html_url":"https://github.com/orgs/fintech/packages/container/package/payments","created_at":"2026-11-18T09:33:00Z",
	"updated_at":"2026-11-19T08:00:00Z","html_url":"https://github.com/orgs/fintech/packages/container/payments/836",
	"metadata":{"package_type":"container","container":{"tags":["v4.2.0"]}}}`

func TestPublishedImages(t *testing.T) {
	image, cd := strings.Repeat("ef", 32), strings.Repeat("cd", 32)
	found, other := fmt.Sprintf(version, image), fmt.Sprintf(version, cd)
	for name, tt := range map[string]struct {
		repository, answer string
		status             int
		published          bool
		unread             string
	}{
		"pushed":            {"ghcr.io/fintech/payments", "[" + other + "," + found + "]", 200, true, ""},
		"below":             {"ghcr.io/fintech/payments/api", "[" + found + "]", 200, true, ""},
		"another version":   {"ghcr.io/fintech/payments", "[" + other + "]", 200, false, ""},
		"another owner":     {"ghcr.io/other/payments", "[" + found + "]", 200, false, ""},
		"another registry":  {"registry.example/fintech/payments", "[" + found + "]", 200, false, ""},
		"no permission":     {"ghcr.io/fintech/payments", `{"message":"Resource not accessible by integration"}`, 403, false, "/versions"},
		"null":              {"ghcr.io/fintech/payments", "[null]", 200, false, "/versions"},
		"name is no digest": {"ghcr.io/fintech/payments", "[" + strings.Replace(found, image, `\u001b[2J`, 1) + "]", 200, false, ""},
		"not a list":        {"ghcr.io/fintech/payments", found, 200, false, "/versions"},
	} {
		t.Run(name, func(t *testing.T) {
			s := fakeforge.New(t, file)
			answer := func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(tt.status)
				w.Write([]byte(tt.answer))
			}
			s.On("/orgs/fintech/packages/container/payments/versions", answer)
			s.On("/orgs/fintech/packages/container/payments/api/versions", answer) // by its unescaped path
			d, _ := evidence.ParseDigest("sha256:" + image)
			o := options(s)
			o.Artifacts = []evidence.Artifact{{Name: tt.repository, Digest: d, Image: &evidence.Image{Repository: tt.repository}}}
			r := gather(t, o)
			at, _ := evidence.ParseTime("2026-11-18T09:33:00Z")
			want := evidence.Publication{Registry: tt.repository, PublishedAt: &at}
			got, ok := r.Published[d]
			if ok != tt.published || ok && cmp.Diff(want, got) != "" {
				t.Errorf("published %t: %+v", ok, got)
			}
			unread := ""
			for _, u := range r.Unread {
				if strings.Contains(u.What, "packages") {
					unread = u.What
				}
			}
			if (unread != "") != (tt.unread != "") || !strings.HasSuffix(unread, tt.unread) {
				t.Errorf("unread %q, want %q", unread, tt.unread)
			}
		})
	}
}

// TestRunStart: the run that collects is known by its id and attempt.
func TestRunStart(t *testing.T) {
	for _, tt := range []struct {
		run     string
		attempt int64
		want    string
	}{{"777", 1, "2026-11-19T08:59:30Z"}, {"777", 2, ""}, {"778", 1, ""}, {"", 0, ""}} {
		o := options(fakeforge.New(t, file))
		o.Run, o.Attempt = tt.run, tt.attempt
		r := gather(t, o)
		got := ""
		if r.RunStartedAt != nil {
			got = r.RunStartedAt.Format("2006-01-02T15:04:05Z07:00")
		}
		if got != tt.want {
			t.Errorf("run %q, attempt %d: began %q, want %q", tt.run, tt.attempt, got, tt.want)
		}
	}
}
