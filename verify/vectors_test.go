package verify_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/trust"
)

var updateVectors = flag.Bool("update-vectors", false, "write the conformance vectors that are missing")

// vectorsDir holds the conformance vectors, for us and for others; its README
// describes them.
const vectorsDir = "../testdata/vectors"

// vector is judge.json of a case.
type vector struct {
	Title     string        `json:"title"`
	Profile   string        `json:"profile"`
	AsOf      evidence.Time `json:"asOf"`
	Release   string        `json:"repository"`
	Version   string        `json:"version"`
	Artifacts []string      `json:"artifacts,omitempty"`
	Verdict   string        `json:"verdict"`
	Exit      int           `json:"exit"`
	// Code must be among the reason codes of the checks or of the verdict.
	Code string `json:"code,omitempty"`
	// State is the state digest of what counts, if it is asked.
	State *evidence.Digest `json:"state,omitempty"`
}

// TestVectors runs every case twice: from the tar file and from a directory.
func TestVectors(t *testing.T) {
	if *updateVectors {
		writeVectors(t)
	}
	cases, err := filepath.Glob(filepath.Join(vectorsDir, "*", "judge.json"))
	if err != nil || len(cases) < 25 {
		t.Fatalf("%d vectors, want at least 25 (%v)", len(cases), err)
	}
	for _, file := range cases {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) { runVector(t, dir) })
	}
}

func runVector(t *testing.T, dir string) {
	var v vector
	data, err := os.ReadFile(filepath.Join(dir, "judge.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if failing := strings.HasSuffix(dir, "_fail"); failing == (v.Verdict == string(verify.Accepted)) {
		t.Errorf("the name says fail: %v, the verdict is %s", failing, v.Verdict)
	}
	document, err := os.ReadFile(filepath.Join(dir, "trust.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := bundle.Open(t.Context(), filepath.Join(dir, "dossier.tar"), bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	check(t, d, v, document)
	if len(d.Problems()) > 0 || len(d.Statements()) == 0 {
		return // only the file has its damage; a directory would be written whole
	}
	layout := filepath.Join(t.TempDir(), "layout")
	if err := d.WriteDir(t.Context(), layout); err != nil {
		t.Fatal(err)
	}
	again, err := bundle.Open(t.Context(), layout, bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	check(t, again, v, document)
}

func check(t *testing.T, d *bundle.Dossier, v vector, document []byte) {
	t.Helper()
	tr, err := trust.Parse("trust.yaml", document)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Profile(v.Profile)
	if err != nil {
		t.Fatal(err)
	}
	e, err := verify.ExpectRelease(v.Release, v.Version)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range v.Artifacts {
		digest, err := evidence.ParseDigest(a)
		if err != nil {
			t.Fatal(err)
		}
		e = e.WithArtifacts(verify.Artifact{Name: a, Digest: digest})
	}
	r := judge(t, d, e, verify.Options{Trust: tr, Policy: p, AsOf: v.AsOf.Time, SBOMs: sbom.Reader{}})
	if string(r.Verdict) != v.Verdict || r.Verdict.ExitCode() != v.Exit || v.Code != "" && !slices.Contains(codes(r), v.Code) {
		explain(t, r)
		t.Errorf("%s (exit %d), codes %v: want %s (exit %d) with %q", r.Verdict, r.Verdict.ExitCode(), codes(r), v.Verdict, v.Exit, v.Code)
	}
	if v.State != nil && (r.State == nil || *r.State != *v.State) {
		t.Errorf("state %v, want %s", r.State, v.State)
	}
}

// writeVectors writes a vector for each case of TestBadInput that asks nothing
// special, and for releases that are accepted. Directories that are there stay
// as they are: the vectors are the format's memory.
func writeVectors(t *testing.T) {
	c := newCast(t)
	if err := os.MkdirAll(vectorsDir, 0o755); err != nil {
		t.Fatal(err)
	}
	writeVector(t, c, "accepted", vector{Title: "a release that is accepted"}, c.release)
	writeVector(t, c, "accepted-approval", vector{Title: "a release with an approval"}, c.approved)
	for _, tc := range slices.Concat(signerCases, setCases, statementCases, gitCases, documentCases, sealCases, recordCases, withheldCases) {
		if tc.ask != nil || tc.build == nil {
			continue
		}
		name := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return '-'
		}, strings.ToLower(tc.name))
		v := vector{Title: tc.name, Verdict: string(tc.verdict), Exit: tc.verdict.ExitCode(), Code: tc.code}
		if tc.verdict != verify.Accepted {
			name += "_fail"
		}
		if _, err := os.Stat(filepath.Join(vectorsDir, name)); errors.Is(err, os.ErrNotExist) {
			writeVector(t, c, name, v, tc.build(t, c))
		}
	}
}

func writeVector(t *testing.T, c *cast, name string, v vector, d *bundle.Dossier) {
	t.Helper()
	dir := filepath.Join(vectorsDir, name)
	if err := os.Mkdir(dir, 0o755); errors.Is(err, os.ErrExist) {
		return
	} else if err != nil {
		t.Fatal(err)
	}
	v.Profile, v.AsOf, v.Release, v.Version = "solo", evidence.At(testrelease.AsOf), testrelease.Repository, "1.0.1"
	if v.Verdict == "" {
		v.Verdict = string(verify.Accepted)
	}
	if v.Verdict == string(verify.Accepted) {
		v.State = judge(t, d, c.expect(t), c.options(t, "solo")).State
	}
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string][]byte{"judge.json": append(data, '\n'), "trust.yaml": []byte(c.filled(c.document("")))} {
		if err := os.WriteFile(filepath.Join(dir, file), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.WriteFile(t.Context(), filepath.Join(dir, "dossier.tar")); err != nil {
		t.Fatal(err)
	}
	// Some cases are damage of one packaging, which writing it again mends.
	if d.Problems() != nil {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}
