package verify_test

import (
	"bytes"
	"context"
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
)

var mutateAll = flag.Bool("mutate", false, "change every byte of the reference dossier, not a sample")

// TestMutationCampaign changes one bit in bytes of a reference dossier with an
// approval. A mutant may be accepted only if it still means the same: the bit
// was in the packaging, and the state digest, which covers every statement,
// signature and material, is unchanged.
func TestMutationCampaign(t *testing.T) {
	c := newCast(t)
	var file bytes.Buffer
	if err := c.approved.Pack(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	e, o := c.expect(t), c.options(t, "solo")
	reference := mutant(t, file.Bytes(), e, o)
	if reference == nil || reference.Verdict != verify.Accepted {
		t.Fatal("the reference is not accepted")
	}
	var readable, accepted int
	data := bytes.Clone(file.Bytes())
	positions := sample(len(data))
	for _, i := range positions {
		bit := byte(1) << (i % 8)
		data[i] ^= bit
		r := mutant(t, data, e, o)
		data[i] ^= bit
		if r == nil {
			continue // not readable as a dossier
		}
		readable++
		if r.Verdict != verify.Accepted {
			continue
		}
		accepted++
		if *r.State != *reference.State {
			t.Errorf("byte %d: accepted with another state", i)
		}
	}
	t.Logf("%d mutants of %d bytes: %d readable, %d accepted unchanged in meaning", len(positions), len(data), readable, accepted)
	if readable == 0 || accepted == len(positions) {
		t.Error("the campaign did not bite")
	}
}

// sample returns the positions to change: all of them, or every 41st and some
// at random.
func sample(n int) []int {
	var list []int
	step := 41
	if *mutateAll {
		step = 1
	}
	for i := 0; i < n; i += step {
		list = append(list, i)
	}
	for range 200 {
		list = append(list, rand.IntN(n))
	}
	return list
}

// mutant opens and judges data; nil if it is not readable.
func mutant(t *testing.T, data []byte, e verify.Expect, o verify.Options) *verify.Report {
	t.Helper()
	d, err := bundle.OpenTar(t.Context(), bytes.NewReader(data), int64(len(data)), bundle.Limits{})
	if err != nil {
		return nil
	}
	r, err := verify.Bundle(context.Background(), d, e, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
