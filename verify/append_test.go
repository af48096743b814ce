package verify_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// hour is a time after the release was signed.
func hour(n float64) evidence.Time {
	return evidence.At(testrelease.Signed.Add(time.Duration(n * float64(time.Hour))))
}

// promotion is a deployment of the release of d into an environment.
func promotion(t testing.TB, d *bundle.Dossier, id, environment string) *evidence.Promotion {
	t.Helper()
	_, record := testrelease.Release(t, d)
	end := hour(1.5)
	p := &evidence.Promotion{
		Entry:       evidence.Entry{ID: id, At: evidence.Moment(hour(1))},
		Environment: environment, Action: "deploy", Tag: record.Tag.Name, Commit: evidence.ObjectID(record.Commit),
		FinishedAt: &end, Result: "success",
	}
	if evidence.IsProduction(environment) {
		p.ChangeRequests = []evidence.ResourceDescriptor{{Name: "CHG-1"}}
		p.Window = &evidence.WindowUse{Window: "weekday"}
	}
	for _, a := range record.Artifacts {
		p.Artifacts = append(p.Artifacts, a.Subject())
	}
	return p
}

// append adds a statement to d as the tool does.
func (c *cast) append(t testing.TB, d *bundle.Dossier, s *attest.KeySigner, p evidence.Predicate, o verify.AppendOptions) *bundle.Statement {
	t.Helper()
	payload, err := judge(t, d, c.expect(t), c.options(t, "solo")).Append(d, p, s.Public(), o)
	if err != nil {
		t.Fatal(err)
	}
	return testrelease.AddSigned(t, d, s, payload)
}

// TestAppendFromTheFuture builds upon a statement whose signer's clock is ahead,
// as far as clocks may differ, and says of any other what to do.
func TestAppendFromTheFuture(t *testing.T) {
	for _, tt := range []struct {
		ahead time.Duration
		want  string
	}{
		{verify.ClockSkew, ""},
		{verify.ClockSkew + time.Second, "signed by tom.okoro, is from the future (promotion made 2026-"},
	} {
		c := newCast(t)
		d := testrelease.Copy(t, c.approved)
		p := promotion(t, d, "deploy-1", "staging")
		end := evidence.At(testrelease.AsOf.Add(tt.ahead))
		p.At, p.FinishedAt = evidence.Moment(end), &end
		st := c.append(t, d, c.tom, p, verify.AppendOptions{})
		err := judge(t, d, c.expect(t), c.options(t, "solo")).Appendable()
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s ahead: %v", tt.ahead, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), st.ID.String())):
			t.Errorf("%s ahead: got %v, want %q", tt.ahead, err, tt.want)
		}
	}
}

func TestAppend(t *testing.T) {
	c := newCast(t)
	d := testrelease.Copy(t, c.approved)
	log := bundle.BytesBlob([]byte("deployed\n"))
	st := c.append(t, d, c.tom, promotion(t, d, "deploy-1", "staging"), verify.AppendOptions{
		Blobs: []verify.NamedBlob{{Name: "deploy/log.txt", MediaType: evidence.MediaTypeOctets, Blob: log}},
	})
	release, record := testrelease.Release(t, d)
	if got, want := st.Statement.Subject, evidence.OwnSubjects(release.ID, record.Artifacts); !slices.EqualFunc(got, want, func(a, b evidence.ResourceDescriptor) bool {
		return a.Name == b.Name && a.Digest.String() == b.Digest.String()
	}) {
		t.Errorf("subjects %v, want %v", got, want)
	}
	if len(st.Links.Parents) != 1 || st.Links.Release.Digest != release.ID || len(st.Links.Materials) != 1 {
		t.Errorf("links %+v", st.Links)
	}
	if r := judge(t, testrelease.Reopen(t, d), c.expect(t), c.options(t, "solo")); r.Verdict != verify.Accepted || len(r.Heads) != 1 {
		explain(t, r)
		t.Errorf("%s with %d heads", r.Verdict, len(r.Heads))
	}
}

// TestAppendRefuses: nothing is added to d then.
func TestAppendRefuses(t *testing.T) {
	c := newCast(t)
	other := evidence.Sum([]byte("other"))
	for _, tc := range []struct {
		name, want string
		d          *bundle.Dossier
		p          func(*testing.T) evidence.Predicate
		o          verify.AppendOptions
	}{
		{"a statement that does not count", "does not count", c.approve(t, c.release, c.stranger, nil),
			func(t *testing.T) evidence.Predicate { return promotion(t, c.release, "d", "staging") }, verify.AppendOptions{}},
		{"a record that is not valid", "at /environment: missing", c.release,
			func(t *testing.T) evidence.Predicate { return promotion(t, c.release, "d", "") }, verify.AppendOptions{}},
		{"a redaction of what nobody lists", "is no material of any statement", c.release, func(t *testing.T) evidence.Predicate {
			return &evidence.Redaction{
				Entry:    evidence.Entry{ID: "r", At: evidence.Moment(hour(1))},
				Redactor: evidence.Actor{ID: c.tom.Public().Identity(), Kind: evidence.Human},
				Blobs:    []evidence.RedactedBlob{{Digest: other, Reason: "personal data"}},
			}
		}, verify.AppendOptions{}},
		{"an artifact of another release", "is not an artifact of this release", c.release,
			func(t *testing.T) evidence.Predicate { return promotion(t, c.release, "d", "staging") }, verify.AppendOptions{About: []evidence.Digest{other}}},
		{"a record that names one", "is not an artifact of this release", c.release, func(t *testing.T) evidence.Predicate {
			p := promotion(t, c.release, "d", "staging")
			p.Artifacts[0].Digest = other.Set()
			return p
		}, verify.AppendOptions{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			blobs := len(tc.d.Blobs())
			r := judge(t, tc.d, c.expect(t), c.options(t, "solo"))
			_, err := r.Append(tc.d, tc.p(t), c.tom.Public(), tc.o)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if len(tc.d.Blobs()) != blobs {
				t.Error("a blob was added")
			}
		})
	}
}

