// Package tufrepo makes TUF repositories for tests and serves them on loopback.
package tufrepo

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Repository is a TUF repository with one key for all roles.
type Repository struct {
	URL string
	// Change, if set, alters what is served.
	Change func(path string, data []byte) []byte

	server  *httptest.Server
	signer  signature.Signer
	root    *metadata.Metadata[metadata.RootType]
	version int64
	expires time.Time
	targets map[string]string
	files   map[string][]byte // by path
}

// New makes an empty repository.
func New(t testing.TB) *Repository {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &Repository{files: map[string][]byte{}, expires: time.Now().Add(24 * time.Hour)}
	if r.signer, err = signature.LoadSigner(private, crypto.Hash(0)); err != nil {
		t.Fatal(err)
	}
	key, err := metadata.KeyFromPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	r.root = metadata.Root(time.Now().Add(24 * time.Hour))
	for _, role := range metadata.TOP_LEVEL_ROLE_NAMES {
		if err := r.root.Signed.AddKey(key, role); err != nil {
			t.Fatal(err)
		}
	}
	r.files["/1.root.json"] = sign(t, r.signer, r.root)
	r.server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	r.URL = r.server.URL
	r.Publish(t, nil)
	return r
}

// Close stops serving.
func (r *Repository) Close() { r.server.Close() }

// Root is the repository's root.json.
func (r *Repository) Root(testing.TB) []byte { return r.files["/1.root.json"] }

// Publish replaces the files of the repository.
func (r *Repository) Publish(t testing.TB, targets map[string]string) {
	t.Helper()
	r.targets = targets
	r.write(t)
}

// Expire publishes the same files with metadata that ends at a time.
func (r *Repository) Expire(t testing.TB, at time.Time) {
	t.Helper()
	r.expires = at
	r.write(t)
}

func (r *Repository) write(t testing.TB) {
	t.Helper()
	r.version++
	listed := metadata.Targets(r.expires)
	for name, text := range r.targets {
		info, err := metadata.TargetFile().FromBytes(name, []byte(text), "sha256")
		if err != nil {
			t.Fatal(err)
		}
		listed.Signed.Targets[name] = info
		digest := sha256.Sum256([]byte(text))
		r.files["/targets/"+hex.EncodeToString(digest[:])+"."+name] = []byte(text)
	}
	snapshot, timestamp := metadata.Snapshot(r.expires), metadata.Timestamp(r.expires)
	listed.Signed.Version, snapshot.Signed.Version, timestamp.Signed.Version = r.version, r.version, r.version
	snapshot.Signed.Meta["targets.json"] = metadata.MetaFile(r.version)
	timestamp.Signed.Meta["snapshot.json"] = metadata.MetaFile(r.version)
	r.files[fmt.Sprintf("/%d.targets.json", r.version)] = sign(t, r.signer, listed)
	r.files[fmt.Sprintf("/%d.snapshot.json", r.version)] = sign(t, r.signer, snapshot)
	r.files["/timestamp.json"] = sign(t, r.signer, timestamp)
}

func sign[T metadata.Roles](t testing.TB, s signature.Signer, m *metadata.Metadata[T]) []byte {
	t.Helper()
	m.ClearSignatures()
	if _, err := m.Sign(s); err != nil {
		t.Fatal(err)
	}
	data, err := m.ToBytes(false)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Snapshot is what is served now, for Restore: a mirror that is set back.
func (r *Repository) Snapshot() map[string][]byte { return maps.Clone(r.files) }

// Restore serves an earlier state.
func (r *Repository) Restore(files map[string][]byte) { r.files = files }

func (r *Repository) serve(w http.ResponseWriter, req *http.Request) {
	data, ok := r.files[strings.TrimSuffix(req.URL.Path, "/")]
	if !ok {
		http.NotFound(w, req)
		return
	}
	if r.Change != nil {
		data = r.Change(req.URL.Path, bytes.Clone(data))
	}
	w.Write(data)
}
