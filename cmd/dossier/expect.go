package main

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/release-dossier/dossier/evidence"
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
func (f *verifyFlags) expect(ctx context.Context) (verify.Expect, error) {
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
	artifacts, err := hashArtifacts(ctx, f.artifacts)
	return e.WithArtifacts(artifacts...), err
}

// hashArtifacts hashes the files among the arguments, and takes digests as
// they are.
func hashArtifacts(ctx context.Context, args []string) ([]verify.Artifact, error) {
	var list []verify.Artifact
	var files []string
	for _, a := range args {
		if !looksLikeDigest(a) {
			files = append(files, a)
			continue
		}
		d, err := evidence.ParseDigest(a)
		if err != nil {
			return nil, usagef("--artifact: %w", err)
		}
		list = append(list, verify.Artifact{Name: a, Digest: d})
	}
	hashed, err := verify.HashFiles(ctx, files)
	if err != nil {
		return nil, usagef("--artifact: %w", err)
	}
	return append(list, hashed...), nil
}

// looksLikeDigest tells a digest from a file name: "sha256:" before anything,
// or 64 hex digits.
func looksLikeDigest(s string) bool {
	if strings.HasPrefix(s, "sha256:") {
		return true
	}
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 64
}
