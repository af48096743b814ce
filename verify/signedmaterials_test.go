package verify_test

import (
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// TestTakenKey: trust names people by fingerprint. Who takes away the key with
// which somebody rejected the release, and others built upon that, makes the
// rejection one of nobody. The key is missing then.
func TestTakenKey(t *testing.T) {
	c := newCast(t)
	d := c.approve(t, testrelease.Copy(t, c.release), c.tom, func(a *evidence.Approval) { a.Decision = evidence.Rejected })
	c.append(t, d, c.recorder, promotion(t, d, "deploy-1", "staging"), verify.AppendOptions{})
	o := c.options(t, "solo")
	tom := c.tom.Public()
	o.Trust = c.trustText(t, strings.ReplaceAll(c.document(""), strings.TrimSpace(tom.AuthorizedKey()), tom.Fingerprint()))
	if r := judge(t, d, c.expect(t), o); hasCode(r, "missing") || hasCode(r, "signer-not-known") {
		explain(t, r)
		t.Fatal("the whole file lacks something")
	}
	taken := 0
	for _, st := range d.Statements() {
		for _, m := range st.Links.Materials {
			if m.MediaType != evidence.MediaTypePublicKey || st.Statement.PredicateType != evidence.ApprovalType {
				continue
			}
			taken++
			r := judge(t, testrelease.Without(t, d, m.Digest), c.expect(t), o)
			if r.Verdict != verify.NotGenuine || !hasCode(r, "missing") {
				explain(t, r)
				t.Errorf("without %s the file is %s", m.Name, r.Verdict)
			}
		}
	}
	if taken == 0 {
		t.Error("no approval brings its key")
	}
}

func hasCode(r *verify.Report, code string) bool {
	for _, c := range r.Checks {
		if c.Code == code {
			return true
		}
	}
	return false
}

// TestImportedByNobodyKnown: as long as trust names somebody by fingerprint
// whose key is not at hand, a record that came along and is signed by a key that
// is not at hand may be theirs.
func TestImportedByNobodyKnown(t *testing.T) {
	c := newCast(t)
	d := withFreeze(one(stranger), nil)(t, c)
	o := c.options(t, "solo")
	if r := judge(t, d, c.expect(t), o); r.Verdict != verify.Accepted {
		explain(t, r)
		t.Errorf("every key of trust is at hand, and a stranger's freeze makes the file %s", r.Verdict)
	}
	look := o
	look.Trust, look.Policy = nil, nil
	if r := judge(t, d, c.expect(t), look); r.Verdict != verify.NotAccepted {
		t.Errorf("with nobody trusted the file is %s", r.Verdict)
	}
	lena := c.lena.Public()
	o.Trust = c.trustText(t, strings.ReplaceAll(c.document(""), strings.TrimSpace(lena.AuthorizedKey()), lena.Fingerprint()))
	if r := judge(t, d, c.expect(t), o); r.Verdict != verify.NotAccepted || !hasCode(r, "signer-not-known") {
		explain(t, r)
		t.Errorf("the freeze may be Lena's, and the file is %s", r.Verdict)
	}
}
