package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// maxSigners is how many signers a page names before it only counts.
const maxSigners = 8

// maxFlag is the longest value of a flag that is offered, in bytes.
const maxFlag = 1000

// codeRefuted is the reason code of a signature that does not verify.
const codeRefuted = "signature-invalid"

// codeDuplicate is that of one that shows no more than another by its signer.
const codeDuplicate = "signature-duplicate"

// codeNoKey is that of one by a key that is not at hand.
const codeNoKey = "signer-not-known"

// party is one signer with what it signed.
type party struct {
	verify.Signer
	release bool
	others  int
}

// parties groups signatures by signer and by whether they count; those of the
// release statement come first.
func (v *view) parties() []*party {
	var list []*party
	for _, s := range v.r.Signers {
		i := slices.IndexFunc(list, func(p *party) bool {
			return p.Name() == s.Name() && p.Identity == s.Identity && p.Allowed == s.Allowed && p.Code == s.Code
		})
		if i < 0 {
			list, i = append(list, &party{Signer: s}), len(list)
		}
		if v.r.Release != nil && s.Statement == v.r.Release.Statement {
			list[i].release = true
		} else {
			list[i].others++
		}
	}
	slices.SortStableFunc(list, func(a, b *party) int {
		switch {
		case a.release == b.release:
			return 0
		case a.release:
			return -1
		}
		return 1
	})
	return list
}

// signers lists who signed, for a reader who trusts nobody yet.
func (v *view) signers() section {
	var s section
	list := v.parties()
	for i, p := range list {
		if i == maxSigners && !v.all {
			s.head = append(s.head, line{text: fmt.Sprintf("  and %d more: --all", len(list)-i)})
			break
		}
		s.head = append(s.head, v.paragraph("  ", 4, p.who(v.all), 2)...)
		s.head = append(s.head, v.paragraph("    ", 6, p.what(), 2)...)
	}
	if len(list) > 0 {
		s.head = append(plain("The signers"), s.head...)
	}
	return s
}

// who names a signer: the key's fingerprint where there is one.
func (p *party) who(all bool) string {
	name := p.Fingerprint
	switch {
	case name == "":
		name = p.Name()
	case p.Person != "":
		name += ", " + tidy(p.Person)
	}
	if all && p.Identity != "" && name != string(p.Identity) {
		name += ", " + tidy(string(p.Identity))
	}
	return name
}

// what says what it signed and whether that counts.
func (p *party) what() string {
	what := "the release statement"
	switch {
	case p.others > 0 && p.release:
		what += " and " + plural(p.others, "other statement")
	case p.others > 0:
		what = plural(p.others, "later statement")
	}
	switch {
	case p.Allowed:
		return "signed " + what + ": counts"
	case p.Code == codeRefuted:
		return "is named as signer of " + what + ": the signature does not verify"
	case p.Code == codeDuplicate:
		return "signed " + what + ": a copy that shows no more, set aside"
	case p.Code == codeNoTrust:
		return "signed " + what + ": verifies, and nobody trusts it yet"
	case p.Unproven:
		return "signed " + what + ": authentic, does not count (" + tidy(p.Code) + "): " + tidy(p.Detail)
	case p.Identity == "" && p.Code != codeNoKey && p.Code != "":
		return "signed " + what + ": does not count (" + tidy(p.Code) + "): " + tidy(p.Detail)
	case p.Identity == "":
		return "signed " + what + ": no key at hand verifies it"
	}
	text := "signed " + what + ": verifies, does not count"
	if p.Code != "" {
		text += " (" + tidy(p.Code) + ")"
	}
	return text
}

// adding prints the flags that a first look still lacks. A key is offered only
// if it made a valid signature over the release statement, and only where no
// trust was given: a trust document that does not name a signer may have its
// reasons.
func (v *view) adding() section {
	var flags [][]string
	if v.r.Trust == nil {
		flags = v.signerFlags()
	}
	if r := v.r.Release; v.r.Expected == "" && r != nil && r.Repository != "" && r.Version != "" &&
		len(r.Repository)+len(r.Version) < maxFlag {
		flags = append(flags, []string{"--release", strings.TrimPrefix(r.Repository, "https://") + "@" + r.Version})
	}
	if len(flags) == 0 {
		return section{}
	}
	head := v.paragraph("", 0, "Check these elsewhere first, with their owner and not in this file. Then add", 0)
	for _, f := range flags {
		head = append(head, line{text: "  " + words(f)[0]})
	}
	return section{head: head}
}

// signerFlags are the flags that would trust the signers of the release
// statement, one each: which of them is the right one is for the reader to find
// out.
func (v *view) signerFlags() [][]string {
	var flags [][]string
	for _, p := range v.parties() {
		who := p.Fingerprint
		if scheme := p.Identity.Scheme(); scheme == "oidc" || scheme == "x509" {
			who = string(p.Identity)
		}
		if p.release && p.Identity != "" && who != "" && len(who) < maxFlag && p.Code != codeRefuted && p.Code != codeDuplicate && len(flags) < maxSigners {
			flags = append(flags, []string{"--signer", who})
		}
	}
	return flags
}
