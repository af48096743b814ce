package collect_test

import (
	"io"
	"slices"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// What git shows of a forge's changes, and what lies around the release, is in
// the record; what proves it is in the objects.
func TestHistory(t *testing.T) {
	w := newWorld(t)
	w.write("CODEOWNERS", "* @org/all @bo\n")
	w.git("add", ".")
	w.git("commit", "-q", "-m", "docs: owners")
	base := w.git("rev-parse", "HEAD")
	w.git("branch", "release/1.4")
	w.write("main.go", "package main\n\nfunc main() {}\n")
	w.git("commit", "-q", "-a", "-m", "fix: say nothing (#7)")
	merged := w.git("rev-parse", "HEAD")
	w.git("tag", "-a", "-m", "x", "v1.4.1")
	o := w.options()
	o.Tag, o.PatchIDs, o.DefaultBranch = "v1.4.1", true, "main"
	o.Sources = []collect.Source{source{"github", collect.Changes, says(collect.Part{Fill: func(r *evidence.Record) error {
		bo := evidence.Actor{ID: "account:github.com:2", Kind: evidence.Human, Display: "bo"}
		r.Teams = append(r.Teams, evidence.Team{Name: "org/all", TakenAt: evidence.At(o.Now)})
		r.Changes = append(r.Changes, evidence.Change{
			ID: "7", MergedAs: evidence.ObjectID(merged), Reviews: []evidence.ChangeReview{{ID: "1", By: bo, State: "approved"}},
		})
		return nil
	}}), nil}}
	d := w.collect(o)
	r := d.Record
	if ch := r.Changes[0]; ch.MergeMethod != "squash" || string(ch.Before) != base || ch.CodeOwners == nil || ch.CodeOwners.Rules[0].Owners[0].Name != "@org/all" {
		t.Errorf("change = %+v", ch)
	} else if owners := ch.CodeOwners.Rules[0].Owners; owners[0].Team != "org/all" || owners[1].Account == nil || owners[1].Account.ID != "account:github.com:2" {
		t.Errorf("owners = %+v", owners)
	}
	if b := r.Branches; b.Source != "main" || b.TakenAt != evidence.At(o.Now) || len(b.ActiveReleases) != 1 {
		t.Errorf("branches = %+v", b)
	}
	at := slices.IndexFunc(r.Materials, func(m evidence.Material) bool { return m.MediaType == evidence.MediaTypePatchIDs })
	if at < 0 || r.PatchIDs == nil || *r.PatchIDs != r.Materials[at].Digest || r.Materials[at].Name != "git/patch-ids" {
		t.Fatalf("patch ids %v among %+v", r.PatchIDs, r.Materials)
	}
	file, err := d.Blobs[at].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	list, err := gitobj.ReadPatchIDs(io.LimitReader(file, 1<<20), gitobj.SHA1)
	if _, ok := gitobj.FindPatchID(list, gitobj.ID(merged)); err != nil || !ok {
		t.Errorf("patch ids = %v, %v", list, err)
	}
	without := w.options()
	without.Tag = "v1.4.1"
	if r := w.collect(without).Record; r.PatchIDs != nil || r.Branches == nil {
		t.Errorf("without sources: patch ids %v, branches %v", r.PatchIDs, r.Branches)
	}
}
