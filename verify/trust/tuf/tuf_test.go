package tuf_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/internal/tufrepo"
	"github.com/release-dossier/dossier/verify/trust/tuf"
)

const rootFile, configFile = "trusted_root.json", "signing_config.v0.2.json"

func TestFetch(t *testing.T) {
	r := tufrepo.New(t)
	r.Publish(t, map[string]string{rootFile: "the root", configFile: "the config"})
	o := tuf.Options{Mirror: r.URL, Root: r.Root(t), CacheDir: t.TempDir()}
	got, err := tuf.Fetch(t.Context(), o)
	if err != nil || string(got.TrustedRoot) != "the root" || string(got.SigningConfig) != "the config" {
		t.Fatalf("%+v, %v", got, err)
	}
	r.Publish(t, map[string]string{rootFile: "a newer root"})
	if got, err = tuf.Fetch(t.Context(), o); err != nil || string(got.TrustedRoot) != "a newer root" || got.SigningConfig != nil {
		t.Errorf("after an update: %+v, %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, r *tufrepo.Repository, o *tuf.Options)
		want  string
	}{
		{"no trusted root", func(t *testing.T, r *tufrepo.Repository, _ *tuf.Options) {
			r.Publish(t, map[string]string{"hello": "x"})
		}, rootFile},
		{"another repository", func(t *testing.T, r *tufrepo.Repository, o *tuf.Options) { o.Root = tufrepo.New(t).Root(t) }, "root.json is of"},
		{"expired", func(t *testing.T, r *tufrepo.Repository, _ *tuf.Options) { r.Expire(t, time.Now().Add(-time.Hour)) }, "holds back what is newer"},
		{"a changed file", func(_ *testing.T, r *tufrepo.Repository, _ *tuf.Options) {
			r.Change = func(path string, data []byte) []byte {
				if strings.Contains(path, rootFile) {
					return bytes.ToUpper(data)
				}
				return data
			}
		}, "hash"},
		{"a file that never ends", func(_ *testing.T, r *tufrepo.Repository, _ *tuf.Options) {
			r.Change = func(path string, data []byte) []byte { return append(data, make([]byte, 9<<20)...) }
		}, "more than"},
		{"an older state", func(t *testing.T, r *tufrepo.Repository, o *tuf.Options) {
			o.CacheDir = t.TempDir()
			before := r.Snapshot()
			r.Publish(t, map[string]string{rootFile: "newer"})
			if _, err := tuf.Fetch(t.Context(), *o); err != nil {
				t.Fatal(err)
			}
			r.Restore(before)
		}, "older state"},
		{"no URL", func(_ *testing.T, _ *tufrepo.Repository, o *tuf.Options) { o.Mirror = "file:///etc" }, "not the URL"},
		{"a password", func(_ *testing.T, _ *tufrepo.Repository, o *tuf.Options) {
			o.Mirror = "https://ana:secret@mirror.example"
		}, "https://ana:xxxxx@mirror.example"},
		{"no root.json", func(_ *testing.T, _ *tufrepo.Repository, o *tuf.Options) { o.Root = []byte("{}") }, "root.json:"},
		{"nobody there", func(_ *testing.T, r *tufrepo.Repository, _ *tuf.Options) { r.Close() }, "refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := tufrepo.New(t)
			r.Publish(t, map[string]string{rootFile: "the root"})
			o := tuf.Options{Mirror: r.URL, Root: r.Root(t)}
			tt.spoil(t, r, &o)
			if got, err := tuf.Fetch(t.Context(), o); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestHanging(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	_, err := tuf.Fetch(context.Background(), tuf.Options{Mirror: server.URL, Root: tufrepo.New(t).Root(t), Timeout: 100 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "not done within") {
		t.Error(err)
	}
}
