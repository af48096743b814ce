package gitobj_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/gitobj"
	"pgregory.net/rapid"
)

// gitTrailers reads the trailers with git itself.
func gitTrailers(t rapid.TB, message string) string {
	cmd := exec.Command("git", "interpret-trailers", "--parse", "--no-divider")
	cmd.Dir = os.TempDir()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CEILING_DIRECTORIES=/"}
	cmd.Stdin = strings.NewReader(message)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git interpret-trailers: %v", err)
	}
	return string(out)
}

func agrees(t rapid.TB, message string) {
	var got strings.Builder
	for _, tr := range gitobj.ParseTrailers(message) {
		got.WriteString(tr.Key + ": " + tr.Value + "\n")
	}
	if want := gitTrailers(t, message); got.String() != want {
		t.Fatalf("%q: trailers %q, git says %q", message, got.String(), want)
	}
}

// Trailers are what git says they are, also where a message is odd.
func TestTrailersLikeGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	for _, message := range []string{
		"Release 1.4.0\n\nRollback: redeploy 1.3.9\nKnown-issues: the export\n  is slow\n\tfor large files\nRisk: low\nWindow: CW-47\nTicket: PAY-1, PAY-2\n",
		"t\n\nA: b\n# a comment\n c\nD: e\n",
		"t\n\nA: b\n\n# comments\n# at the end\n",
		"t\n\nA: b\n\nConflicts:\n\tfile\n",
		"t\n\nA: b\n# ------------------------ >8 ------------------------\ndiff\nX: y\n",
		"# comment\nt\n\nA: b\n",
		"t\n\nA : b\nC\t:d\n: e\nF:\n",
		"t\n\nA: b  \n   c  \n",
		"t\n\nSigned-off-by: x\n continued\nnoise\nnoise\n more noise\n",
		"t\n\n(cherry picked from commit 0123456789)\nnoise\nA: b\n",
		"t\n\nA: b\n---\nC: d\n",
		"t\n   \nA: b\n  \n\t\n",
	} {
		agrees(t, message)
	}
	parts := []string{"A: b", "Signed-off-by: x <y>", "(cherry picked from commit 01)", "text", " indented", "\ttab: x", "#c", "K-1 : v ", "Conflicts:", "", " ", ":", "a_b: c", "---"}
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom(parts), 0, 9).Draw(t, "lines")
		end := rapid.SampledFrom([]string{"\n", ""}).Draw(t, "end")
		agrees(t, "title\n\n"+strings.Join(lines, "\n")+end)
	})
}
