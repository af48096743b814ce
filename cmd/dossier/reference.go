package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/bundle/registry"
	"github.com/release-dossier/dossier/evidence/collect/oci"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// registries is what one run has to do with registries.
type registries struct {
	plainHTTP bool
	release   *evidence.Digest // the release statement that is meant; nil if any is
	dir       string           // of what was downloaded; "" if nothing was
	pulled    map[string]*registry.Pulled
}

// aboutReferences is the help of every command that takes one.
const aboutReferences = `

REF is HOST/NAME@sha256:HEX or HOST/NAME:TAG, where HOST has a dot or a port or is
localhost: an image with a dossier attached, or the tag of a dossier. It is
downloaded whole first; after that it is like a file. A file of that very name is
./HOST/NAME:TAG; oci://REF is never a file.`

// registerRemote adds the flags of every command that takes a reference.
func (c *Cmd) registerRemote(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.remote.plainHTTP, "plain-http", false, "ask registries without TLS (one on this machine always is)")
	cmd.Flags().Var(digestValue{&c.remote.release}, "dossier-id", "the dossier of this release statement: of several at one image that one, and of a file no other (`sha256:HEX`)")
}

// digestValue is the value of a flag that takes a digest.
type digestValue struct{ into **evidence.Digest }

// String implements pflag.Value.
func (v digestValue) String() string {
	if v.into == nil || *v.into == nil {
		return ""
	}
	return (*v.into).String()
}

// Set implements pflag.Value.
func (v digestValue) Set(text string) error {
	d, err := evidence.ParseDigest(text)
	*v.into = &d
	return err
}

// Type implements pflag.Value.
func (v digestValue) Type() string { return "string" }

// scheme marks a reference that no file can be taken for.
const scheme = "oci://"

// reference tells a reference from a file. What can be both is refused: neither
// a file that somebody put there nor a registry is taken for the other.
func reference(arg string) (ref string, ok bool, err error) {
	if ref, ok := strings.CutPrefix(arg, scheme); ok {
		if err := oci.CheckReference(ref); err != nil {
			return "", false, usageError{err}
		}
		return ref, true, nil
	}
	if !oci.IsReference(arg) {
		return "", false, nil
	}
	if _, err := os.Lstat(arg); err == nil {
		return "", false, usagef("%s is a file here and can be a reference to a registry: write ./%s for the file, %s%s for the registry", arg, arg, scheme, arg)
	}
	return arg, true, nil
}

// open opens a file, a layout directory, or what a reference names. Of several
// releases that are attached to one image, trust says which is meant.
func (c *Cmd) open(ctx context.Context, target string, o verify.Options) (*bundle.Dossier, error) {
	ref, ok, err := reference(target)
	if err != nil {
		return nil, err
	}
	if !ok {
		return c.openFile(ctx, target)
	}
	p, err := c.pulled(ctx, ref, o)
	if err != nil {
		return nil, &targetError{target, err}
	}
	return p.Dossier, nil
}

// openFile opens a file or layout directory, of the release that is meant.
func (c *Cmd) openFile(ctx context.Context, path string) (*bundle.Dossier, error) {
	d, err := openDossier(ctx, path)
	if err != nil || c.remote.release == nil {
		return d, err
	}
	err = errors.New("it has no release statement")
	for _, st := range d.Statements() {
		if st.Statement.PredicateType != evidence.RecordType {
			continue
		}
		if st.ID == *c.remote.release {
			return d, nil // with another beside it, it is not genuine
		}
		err = fmt.Errorf("it is of the release %s", st.ID)
	}
	d.Close()
	return nil, &targetError{path, &bundle.ReadError{Err: err, Remedy: "--dossier-id asks for another"}}
}

// registryOptions say how registries are reached: with what "docker login"
// stored.
func (c *Cmd) registryOptions() registry.Options {
	return registry.Options{Keychain: authn.DefaultKeychain, PlainHTTP: c.remote.plainHTTP}
}

// pulled downloads what a reference names to a directory that is removed at the
// end of the run.
func (c *Cmd) pulled(ctx context.Context, ref string, o verify.Options) (*registry.Pulled, error) {
	if c.remote.dir == "" {
		dir, err := os.MkdirTemp("", "dossier-")
		if err != nil {
			return nil, err
		}
		c.remote.dir, c.remote.pulled = dir, map[string]*registry.Pulled{}
	}
	dir := filepath.Join(c.remote.dir, fmt.Sprint(len(c.remote.pulled)))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	p, err := c.download(ctx, ref, dir, o)
	if err != nil {
		return nil, err
	}
	c.remote.pulled[ref] = p
	if n := len(p.Others); n > 0 {
		fmt.Fprintf(c.Stderr, "dossier: note: attached and not of this dossier: %s, which \"dossier pull\" lists\n", counted(n, "manifest", "manifests"))
	}
	return p, nil
}

