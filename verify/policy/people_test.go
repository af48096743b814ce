package policy

import (
	"crypto/ed25519"
	"crypto/rand"
	"slices"
	"strings"
	"testing"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// Whoever a message names as co-author is an author, however the line is
// written (see git-interpret-trailers).
func TestCoAuthors(t *testing.T) {
	tests := []struct {
		name, line string
		want       []string // addresses, or names where there is none
	}{
		{"plain", "Co-authored-by: Bo <bo@x.example>", []string{"bo@x.example"}},
		{"blank before the colon", "Co-authored-by : Bo <bo@x.example>", []string{"bo@x.example"}},
		{"blank before the key", "  Co-authored-by: Bo <bo@x.example>", []string{"bo@x.example"}},
		{"goes on in the next line", "Co-authored-by: Bo\n  <bo@x.example>", []string{"bo@x.example"}},
		{"two in one line", "Co-authored-by: Zed <z@x.example>, Bo <bo@x.example>", []string{"z@x.example", "bo@x.example"}},
		{"no brackets", "Co-authored-by: bo@x.example", []string{"bo@x.example"}},
		{"a name alone", "Co-authored-by: Bo Lind", []string{"Bo Lind"}},
		{"developed", "CO-DEVELOPED-BY: Bo <bo@x.example>", []string{"bo@x.example"}},
		{"no blank after the colon", "Co-authored-by:Bo <bo@x.example>", []string{"bo@x.example"}},
		{"carriage returns", "Co-authored-by: Bo\r\n\t<bo@x.example>\r", []string{"bo@x.example"}},
		{"value in the next line alone", "Co-authored-by:\n Bo <bo@x.example>", []string{"bo@x.example"}},
		{"one after the other", "Co-authored-by: Zed <z@x.example>\nCo-authored-by: Bo\n <bo@x.example>", []string{"z@x.example", "bo@x.example"}},
		{"ends at a blank line", "Co-authored-by: Bo Lind\n\n  <z@x.example>", []string{"Bo Lind"}},
		{"before the last paragraph", "Co-authored-by: Bo <bo@x.example>\n\nand more text", []string{"bo@x.example"}},
		{"a sentence about it", "we use Co-authored-by: lines", nil},
	}
	tr, err := trust.ForSigner("SHA256:" + strings.Repeat("A", 43))
	if err != nil {
		t.Fatal(err)
	}
	x := folder{tr, map[string]string{}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c gitobj.CommitWithID
			c.Message = "fix: x\n\n" + tt.line + "\n"
			var got []string
			for _, a := range x.commitAuthors(c)[2:] {
				if a.email != "" {
					got = append(got, a.email)
				} else {
					got = append(got, a.name)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whoever signed a commit had a hand in it, whatever name it bears.
func TestCommitSignerIsAuthor(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
	tr, err := trust.Parse("trust.yaml", []byte("id: x\nversion: 1\neffective: { from: 2020-01-01 }\npeople:\n  bo: { keys: [\""+line+"\"] }\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := gitobj.CommitWithID{}
	c.Author, c.Committer = gitobj.Person{Name: "Zed", Email: "zed@x.example"}, gitobj.Person{Name: "Zed", Email: "zed@x.example"}
	c.Payload = []byte("tree 0\n\nfix: x\n")
	sig, err := sshsig.Sign(strings.NewReader(string(c.Payload)), signer, sshsig.HashSHA512, "git")
	if err != nil {
		t.Fatal(err)
	}
	c.Signature = sshsig.Armor(sig)
	x := folder{tr, map[string]string{}}
	isBo := func(a author) bool { return a.person == "bo" }
	if !slices.ContainsFunc(x.commitAuthors(c), isBo) {
		t.Error("the signer of the commit is no author")
	}
	c.Payload = append(c.Payload, ' ')
	if slices.ContainsFunc(x.commitAuthors(c), isBo) {
		t.Error("a signature over other bytes makes an author")
	}
}

// Two spellings of one name are told apart by nobody.
func TestPlainName(t *testing.T) {
	for _, name := range []string{"Bo Lind", "bo.lind", "BO  LIND", "Bo-Lind", "Lind, Bo", "lind_bo"} {
		if got := plainName(name); got != "bolind" {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// TestProofIsTheWeakest checks that independent approval is never known better
// than the authors are (rules of format, R11).
func TestProofIsTheWeakest(t *testing.T) {
	checks, _ := minimal(t).Judge(baseFacts(t))
	for _, c := range checks {
		if strings.HasSuffix(c.ID, "-not-author") && c.Proof.Grade != verify.Claimed {
			t.Errorf("%s is %s", c.ID, c.Proof.Grade)
		}
		if c.ID == "approval/production-present" && c.Proof.Grade != verify.Proven {
			t.Errorf("%s is %s", c.ID, c.Proof.Grade)
		}
	}
}
