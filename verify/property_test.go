package verify_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// TestJunkChangesNothing leaves statements of strangers in the file, with all
// that only they list: the verdict, the state and everything the report tells
// of the release stay what they were.
func TestJunkChangesNothing(t *testing.T) {
	c := newCast(t)
	references := map[string]*bundle.Dossier{"release": c.release, "approved": c.approved}
	strangers := c.strangers(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := references[rapid.SampledFrom([]string{"release", "approved"}).Draw(rt, "reference")]
		e, o := c.expect(t), c.options(t, rapid.SampledFrom([]string{"solo", "minimal"}).Draw(rt, "profile"))
		before := judge(t, d, e, o)
		junked := testrelease.Copy(t, d)
		for i := range rapid.IntRange(1, 6).Draw(rt, "statements") {
			c.litter(t, rt, junked, strangers[rapid.IntRange(0, len(strangers)-1).Draw(rt, "stranger")], i)
		}
		after := judge(t, testrelease.Reopen(t, junked), e, o)
		if got, want := outcome(t, after), outcome(t, before); got != want {
			explain(t, after)
			rt.Fatalf("junk changed the outcome, here: %s", differs(got, want))
		}
	})
}

// strangers are keys that trust does not name, or that may state nothing here.
func (c *cast) strangers(t *testing.T) []*attest.KeySigner {
	list := []*attest.KeySigner{c.stranger, c.sister}
	for i := range 3 {
		_, s := testrelease.NewKey(t, t.TempDir(), fmt.Sprint("stranger", i))
		list = append(list, s)
	}
	return list
}

// rubbish adds documents that only a stranger lists, some of them not there.
func rubbish(rt *rapid.T, d *bundle.Dossier, s *attest.KeySigner, i int) []evidence.Material {
	list := []evidence.Material{}
	for k := range rapid.IntRange(0, 4).Draw(rt, "materials") {
		data := []byte(fmt.Sprintf("junk %d %d", i, k))
		mediaType := rapid.SampledFrom([]string{evidence.MediaTypePublicKey, evidence.MediaTypeGitObjects, evidence.MediaTypeCycloneDX}).Draw(rt, "type")
		if mediaType == evidence.MediaTypePublicKey && k == 0 {
			data = s.Public().PEM()
		}
		b := bundle.BytesBlob(data)
		if rapid.Bool().Draw(rt, "present") {
			d.AddBlob(b)
		}
		list = append(list, evidence.Material{Name: fmt.Sprint("junk/", k), MediaType: mediaType, Digest: b.Digest, Size: b.Size})
	}
	return list
}

// litter adds one statement of a stranger, of a random kind and content.
func (c *cast) litter(t *testing.T, rt *rapid.T, d *bundle.Dossier, s *attest.KeySigner, i int) {
	switch rapid.IntRange(0, 3).Draw(rt, "kind") {
	case 0:
		testrelease.AddSigned(t, d, s, testrelease.Approval(t, testrelease.Copy(t, c.release), s, func(a *evidence.Approval) {
			a.ID, a.Materials = fmt.Sprint("junk-", i), rubbish(rt, d, s, i)
			a.Decision = rapid.SampledFrom([]evidence.Decision{evidence.Approved, evidence.Rejected}).Draw(rt, "decision")
			if rapid.Bool().Draw(rt, "dangling") {
				a.Parents = []evidence.Parent{{Statement: evidence.Sum([]byte("a")), Signature: evidence.Sum([]byte("b"))}}
			}
		}))
	case 1:
		kind := rapid.SampledFrom([]string{"incident/v1", "seal/v1", "redaction/v1", "record/v2", "tag/v1", "approval/v1"}).Draw(rt, "type")
		testrelease.AddSigned(t, d, s, testrelease.Own(t, c.release, kind, map[string]any{"materials": rubbish(rt, d, s, i), "n": i}))
	case 2: // a release statement of another repository, or of the same
		other := testrelease.Restate(t, c.release, s, func(_ *bundle.Dossier, r *evidence.Record) {
			r.Repository.URI = rapid.SampledFrom([]string{testrelease.Repository, "https://example.com/evil/hello"}).Draw(rt, "repository")
			r.CreatedAt = evidence.At(testrelease.Signed.AddDate(0, 0, -i))
		})
		testrelease.AddRaw(t, d, testrelease.Bytes(t, signatureOf(t, other, true).Blob()))
	case 3: // another signature on a statement that counts
		all := c.release.Statements()
		testrelease.AddSigned(t, d, s, all[rapid.IntRange(0, len(all)-1).Draw(rt, "statement")].Payload)
	}
}

