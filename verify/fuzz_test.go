package verify_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/vsa"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// Each process of a fuzz run has keys of its own, so that inputs say how to change
// what was signed here.

// changed replaces n bytes of a file, from the byte at on, by others.
func changed(file []byte, at, n uint, by []byte) []byte {
	at %= uint(len(file)) + 1
	n = min(n, uint(len(file))-at)
	return slices.Concat(file[:at], by, file[at+n:])
}

// FuzzBundle opens and judges files. What is accepted is in the state of one of
// those that were signed.
func FuzzBundle(f *testing.F) {
	c := newCast(f)
	e, o := c.expect(f), c.options(f, "solo")
	states := map[evidence.Digest]bool{}
	var files [][]byte
	for _, d := range []*bundle.Dossier{c.release, c.approved} {
		var file bytes.Buffer
		if err := d.Pack(context.Background(), &file); err != nil {
			f.Fatal(err)
		}
		r := judge(f, d, e, o)
		if r.Verdict != verify.Accepted {
			f.Fatal("a seed is not accepted")
		}
		files, states[*r.State] = append(files, file.Bytes()), true
	}
	f.Add(uint8(0), uint(0), uint(0), []byte(nil))
	f.Add(uint8(1), uint(2000), uint(1), []byte("x"))
	f.Add(uint8(1), uint(512), uint(512), []byte(nil))
	f.Fuzz(func(t *testing.T, which uint8, at, n uint, by []byte) {
		data := changed(files[int(which)%len(files)], at, n, by)
		d, err := bundle.OpenTar(t.Context(), bytes.NewReader(data), int64(len(data)), bundle.Limits{})
		if err != nil {
			return
		}
		r, err := verify.Bundle(context.Background(), d, e, o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict == verify.Accepted && !states[*r.State] {
			t.Errorf("accepted in the state %s, which nobody signed", r.State)
		}
	})
}

// FuzzStatement adds a statement to a release that lacks an approval. Nobody who
// may approve has signed such a one, so that it is not approved.
func FuzzStatement(f *testing.F) {
	c := newCast(f)
	e, o := c.expect(f), c.options(f, "minimal")
	approved := func(r *verify.Report) bool {
		return slices.ContainsFunc(r.Checks, func(c verify.Check) bool { return c.ID == "approval/production-present" && c.Outcome == verify.Pass })
	}
	if !approved(judge(f, c.approved, e, o)) {
		f.Fatal("the release is not approved")
	}
	approval := func(s *attest.KeySigner, change func(*evidence.Approval)) []byte {
		return signed(f, s, testrelease.Approval(f, c.release, s, change))
	}
	list := [][]byte{
		approval(c.stranger, nil), approval(c.sister, nil), approval(c.Signer, nil),
		approval(c.tom, func(a *evidence.Approval) { a.Decision = "rejected" }),
	}
	for i := range list {
		f.Add(uint8(i), uint(0), uint(0), []byte(nil))
	}
	f.Add(uint8(3), uint(0), uint(1<<20), []byte(`{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AA=="}]}`))
	f.Fuzz(func(t *testing.T, which uint8, at, n uint, by []byte) {
		raw := changed(list[int(which)%len(list)], at, n, by)
		d := testrelease.Copy(t, c.release)
		if _, err := d.AddSignature(raw); err != nil {
			return
		}
		if r := judge(t, d, e, o); r.Verdict == verify.Accepted || approved(r) {
			t.Errorf("approved with %s", raw)
		}
	})
}

// FuzzSummary judges summaries. What is accepted is what the verifier signed.
func FuzzSummary(f *testing.F) {
	c := newCast(f)
	artifacts, err := verify.HashFiles(context.Background(), []string{c.Binary})
	if err != nil {
		f.Fatal(err)
	}
	_, record := testrelease.Release(f, c.release)
	when, digest := testrelease.AsOf.Add(-time.Hour), evidence.Sum([]byte("policy"))
	payload, err := vsa.New([]evidence.ResourceDescriptor{{Name: "hello", Digest: record.Artifacts[0].Digest.Set()}}, vsa.Summary{
		Verifier: vsa.Verifier{ID: "https://verifier.example"}, TimeVerified: evidence.At(when), ResourceURI: "git+https://example.com/acme/hello@1.0.1",
		Policy: evidence.ResourceDescriptor{Digest: digest.Set()}, Result: vsa.Passed, Levels: []string{"SLSA_BUILD_LEVEL_2"},
	})
	if err != nil {
		f.Fatal(err)
	}
	o := verify.Options{AsOf: testrelease.AsOf, Trust: c.trustText(f, strings.Replace(c.document(""), "kinds: [record, provenance, tag]", "kinds: [record, provenance, tag, vsa]", 1))}
	e := verify.SummaryExpect{Artifacts: artifacts, Repository: "https://example.com/acme/hello", Version: "1.0.1", MaxAge: 24 * time.Hour, Policy: &digest}
	list := [][]byte{signed(f, c.Signer, payload), signed(f, c.stranger, payload)}
	if r, err := verify.Summary(context.Background(), list[0], e, o); err != nil || !r.Accepted {
		f.Fatalf("the summary is not accepted: %v, %+v", err, r)
	}
	f.Add(uint8(0), uint(0), uint(0), []byte(nil))
	f.Add(uint8(0), uint(300), uint(1), []byte("A"))
	f.Add(uint8(1), uint(0), uint(0), []byte(nil))
	f.Add(uint8(1), uint(0), uint(1<<20), []byte(`{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AA=="}]}`))
	f.Fuzz(func(t *testing.T, which uint8, at, n uint, by []byte) {
		data := changed(list[int(which)%len(list)], at, n, by)
		r, err := verify.Summary(context.Background(), data, e, o)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Accepted {
			return
		}
		if b, err := attest.ParseBundle(data); err != nil || which%2 == 1 || !bytes.Equal(b.Payload, payload) {
			t.Errorf("accepted, and nobody signed it: %v, %s", err, data)
		}
	})
}
