package main

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/verify"
)

func (f *verifyFlags) pins(o *verify.Options) error {
	for _, p := range []struct {
		flag, value string
		into        **evidence.Digest
	}{{"--expect-head", f.expectHead, &o.ExpectHead}, {"--exact-state", f.exactState, &o.ExactState}} {
		if p.value == "" {
			continue
		}
		d, err := evidence.ParseDigest(p.value)
		if err != nil {
			return usagef("%s: %w", p.flag, err)
		}
		*p.into = &d
	}
	return nil
}

// expect builds the expectation from the flags.
func (f *verifyFlags) expect(ctx context.Context, c *Cmd) (verify.Expect, error) {
	var e verify.Expect
	if f.anyRelease {
		if f.release != "" || len(f.artifacts) > 0 {
			return e, usagef("--any-release excludes --release and --artifact")
		}
		return verify.ExpectAnyUnsafe(), nil
	}
	if f.release != "" {
		i := strings.LastIndexByte(f.release, '@')
		if i <= 0 {
			return e, usagef("--release %q: write REPOSITORY@VERSION, such as github.com/owner/name@1.4.0", f.release)
		}
		var err error
		if e, err = verify.ExpectRelease(f.release[:i], f.release[i+1:]); err != nil {
			return e, usagef("--release: %w", err)
		}
	}
	artifacts, err := c.hashArtifacts(ctx, f.artifacts)
	return e.WithArtifacts(artifacts...), err
}

// hashArtifacts hashes the files among the arguments, and takes digests as
// they are.
func (c *Cmd) hashArtifacts(ctx context.Context, args []string) ([]verify.Artifact, error) {
	var list []verify.Artifact
	var files []string
	for _, a := range args {
		digest, err := isDigest(a)
		if err != nil {
			return nil, usagef("--artifact: %w", err)
		}
		if !digest {
			files = append(files, a)
			continue
		}
		d, err := evidence.ParseDigest(a)
		if err != nil {
			return nil, usagef("--artifact %.100s is no digest of an artifact: write sha256: and 64 lower-case hex digits, or name a file", a)
		}
		list = append(list, verify.Artifact{Name: a, Digest: d})
	}
	for _, file := range files {
		c.reads(file)
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) && isHex(file) {
			return nil, usagef("--artifact %s: there is no such file; a digest is written sha256:%s", file, strings.ToLower(file))
		}
	}
	hashed, err := verify.HashFiles(ctx, files)
	if err != nil {
		return nil, usagef("--artifact: %w", err)
	}
	return append(list, hashed...), nil
}

// digestLike is what is written as a digest, be it a right one or not.
var digestLike = lazyregexp.New(`^\s*(?:(?i:sha(?:256|384|512)):|[A-Za-z0-9_.+-]+:[0-9A-Fa-f]{32,}\s*$)`)

// isDigest tells a digest from a file. What is a file as well is refused: none
// passes for the artifact with a digest, or for one that is mistyped, because that
// is its name.
func isDigest(arg string) (bool, error) {
	if !digestLike.MatchString(arg) {
		return false, nil
	}
	if _, err := os.Lstat(arg); err != nil {
		return true, nil
	}
	return false, usagef("%s is a file here, and written as a digest: write ./%s for the file; for the digest, run this where no such file is", arg, arg)
}

// isHex tells what may be a digest without the "sha256:" that makes it one.
func isHex(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 64
}
