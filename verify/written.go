package verify

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Written is how a part of the release record is known that people wrote:
// pointer is an RFC 6901 pointer into it, such as /rollbackPlan. What the trailers
// of the release's own tag say, read again from the tag object, is proven by the
// tag's signer, if the signature verifies and trust lets that key sign tags; that
// the record's Origins name the tag is not enough, nor is it needed. All else is
// known as the record is, see [Facts.Stated]: what stands in the description of a
// pull request by the recorder that asked the forge, what stands in a file by
// whoever signed the release.
func (f *Facts) Written(pointer string) Proof {
	if f.tagSays(pointer) {
		return Proof{Proven, signerName(f.Tag.Signature)}
	}
	return f.Stated()
}

// tagSays reports whether the signed tag of the release says what the record
// states at pointer. The tag must be the one that leads to the released commit: a
// signed tag of another release says nothing of this one.
func (f *Facts) tagSays(pointer string) bool {
	if !f.Tag.Embedded || f.Tag.Commit == "" || !f.Tag.Signature.Valid {
		return false
	}
	said, err := commits.ReadRelease(gitobj.ParseTrailers(f.Tag.Object.Message))
	if err != nil {
		return false
	}
	record, release := f.Record, f.Record.ReleaseRecord
	if release == nil {
		release = new(evidence.ReleaseRecord)
	}
	within := func(part string) bool { return pointer == part || strings.HasPrefix(pointer, part+"/") }
	switch {
	case within("/rollbackPlan"):
		plan, _ := evidence.ParseRollbackPlan(said.Rollback)
		return said.Rollback != "" && reflect.DeepEqual(plan, record.RollbackPlan)
	case within("/releaseRecord/knownIssues"):
		return said.KnownIssues != nil && slices.Equal(said.KnownIssues, release.KnownIssues)
	case pointer == "/releaseRecord/risk":
		return said.Risk != "" && strings.ToLower(said.Risk) == release.Risk
	case pointer == "/releaseRecord/productionWindow":
		return said.Window != "" && said.Window == release.ProductionWindow
	case within("/releaseRecord/changeRequests"):
		return saysTickets(said.Tickets, release.ChangeRequests, strings.TrimPrefix(pointer, "/releaseRecord/changeRequests"))
	}
	return false
}

// saysTickets reports whether the tickets are what the record lists, all of it or
// the item that rest leads to. The record may know more of a ticket than its id:
// that the tag does not say.
func saysTickets(said []string, listed []evidence.ResourceDescriptor, rest string) bool {
	found := false
	for i, d := range listed {
		if item := fmt.Sprintf("/%d", i); rest != "" && rest != item && !strings.HasPrefix(rest, item+"/") {
			continue
		}
		if !slices.Contains(said, d.Name) || !reflect.DeepEqual(d, evidence.ResourceDescriptor{Name: d.Name}) {
			return false
		}
		found = true
	}
	return found
}