// download pulls a dossier to a directory.
func (c *Cmd) download(ctx context.Context, ref, dir string, o verify.Options) (*registry.Pulled, error) {
	p, err := registry.Pull(ctx, ref, dir, c.registryOptions(), func(list []registry.Release) (evidence.Digest, error) {
		return c.chooseRelease(ctx, list, o)
	})
	if err != nil {
		return nil, err
	}
	if id := c.remote.release; id != nil && *id != p.Release {
		return nil, fmt.Errorf("what is there is of the release %s", p.Release)
	}
	if !strings.Contains(ref, "@") {
		fmt.Fprintf(c.Stderr, "dossier: note: %s is %s now\n", report.Safe(ref), p.Subject)
	}
	return p, nil
}

// maxOthers is the most of what else is attached that is listed.
const maxOthers = 10

// tellOthers lists what is attached and was not imported.
func (c *Cmd) tellOthers(ref string, others []registry.Other) {
	if len(others) == 0 {
		return
	}
	fmt.Fprintf(c.Stderr, "dossier: note: not of this dossier and not imported, though attached to %s:\n", report.Safe(ref))
	for i, o := range others {
		if i == maxOthers {
			fmt.Fprintf(c.Stderr, "  and %d more\n", len(others)-i)
			return
		}
		fmt.Fprintf(c.Stderr, "  %s  %s: %s\n", report.Safe(o.Digest), report.Safe(firstOf(o.ArtifactType, "no type")), report.Safe(o.Why))
	}
}

// chooseRelease takes the release that a trusted party signed, if it is one.
func (c *Cmd) chooseRelease(ctx context.Context, list []registry.Release, o verify.Options) (evidence.Digest, error) {
	if c.remote.release != nil {
		return *c.remote.release, nil
	}
	var trusted []registry.Release
	for _, r := range list {
		if ok, err := signedByTrusted(ctx, r, o); err != nil {
			return evidence.Digest{}, err
		} else if ok {
			trusted = append(trusted, r)
		}
	}
	if len(trusted) == 1 {
		return trusted[0].Statement, nil
	}
	return evidence.Digest{}, c.several(list, trusted)
}

func signedByTrusted(ctx context.Context, r registry.Release, o verify.Options) (bool, error) {
	if o.Trust == nil {
		return false, nil
	}
	o.Policy = nil
	got, err := verify.Bundle(ctx, r.Dossier, verify.Expect{}, o)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(got.Signers, func(s verify.Signer) bool { return s.Statement == r.Statement && s.Allowed }), nil
}

// several lists releases of which none or several are trusted.
func (c *Cmd) several(list, trusted []registry.Release) error {
	why := "none of them is signed by a party that you trust: give --trust or --signer"
	if len(trusted) > 0 {
		why, list = "you trust who signed these", trusted
	}
	for i, r := range list {
		if i == maxOthers {
			fmt.Fprintf(c.Stderr, "  and %d more\n", len(list)-i)
			break
		}
		fmt.Fprintf(c.Stderr, "  %s\n", report.Safe(describeRelease(r)))
	}
	return fmt.Errorf("%w; %s, or name one with --dossier-id", registry.ErrSeveral, why)
}

// describeRelease is a line on a release in a registry.
func describeRelease(r registry.Release) string {
	name := verify.ReleaseName(strings.TrimPrefix(r.Repository, "https://"), r.Component, r.Version)
	return fmt.Sprintf("%s  %s  %s, %s", r.Statement, name, counted(r.Statements, "statement", "statements"),
		counted(r.Signatures, "signature", "signatures"))
}

// expected is what the target itself says is expected: an image that is named by
// its digest. A tag says nothing, because anybody may move it.
func (c *Cmd) expected(target string, e verify.Expect) verify.Expect {
	ref := strings.TrimPrefix(target, scheme)
	p := c.remote.pulled[ref]
	if p == nil || !strings.Contains(ref, "@") || p.IsAnchor {
		return e
	}
	return e.WithArtifacts(verify.Artifact{Name: ref, Digest: p.Subject})
}

// pushAdded pushes what was added to a dossier that was pulled.
func (c *Cmd) pushAdded(ctx context.Context, d *bundle.Dossier, ref string) error {
	p := c.remote.pulled[ref]
	if p == nil {
		return usagef("%s is not what was opened: nothing is pushed", ref)
	}
	if _, err := registry.PushAdded(ctx, d, p.Reference(), c.registryOptions()); err != nil {
		return usagef("what was signed is not in the registry: %w; try again, or keep it with --output FILE and push that", err)
	}
	return nil
}

// endRemote removes what was downloaded.
func (c *Cmd) endRemote() {
	if c.remote.dir != "" {
		_ = os.RemoveAll(c.remote.dir)
	}
}
