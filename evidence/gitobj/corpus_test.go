package gitobj

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

type corpusTag struct{ Kind, Sig, File, OID string }

// corpusTags returns the labelled tags of others.
func corpusTags(t *testing.T) (string, []corpusTag) {
	t.Helper()
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the labelled tags of others are not at hand")
	}
	f, err := os.Open(filepath.Join(root, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var tags []corpusTag
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		// Other kinds of lines give these members other types.
		if !bytes.Contains(s.Bytes(), []byte(`"git-tag"`)) {
			continue
		}
		var c corpusTag
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		tags = append(tags, c)
	}
	if len(tags) == 0 {
		t.Fatal("the corpus has no tags")
	}
	return root, tags
}

func TestCorpusTags(t *testing.T) {
	root, tags := corpusTags(t)
	armor := map[string]string{
		"ssh": "-----BEGIN SSH SIGNATURE-----", "pgp": "-----BEGIN PGP SIGNATURE-----", "x509": "-----BEGIN SIGNED MESSAGE-----",
	}
	for _, c := range tags {
		body, err := os.ReadFile(filepath.Join(root, c.File))
		if err != nil {
			t.Fatal(err)
		}
		if id, err := Hash(SHA1, TypeTag, body); string(id) != c.OID || err != nil {
			t.Errorf("%s: Hash = %s, %v, want %s", c.File, id, err, c.OID)
		}
		tag, err := ParseTag(body)
		if err != nil {
			t.Errorf("%s: %v", c.File, err)
			continue
		}
		if !bytes.Equal(append(bytes.Clone(tag.Payload), tag.Signature...), body) {
			t.Errorf("%s: payload and signature do not make up the tag", c.File)
		}
		if !bytes.HasPrefix(tag.Signature, []byte(armor[c.Sig])) {
			t.Errorf("%s: signature begins %.40q", c.File, tag.Signature)
		}
		if c.Sig == "ssh" {
			sshAccepts(t, c.File, tag)
		}
	}
}

// sshAccepts lets ssh-keygen judge that the payload is what was signed.
func sshAccepts(t *testing.T, name string, tag Tag) {
	t.Helper()
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("ssh-keygen is not installed")
	}
	sig := filepath.Join(t.TempDir(), "sig")
	if err := os.WriteFile(sig, tag.Signature, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(keygen, "-Y", "check-novalidate", "-n", "git", "-s", sig)
	cmd.Stdin = bytes.NewReader(tag.Payload)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: ssh-keygen: %v: %s", name, err, out)
	}
}
