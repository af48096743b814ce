package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// verify hands payload and signature to the tool that made the signature.
func (r *repo) verify(payload, sig []byte, tool string, args ...string) {
	r.Helper()
	dir := r.TempDir()
	for name, data := range map[string][]byte{"sig": sig, "payload": payload} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			r.Fatal(err)
		}
	}
	in, err := os.Open(filepath.Join(dir, "payload"))
	if err != nil {
		r.Fatal(err)
	}
	defer in.Close()
	cmd := exec.Command(tool, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, r.Env, in
	if out, err := cmd.CombinedOutput(); err != nil {
		r.Errorf("%s: %v: %s", tool, err, out)
	}
}

// signed makes a release with a signed tag and a signed commit and checks that
// what is taken for payload and signature is what was signed.
func (r *repo) signed(tool string, args ...string) {
	r.Helper()
	r.Git("config", "commit.gpgsign", "true")
	r.Commit("one")
	r.Git("tag", "-s", "-m", "Release\n\n-----BEGIN PGP SIGNATURE-----\nnot one", "v1.0.0")
	res, objects := r.collect(Options{Tag: "v1.0.0"})
	r.verify(res.Tag.Payload, res.Tag.Signature, tool, args...)
	c, err := objects.Commit(res.Commit)
	if err != nil {
		r.Fatal(err)
	}
	r.verify(c.Payload, c.Signature, tool, args...)
}

func TestSignedBySSH(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("ssh-keygen is not installed")
	}
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			r := newRepo(t, format)
			key := filepath.Join(t.TempDir(), "key")
			if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			r.Git("config", "gpg.format", "ssh")
			r.Git("config", "user.signingkey", key)
			r.signed(keygen, "-Y", "check-novalidate", "-n", "git", "-s", "sig")
		})
	}
}

func TestSignedByGPG(t *testing.T) {
	gpg, err := exec.LookPath("gpg")
	if err != nil {
		t.Skip("gpg is not installed")
	}
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			r := newRepo(t, format)
			// A socket's path must be short.
			home, err := os.MkdirTemp("", "gpg")
			if err != nil {
				t.Fatal(err)
			}
			r.Env = append(r.Env, "GNUPGHOME="+home)
			t.Cleanup(func() {
				cmd := exec.Command("gpgconf", "--kill", "all")
				cmd.Env = r.Env
				_ = cmd.Run()
				_ = os.RemoveAll(home)
			})
			cmd := exec.Command(gpg, "--batch", "--passphrase", "", "--quick-generate-key", "Bob <bob@example.org>", "ed25519", "sign", "never")
			cmd.Env = r.Env
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			r.Git("config", "user.signingkey", "bob@example.org")
			r.signed(gpg, "--verify", "sig", "-")
		})
	}
}

// Trailers agree with git's own reading.
func TestTrailersLikeGit(t *testing.T) {
	r := newRepo(t, "sha1")
	for _, message := range []string{
		"t\n\nbody\n\nCo-authored-by: Ann <ann@example.org>\nSigned-off-by: Bob\n",
		"t\n\nA: b\n c\n  d\nE-f: g\n",
		"t\n\nSigned-off-by: x\nnoise\nnoise\n",
		"t\n\nSigned-off-by: x\nnoise\nnoise\nnoise\nnoise\nnoise\n",
		"t\n\nA: b\n\ntext\n",
		"A: b\n",
		"t\n\nhttps://example.org/x\n",
		"t\n\nno trailer here: x\n",
	} {
		id := gitobj.ID(r.Feed(message, "commit-tree", r.Git("write-tree")))
		want := r.Git("log", "-1", "--format=%(trailers:only,unfold,key_value_separator=%x3d)", string(id))
		r.Git("tag", "-f", "x", string(id))
		_, objects := r.collect(Options{Tag: "x"})
		c, err := objects.Commit(id)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for j, tr := range c.Trailers {
			if j > 0 {
				got += "\n"
			}
			got += tr.Key + "=" + tr.Value
		}
		if got != want {
			t.Errorf("%q: trailers %q, git says %q", message, got, want)
		}
	}
}
