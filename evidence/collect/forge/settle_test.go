package forge

import (
	"slices"
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

func TestDecisive(t *testing.T) {
	by := func(id evidence.Identity, state string) evidence.ChangeReview {
		return evidence.ChangeReview{By: evidence.Actor{ID: id}, State: state}
	}
	list := decisive([]evidence.ChangeReview{
		by("account:x:1", "commented"), by("account:x:1", "commented"), by("account:x:2", "approved"), by("account:x:2", "commented"),
		by("account:x:1", "changes-requested"), by("account:x:1", "approved"), by("account:x:3", "commented"),
	})
	var got []string
	for _, r := range list {
		got = append(got, string(r.By.ID[10:])+" "+r.State)
	}
	if want := []string{"1 commented", "2 approved", "1 changes-requested", "1 approved", "3 commented"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestChecked(t *testing.T) {
	c := &Collection{Options: Options{Commit: "c"}, Result: &Result{}}
	plain, queued := Change{}, Change{}
	plain.HeadCommit, plain.MergedAs = "h1", "m1"
	queued.HeadCommit, queued.MergedAs, queued.Events = "h2", "m2", []evidence.ChangeEvent{{Kind: "queued"}}
	c.Result.Changes = []Change{plain, queued}
	if got := c.Checked(); !slices.Equal(got, []string{"c", "h1", "h2", "m2"}) {
		t.Errorf("got %q", got)
	}
}