// TestCosign: a second person signs the bytes that are in the file.
func TestCosign(t *testing.T) {
	c := newCast(t)
	d := testrelease.Copy(t, c.approved)
	release, _ := testrelease.Release(t, d)
	payload, err := judge(t, d, c.expect(t), c.options(t, "solo")).Cosign(d, release.ID)
	if err != nil {
		t.Fatal(err)
	}
	if st := testrelease.AddSigned(t, d, c.recorder, payload); st.ID != release.ID || len(st.Signatures) != 2 {
		t.Errorf("statement %s with %d signatures", st.ID, len(st.Signatures))
	}
	alone := byBoard(one(func(c *cast) *attest.KeySigner { return c.lena }))(t, c)
	before := judge(t, alone, c.expect(t), c.options(t, "solo"))
	if before.Appendable() == nil {
		t.Error("a release that one of two has signed can be built upon")
	}
	if payload, err = before.Cosign(alone, before.Release.Statement); err != nil {
		t.Fatal(err)
	}
	testrelease.AddSigned(t, alone, c.omar, payload)
	if r := judge(t, alone, c.expect(t), c.options(t, "solo")); r.Verdict != verify.Accepted {
		explain(t, r)
		t.Error(r.Verdict)
	}
	if _, err := judge(t, d, c.expect(t), c.options(t, "solo")).Cosign(d, evidence.Sum(nil)); err == nil {
		t.Error("a statement that is not there was signed")
	}
}

// TestAppendKeepsTheRecord: a call that fails changes nothing, so that the mended
// one does not.
func TestAppendKeepsTheRecord(t *testing.T) {
	c := newCast(t)
	d := testrelease.Copy(t, c.release)
	r := judge(t, d, c.expect(t), c.options(t, "solo"))
	p := promotion(t, d, "", "staging")
	_, key := testrelease.NewKey(t, t.TempDir(), "new")
	var field *evidence.FieldError
	if _, err := r.Append(d, p, key.Public(), verify.AppendOptions{}); !errors.As(err, &field) || field.Pointer != "/id" {
		t.Fatalf("got %v, want that the id is missing", err)
	}
	p.ID = "deploy-1"
	if _, err := r.Append(d, p, key.Public(), verify.AppendOptions{}); err != nil {
		t.Error(err)
	}
	if p.Release != nil || p.Parents != nil || p.Materials != nil {
		t.Errorf("the record was changed: %+v", p.Entry)
	}
}

// TestAddAdvances builds one statement upon the other with one report.
func TestAddAdvances(t *testing.T) {
	c := newCast(t)
	d := testrelease.Copy(t, c.approved)
	r := judge(t, d, c.expect(t), c.options(t, "solo"))
	var last *bundle.Statement
	for _, id := range []string{"deploy-1", "deploy-2"} {
		payload, err := r.Append(d, promotion(t, d, id, "staging"), c.tom.Public(), verify.AppendOptions{})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := attest.Sign(t.Context(), c.tom, payload)
		if err != nil {
			t.Fatal(err)
		}
		st, err := r.Add(d, raw)
		if err != nil {
			t.Fatal(err)
		}
		if last != nil && (len(st.Links.Parents) != 1 || st.Links.Parents[0].Statement != last.ID) {
			t.Errorf("parents %v, want %s", st.Links.Parents, last.ID)
		}
		last = st
	}
	after := judge(t, testrelease.Reopen(t, d), c.expect(t), c.options(t, "solo"))
	if len(r.Heads) != 1 || !slices.Equal(after.Heads, r.Heads) {
		t.Errorf("heads %v, want %v", r.Heads, after.Heads)
	}
}

// TestAppendError says by a code what is in the way.
func TestAppendError(t *testing.T) {
	c := newCast(t)
	stranger := c.options(t, "solo")
	stranger.Trust = nil
	for _, tt := range []struct {
		name string
		d    *bundle.Dossier
		o    verify.Options
		want string
	}{
		{"no trust", c.release, stranger, verify.CodeNotTrusted},
		{"by a stranger", c.approve(t, c.release, c.stranger, nil), c.options(t, "solo"), verify.CodeNotTrusted},
	} {
		var e *verify.AppendError
		err := judge(t, tt.d, c.expect(t), tt.o).Appendable()
		if !errors.As(err, &e) || e.Code != tt.want {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}