// differs shows the place at which two texts begin to differ.
func differs(got, want string) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	from := max(0, i-100)
	return fmt.Sprintf("%.300q\n  instead of %.300q", got[from:], want[from:])
}

// outcome is what a report says of a release, without the signatures and checks
// that name what was set aside.
func outcome(t *testing.T, r *verify.Report) string {
	t.Helper()
	view := struct {
		Verdict  verify.Verdict
		Reasons  []verify.Reason
		State    *evidence.Digest
		Heads    []evidence.Parent
		Release  *verify.ReleaseView
		Lines    []verify.FactLine
		Exhibits []verify.Exhibit
		Controls []verify.Check
	}{r.Verdict, r.Reasons, r.State, r.Heads, r.Release, slices.Concat(r.Chain, r.People), r.Exhibits, nil}
	for _, c := range r.Checks {
		if c.Layer == verify.Controls || c.Layer == verify.Linkage {
			view.Controls = append(view.Controls, c)
		}
	}
	text, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestStrangersKeysDoNotCrowdOut embeds more keys of strangers than are kept,
// before and after the one that trust names by its fingerprint alone.
func TestStrangersKeysDoNotCrowdOut(t *testing.T) {
	c := newCast(t)
	d := testrelease.Copy(t, c.approved)
	for i := range 300 {
		_, key, err := attest.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		b := bundle.BytesBlob(key.PEM())
		d.AddBlob(b)
		m := []evidence.Material{{Name: "key.pem", MediaType: evidence.MediaTypePublicKey, Digest: b.Digest, Size: b.Size}}
		testrelease.AddSigned(t, d, c.stranger, testrelease.Own(t, c.release, "weather/v1", map[string]any{"materials": m, "n": i}))
	}
	o := c.options(t, "solo")
	o.Trust = c.byFingerprint(t)
	if r := judge(t, d, c.expect(t), o); r.Verdict != verify.Accepted {
		explain(t, r)
		t.Fatal(r.Verdict)
	}
}

// TestDeterminism judges one set that was put together in several orders.
func TestDeterminism(t *testing.T) {
	c := newCast(t)
	d := c.approve(t, c.approve(t, c.approved, c.recorder, nil), c.stranger, nil)
	e := c.expect(t)
	want := jsonOf(t, judge(t, d, e, c.options(t, "minimal")))
	rapid.Check(t, func(rt *rapid.T) {
		shuffled := bundle.New()
		for _, st := range rapid.Permutation(d.Statements()).Draw(rt, "statements") {
			for _, sig := range st.Signatures {
				testrelease.AddRaw(t, shuffled, testrelease.Bytes(t, sig.Blob()))
			}
		}
		for _, b := range rapid.Permutation(d.Blobs()).Draw(rt, "blobs") {
			shuffled.AddBlob(b)
		}
		if got := jsonOf(t, judge(t, shuffled, e, c.options(t, "minimal"))); got != want {
			rt.Fatalf("another report, here: %s", differs(got, want))
		}
	})
	if got := jsonOf(t, judge(t, testrelease.Reopen(t, d), e, c.options(t, "minimal"))); got != want {
		t.Fatal("the report of the packed file differs")
	}
}

// TestPure reads the package's own sources: they take the clock and everything
// else about the world as arguments.
func TestPure(t *testing.T) {
	impure := []string{"time.Now", "time.Since", "time.Until", "os.Getenv", "os.LookupEnv", "os.Environ", "os.Exit", "fmt.Print", "fmt.Println", "fmt.Printf", "log.", "slog.", "rand."}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d sources, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok {
					call := x.Name + "." + s.Sel.Name
					if slices.ContainsFunc(impure, func(p string) bool { return call == p || strings.HasSuffix(p, ".") && strings.HasPrefix(call, p) }) {
						t.Errorf("%s uses %s", name, call)
					}
				}
			}
			if fn, ok := n.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function", name)
			}
			return true
		})
	}
}
