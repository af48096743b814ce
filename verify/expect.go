package verify

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// Expect is what the caller expects the dossier to be about. It is a required
// argument, so that the valid dossier of the previous release, or of another
// product, is not accepted by mistake (rules of format, R7). The zero value
// expects nothing: everything is checked and nothing is accepted.
type Expect struct {
	any        bool
	artifacts  []Artifact
	repository string
	version    string
}

// Artifact is an artifact in the caller's hands.
type Artifact struct {
	// Name is what the caller calls it: a path or an image reference.
	Name   string
	Digest evidence.Digest
	// Hashed reports that Digest was computed from bytes at hand, as [HashFiles]
	// does. Otherwise it is a digest that the caller was told, and says nothing of
	// bytes.
	Hashed bool
}

// ExpectArtifacts expects a release that names all the given artifacts.
func ExpectArtifacts(artifacts ...Artifact) Expect { return Expect{artifacts: artifacts} }

// ExpectRelease expects the release of that version of that repository. The
// repository is brought into its normal form; a version may be written with or
// without the tag's "v". That of a component is named with the component, as in
// "api/1.4.0": a repository may release several of one version.
func ExpectRelease(repository, version string) (Expect, error) {
	if repository == "" {
		return Expect{}, errors.New("the expected release has no repository: write REPOSITORY@VERSION")
	}
	uri, err := evidence.NormalRepository(repository)
	if err != nil {
		return Expect{}, err
	}
	if version == "" {
		return Expect{}, fmt.Errorf("the expected release of %s has no version: write REPOSITORY@VERSION", uri)
	}
	return Expect{repository: uri, version: version}, nil
}

// ExpectAnyUnsafe expects nothing and accepts a dossier of any release. The
// caller must read which one it is in the report.
func ExpectAnyUnsafe() Expect { return Expect{any: true} }

// WithArtifacts returns e with artifacts expected in addition.
func (e Expect) WithArtifacts(artifacts ...Artifact) Expect {
	e.artifacts = append(e.artifacts[:len(e.artifacts):len(e.artifacts)], artifacts...)
	return e
}

// names reports whether the release is the one that is expected by its name.
func (e Expect) names(r *evidence.Record) bool {
	if e.repository != r.Repository.URI {
		return false
	}
	if r.Component == "" {
		return e.version == r.Version || e.version == r.Tag.Name
	}
	version, of := strings.CutPrefix(e.version, r.Component+"/")
	return of && (version == r.Version || version == r.Tag.Name || r.Component+"/"+version == r.Tag.Name)
}

// ReleaseName is a release as [ExpectRelease] takes it: "https://host/repository@1.4.0",
// or "https://host/repository@api/1.4.0" of a component.
func ReleaseName(repository, component, version string) string {
	if component != "" {
		version = component + "/" + version
	}
	return repository + "@" + version
}

// none reports whether the caller gave no expectation at all.
func (e Expect) none() bool { return !e.any && len(e.artifacts) == 0 && e.repository == "" }

// String says what is expected, for the report.
func (e Expect) String() string {
	var parts []string
	if e.repository != "" {
		parts = append(parts, strings.TrimPrefix(e.repository, "https://")+"@"+e.version)
	}
	for _, a := range e.artifacts {
		parts = append(parts, a.Name)
	}
	if e.any {
		parts = append(parts, "any release")
	}
	return strings.Join(parts, ", ")
}

// HashFiles hashes the files at paths, several at once, reading each as a
// stream, and returns them as artifacts in the same order.
func HashFiles(ctx context.Context, paths []string) ([]Artifact, error) {
	list := make([]Artifact, len(paths))
	errs := make([]error, len(paths))
	work := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(paths)) {
		wg.Go(func() {
			for i := range work {
				b, err := bundle.FileBlob(ctx, paths[i])
				list[i], errs[i] = Artifact{Name: paths[i], Digest: b.Digest, Hashed: true}, err
			}
		})
	}
	for i := range paths {
		if ctx.Err() != nil {
			break
		}
		work <- i
	}
	close(work)
	wg.Wait()
	for _, err := range append(errs, ctx.Err()) {
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}
