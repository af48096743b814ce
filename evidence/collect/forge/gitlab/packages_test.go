package gitlab_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

// A package and its file as docs.gitlab.com/api/packages shows them.
const (
	packageList = `[{"id":4,"name":"ledger","version":"1.4.0","package_type":"generic","status":"default",
		"_links":{"web_path":"/bank/core/ledger/-/packages/4","delete_api_path":"https://gitlab.example.com/api/v4/projects/300/packages/4"},
		"created_at":"2026-11-18T09:40:00.000Z","tags":[]}]`
	packageFile = `[{"id":25,"package_id":4,"created_at":"2026-11-18T09:41:00.123Z","file_name":"ledger-1.4.0.tgz","size":8,
		"file_md5":"58e6a45a629910c6ff99145a688971ac","file_sha1":"ebd193463d3915d7e22219f52740056dfd26cbfe",
		"file_sha256":"ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB","pipelines":[]}]`
)

func TestPackages(t *testing.T) {
	digest, _ := evidence.ParseDigest("sha256:" + strings.Repeat("ab", 32))
	file1 := []evidence.Artifact{{Name: "ledger-1.4.0.tgz", Digest: digest}}
	for name, tt := range map[string]struct {
		artifacts   []evidence.Artifact
		list, files string
		status      int
		unread      string // of what is asked
		published   bool
	}{
		"published":          {file1, packageList, packageFile, 200, "", true},
		"no package":         {file1, `[]`, packageFile, 200, "", false},
		"images only":        {[]evidence.Artifact{{Digest: digest, Image: &evidence.Image{}}}, packageList, packageFile, 403, "", false},
		"forbidden":          {file1, packageList, packageFile, 403, "/packages", false},
		"no digest":          {file1, packageList, strings.Replace(packageFile, "ABABAB", "xx", 1), 200, "", false},
		"of another package": {file1, packageList, strings.Replace(packageFile, `"package_id":4`, `"package_id":5`, 1), 200, "/package_files", false},
		"null":               {file1, `[null]`, packageFile, 200, "/packages", false},
		"escapes":            {file1, strings.Replace(packageList, `"ledger"`, `"\u001b[2J"`, 1), packageFile, 200, "", true},
		"endless name":       {file1, packageList, strings.Replace(packageFile, "ledger-1.4.0", strings.Repeat("x", 100_000), 1), 200, "publication", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := fakeforge.New(t, file)
			answer := func(text string) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					if got := r.URL.Query().Get("package_version"); got != "1.4.0" && !strings.HasSuffix(r.URL.Path, "_files") {
						t.Errorf("asked for version %q", got)
					}
					w.WriteHeader(tt.status)
					w.Write([]byte(text))
				}
			}
			s.On(project+"/packages", answer(tt.list))
			s.On(project+"/packages/4/package_files", answer(tt.files))
			o := options(s)
			o.Version, o.Artifacts = "1.4.0", tt.artifacts
			r := gather(t, o)
			at, _ := evidence.ParseTime("2026-11-18T09:41:00.123Z")
			want := map[evidence.Digest]evidence.Publication{digest: {
				Registry: "gitlab.example.com/bank/core/ledger/-/packages", Package: "ledger",
				Coordinates: "https://gitlab.example.com/bank/core/ledger/-/packages/4#ledger-1.4.0.tgz", PublishedAt: &at,
			}}
			if name == "escapes" {
				p := want[digest]
				p.Package = "[2J"
				want[digest] = p
			}
			if !tt.published {
				want = nil
			}
			if len(r.Published) != len(want) || want != nil && cmp.Diff(want, r.Published) != "" {
				t.Error(cmp.Diff(want, r.Published))
			}
			switch {
			case tt.unread == "" && len(r.Unread) > 0, tt.unread != "" && (len(r.Unread) != 1 || !strings.HasSuffix(r.Unread[0].What, tt.unread)):
				t.Errorf("unread %+v, want %q", r.Unread, tt.unread)
			}
		})
	}
}
