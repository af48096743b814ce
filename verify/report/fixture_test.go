package report

import (
	"fmt"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// The reports in these tests are put together by hand; the figures and names
// are those of an invented company.

func sum(s string) evidence.Digest { return evidence.Sum([]byte(s)) }

func proven(by string) verify.Proof { return verify.Proof{Grade: verify.Proven, By: by} }

func attested() verify.Proof { return verify.Proof{Grade: verify.Attested, By: "recorder"} }

// passes makes n checks that hold.
func passes(layer verify.Layer, question, n int) []verify.Check {
	var list []verify.Check
	for i := range n {
		list = append(list, verify.Check{
			ID: fmt.Sprintf("q%d/holds-%d", question, i), Layer: layer, Title: "It holds", Question: question,
			Outcome: verify.Pass, Level: "MUST", Proof: proven("the file's own bytes"),
		})
	}
	return list
}

// checks are those of a release under a large policy: as many passes as each
// question has in the figures below.
func held(figures [7]int) []verify.Check {
	var list []verify.Check
	for i, l := range verify.Layers()[:4] {
		list = append(list, passes(l, 0, 7+i)...)
	}
	for i, n := range figures {
		list = append(list, passes(verify.Controls, i+1, n)...)
	}
	return list
}

func exhibits(n int) []verify.Exhibit {
	var list []verify.Exhibit
	for i := 1; i <= n; i++ {
		name := fmt.Sprintf("exhibit-%d", i)
		list = append(list, verify.Exhibit{
			Number: i, Name: name + ".json", MediaType: "application/json", Digest: sum(name), Size: 512, Present: true,
		})
	}
	return list
}

// onExhibit is the place that is exhibit n.
func onExhibit(n int) []verify.Place {
	d := sum(fmt.Sprintf("exhibit-%d", n))
	return []verify.Place{{Statement: &d, Pointer: "/predicate"}}
}

func at(day, hour, minute int) evidence.Time {
	return evidence.At(time.Date(2026, time.November, day, hour, minute, 0, 0, time.UTC))
}

func day(month time.Month, day int) evidence.Time {
	return evidence.At(time.Date(2026, month, day, 0, 0, 0, 0, time.UTC))
}

// timeline is what happened to a release in these tests.
func timeline(version string) []verify.Event {
	end := at(18, 10, 31)
	return []verify.Event{
		{At: at(17, 8, 0), Until: new(at(17, 16, 20)), Label: "commits", Text: "2 commits", Proof: verify.Proof{Grade: verify.Claimed, By: "the commits"}},
		{At: at(17, 16, 40), Label: "change", Text: "812 merged by Tom Okoro", Proof: attested(), Exhibits: []int{1}},
		{At: at(18, 9, 0), Label: "tag", Text: "v" + version, Proof: verify.Proof{Grade: verify.Claimed, By: "the tag"}},
		{At: at(18, 10, 12), Until: &end, Label: "promotion", Text: "deploy to staging: success", Proof: attested(), Exhibits: []int{13}},
		{At: at(19, 13, 40), Label: "approval", Text: "Lena Vogt: approved, production", Proof: proven("Lena Vogt"), Exhibits: []int{12}},
		{At: at(20, 8, 55), Label: "seal", Text: "seal-1, covers until 20 Nov 09:00", Proof: proven("release-ci"), Exhibits: []int{15}},
	}
}

func base(version string) *verify.Report {
	state, asOf := sum("state"+version), at(20, 9, 0)
	return &verify.Report{
		Format: "dossier-report/v1", Target: "payments-" + version + ".dossier", AsOf: asOf, AsOfGiven: true,
		Gate: verify.GateFinal, Relied: true, Expected: "github.com/fintech/payments@" + version,
		Release: &verify.ReleaseView{
			Statement: sum("exhibit-1"), Repository: "https://github.com/fintech/payments", Version: version, Name: "payments",
		},
		Chain: []verify.FactLine{
			{Label: "tag", Text: "v" + version + ", annotated, signed by release-ci", Proof: proven("")},
			{Label: "commit", Text: "9f3c61e: 2 commits since v4.1.3, from 2 reviewed PRs", Proof: proven("")},
			{Label: "build", Text: "GitHub Actions run 8812734, from that commit", Proof: proven("")},
			{Label: "artifact", Text: "payments@sha256:1b7d04ac  (image, 2 platforms)", Proof: proven("")},
			{Label: "SBOM", Text: "CycloneDX 1.6, 214 components, names that digest", Proof: proven("")},
			{Label: "staging", Text: "18 Nov 10:12   same digest, smoke tests passed", Proof: attested()},
			{Label: "production", Text: "19 Nov 14:05   same digest, in window Tue-Thu 9-17", Proof: attested()},
		},
		Timeline: timeline(version),
		Signers: []verify.Signer{{
			Statement: sum("exhibit-1"), Signature: sum("signature"), Identity: evidence.Identity("key:sha256:" + sum("key").Hex()),
			Fingerprint: "SHA256:9d2fKq0Xc1yJ0m8mVbJvS0o2b7oFQ2l1mX0bC9cQe4w", Person: "release-ci", Roles: []string{"release-ci"},
			Allowed: true, NotAfter: &asOf,
		}},
		Exhibits: exhibits(18), State: &state,
		Trust:      &verify.DocumentView{ID: "fintech-trust", Version: 3, Digest: sum("trust")},
		Policy:     policy(),
		CannotShow: []string{"that no other change reached production"},
	}
}

func policy() *verify.PolicyView {
	return &verify.PolicyView{
		DocumentView: verify.DocumentView{ID: "fintech-sox", Version: 7, Digest: sum("policy")},
		Profile:      "sox", Effective: sum("effective"), Asked: 292, NotAsked: 421,
		NotAskedWhy: []string{
			"No hotfix, backport, freeze, train or incident is in evidence", "71 need the archive, 66 a repository snapshot",
		},
	}
}

func accepted() *verify.Report {
	r := base("4.2.0")
	r.Verdict = verify.Accepted
	r.People = []verify.FactLine{
		{Label: "wrote", Text: "Ana Ruiz, Wei Chen", Exhibits: []int{3, 4}},
		{Label: "reviewed", Text: "Tom Okoro, Priya Nair: both PRs, on the merged head", Exhibits: []int{5, 6}},
		{Label: "go/no-go", Text: "Lena Vogt, release manager, 19 Nov 11:20, go", Exhibits: []int{11}, Proof: proven("")},
		{Label: "approved", Text: `Lena Vogt, 19 Nov 13:40: "CHG-4411, staging green"`, Exhibits: []int{12}, Proof: proven("")},
		{Label: "deployed", Text: "deploy-bot, asked by Tom Okoro", Exhibits: []int{13}},
	}
	r.Checks = append(held([7]int{34, 65, 56, 40, 22, 44, 27}),
		verify.Check{ID: "version/auto-calculated", Layer: verify.Controls, Question: 2, Level: "SHOULD", Outcome: verify.Warn,
			Title: "The version was typed by hand", Why: "a recommendation"},
		verify.Check{ID: "commit/scoped", Layer: verify.Controls, Question: 3, Level: "SHOULD", Outcome: verify.Warn,
			Title: "PR 812 changes 2,140 lines; recommended limit 800"},
		verify.Check{ID: "check/dast", Layer: verify.Controls, Question: 4, Level: "MUST", Outcome: verify.Waived,
			Title: "The scan was not run", Exception: "EXC-92", Until: new(day(time.December, 31)), Why: "by Omar Haddad", Inputs: onExhibit(14)},
		verify.Check{ID: "notes/approvals-status", Layer: verify.Controls, Question: 7, Level: "MUST", Outcome: verify.Pending,
			Title: "Notes lack the production approval", Due: new(at(24, 12, 0))},
	)
	return r
}

func notAccepted() *verify.Report {
	r := base("4.3.0")
	r.Verdict = verify.NotAccepted
	r.Reasons = []verify.Reason{{Code: "author-approved", Text: "The approver wrote part of the change"}}
	r.People = []verify.FactLine{
		{Label: "approved", Text: "omar-adm, 26 Nov 13:30", Proof: attested(), Check: "sod/approver-not-author"},
		{Label: "wrote", Text: "Ana Ruiz, Omar Haddad", Exhibits: []int{3, 4}},
	}
	fail := func(q int, id, code, title, expected, found string, fix verify.Fix, inputs []verify.Place) verify.Check {
		return verify.Check{ID: id, Layer: verify.Controls, Question: q, Level: "MUST", Outcome: verify.Fail, Code: code,
			Title: title, Expected: expected, Found: found, Fix: fix, Inputs: inputs}
	}
	passed := held([7]int{34, 66, 56, 40, 20, 44, 28})
	r.Checks = append(passed,
		fail(5, "sod/approver-not-author", "author-approved", "The approver wrote part of the change",
			"an approver who wrote none of the release's commits",
			"omar-adm approved. That account is Omar Haddad (trust.yaml:23), co-author of commit c0b1f22",
			verify.Fix{Before: "another release manager approves (lena.vogt)",
				Now: "dossier new exception --for sod/approver-not-author --release 4.3.0"}, onExhibit(18)),
		fail(3, "pr/approval-on-merged-head", "stale-approval", "Code changed after the review",
			"two approvals on the commit that was merged",
			"PR 821 was approved at 4e2a9d1; 88c0f3d, pushed 41 minutes later, was merged with no approval of its own",
			verify.Fix{Before: "require approval of the most recent push in the ruleset of main",
				Now: "have 4e2a9d1..88c0f3d reviewed and file the exception with that review"}, onExhibit(7)),
		fail(4, "check/no-green-by-chance", "retried", "A test was rerun until it passed",
			"at most 2 attempts, or a flaky-test ticket",
			"integration-test on c0b1f22: failed, failed, passed; no ticket",
			verify.Fix{Now: "dossier new quarantine --check integration-test, with its ticket"}, onExhibit(15)),
		verify.Check{ID: "approval/identity-and-time", Layer: verify.Controls, Question: 5, Level: "MUST", Outcome: verify.Unknown,
			Title: "Who approved is not known", Why: "recorder", FollowsFrom: "sod/approver-not-author"},
	)
	r.Checks[len(passed)].Proof = attested()
	return r
}

func notGenuine() *verify.Report {
	r := notAccepted()
	r.Verdict, r.Relied = verify.NotGenuine, true
	r.Reasons = []verify.Reason{{Code: "missing", Text: "A listed document is missing"}}
	missing := verify.Check{ID: "integrity/materials", Layer: verify.Integrity, Outcome: verify.Fail, Code: "missing",
		Title: "A listed document is missing", Expected: "sbom/payments.cdx.json, 18422 bytes, " + sum("sbom").String(),
		Found: "no bytes with that digest", Fix: verify.Fix{Now: "ask the sender for the whole file"}, Inputs: onExhibit(9)}
	again := missing
	link := verify.Check{ID: "linkage/sbom", Layer: verify.Linkage, Outcome: verify.Unknown, Code: "missing", Why: "missing",
		Title: "The SBOM is not there", FollowsFrom: "integrity/materials"}
	r.Checks = append([]verify.Check{missing, again, link}, r.Checks...)
	return r
}

// untrusted is what a stranger sees who gives neither trust nor expectation.
func untrusted() *verify.Report {
	r := base("4.2.0")
	r.Verdict, r.Relied, r.Expected, r.AsOfGiven = verify.NotAccepted, false, "", false
	r.Trust, r.Policy = nil, nil
	r.Reasons = []verify.Reason{
		{Code: "no-trust", Text: "no signer is trusted yet"},
		{Code: "no-expectation", Text: "nothing was expected: say which release or artifact you mean"},
		{Code: "no-policy", Text: "no policy judged it"},
	}
	for i := range r.Chain {
		r.Chain[i].Proof = verify.Proof{Grade: verify.Claimed}
	}
	r.Signers[0].Person, r.Signers[0].Roles, r.Signers[0].Allowed, r.Signers[0].Code = "", nil, false, "no-trust"
	second := r.Signers[0]
	second.Statement, second.Fingerprint = sum("exhibit-12"), "SHA256:Zt0aY1u8M3kQk7m6m1u0Wb4vV9dO0cS5xJ2pR8nH6eE"
	unknown := verify.Signer{Statement: sum("exhibit-13"), Code: "signer-not-known", Detail: "no key at hand"}
	r.Signers = append(r.Signers, second, unknown)
	r.Checks = held([7]int{})
	r.Checks = append(r.Checks, verify.Check{ID: "signatures/record", Layer: verify.Signatures, Outcome: verify.Fail,
		Code: "no-trust", Title: "A signature on the record statement does not count"})
	return r
}

// situations are the four pages that are kept as golden files.
func situations() map[string]*verify.Report {
	list := map[string]*verify.Report{
		"accepted": accepted(), "not-accepted": notAccepted(), "not-genuine": notGenuine(), "untrusted": untrusted(),
	}
	for _, r := range list {
		r.Repeat = repeat(r)
	}
	return list
}

// repeat is the command that goes with a report.
func repeat(r *verify.Report) []string {
	if r.Trust == nil {
		return []string{"dossier", "verify", r.Target}
	}
	return []string{"dossier", "verify", r.Target, "--release", r.Expected, "--policy", "fintech-sox-7.policy",
		"--anchor", "SHA256:9d2f...", "--as-of", "2026-11-20T09:00:00Z"}
}
