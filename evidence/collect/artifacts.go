package collect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// maxArtifacts leaves room for commit and tag among a statement's subjects.
const maxArtifacts = attest.MaxSubjects - 2

// artifact is one artifact file.
type artifact struct {
	path string
	blob bundle.Blob
	goBuild
}

// readArtifacts hashes the files.
func (a *assembly) readArtifacts(ctx context.Context) error {
	paths := a.Artifacts
	if len(paths) > maxArtifacts {
		return fmt.Errorf("%d artifacts, at most %d are allowed: release a checksum list of them as one artifact", len(paths), maxArtifacts)
	}
	for i, name := range shortNames(paths) {
		if err := checkFileName(name); err != nil {
			return fmt.Errorf("artifact %s: %w", paths[i], err)
		}
	}
	total, err := totalSize(paths)
	if err != nil {
		return err
	}
	if a.artifacts, err = a.hash(ctx, paths, total); err != nil {
		return err
	}
	return checkDistinct(a.artifacts)
}

// addArtifacts states what was read.
func (a *assembly) addArtifacts(context.Context) error {
	for i, name := range shortNames(a.Artifacts) {
		a.addArtifact(name, a.artifacts[i])
	}
	return nil
}

// file is the file of the record's i-th artifact; a zero artifact if it is none,
// such as an image in a registry. Files come first.
func (a *assembly) file(i int) artifact {
	if i < len(a.artifacts) {
		return a.artifacts[i]
	}
	return artifact{}
}

func (a *assembly) addArtifact(name string, art artifact) {
	a.draft.Record.Artifacts = append(a.draft.Record.Artifacts, evidence.Artifact{
		Name: name, Version: art.version, Digest: art.blob.Digest, Size: art.blob.Size,
	})
	a.found("artifact", fmt.Sprintf("%s, %d bytes, %s", name, art.blob.Size, art.blob.Digest), proven, art.path)
	if a.IncludeArtifacts {
		a.addMaterial("artifacts", name, evidence.MediaTypeOctets, art.blob)
	}
}

// checkFileName refuses names that a statement cannot hold, or that would not be
// what they look like.
func checkFileName(name string) error {
	if !utf8.ValidString(name) {
		return errors.New("the name is not UTF-8, which a statement cannot hold: rename the file")
	}
	if strings.TrimSpace(name) != name {
		return errors.New("its name begins or ends with space: rename the file")
	}
	const blankBraille = '\u2800' // a symbol without ink
	for _, r := range name {
		if !unicode.IsPrint(r) || r == blankBraille ||
			unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return fmt.Errorf("the character %U in its name is not visible: rename the file", r)
		}
	}
	return nil
}

// totalSize checks every file before the first is read.
func totalSize(paths []string) (int64, error) {
	var total int64
	for _, p := range paths {
		info, err := os.Stat(p)
		if errors.Is(err, os.ErrNotExist) {
			return 0, fmt.Errorf("artifact %s: no such file: build it first, or name the file that was built", p)
		}
		if err != nil {
			return 0, fmt.Errorf("artifact: %w", err)
		}
		if info.IsDir() {
			return 0, fmt.Errorf("artifact %s is a directory: name the files in it, or release an archive of it", p)
		}
		if !info.Mode().IsRegular() {
			return 0, fmt.Errorf("artifact %s is not a regular file", p)
		}
		total += info.Size()
	}
	return total, nil
}

// hash reads all files, as many at a time as there are processors to use.
func (a *assembly) hash(ctx context.Context, paths []string, total int64) ([]artifact, error) {
	list, errs := make([]artifact, len(paths)), make([]error, len(paths))
	var wg sync.WaitGroup
	var mu sync.Mutex
	var done int64
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, p := range paths {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] != nil {
				return
			}
			list[i], errs[i] = readArtifact(ctx, p)
			mu.Lock()
			defer mu.Unlock()
			done += list[i].blob.Size
			a.progress("artifacts", done, total)
		})
	}
	wg.Wait()
	return list, errors.Join(errs...)
}

func readArtifact(ctx context.Context, path string) (artifact, error) {
	b, err := bundle.FileBlob(ctx, path)
	if err != nil {
		return artifact{}, fmt.Errorf("artifact: %w", err)
	}
	return artifact{path, b, readGoBuild(path)}, nil
}

// checkDistinct refuses two artifacts with the same bytes: a digest is the
// name of one artifact.
func checkDistinct(list []artifact) error {
	seen := map[evidence.Digest]string{}
	for _, art := range list {
		if other, ok := seen[art.blob.Digest]; ok {
			return fmt.Errorf("artifacts %s and %s have the same bytes (%s): give one of them", other, art.path, art.blob.Digest)
		}
		seen[art.blob.Digest] = art.path
	}
	return nil
}
