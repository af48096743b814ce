package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/sbom/license"
	"github.com/release-dossier/dossier/verify/report"
)

// sbomCheckFlags are the flags of sbom check.
type sbomCheckFlags struct {
	lists          license.Lists
	strict, asJSON bool
}

func (c *Cmd) sbomCheckCommand() *cobra.Command {
	var f sbomCheckFlags
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Check an SBOM against its official schema and the minimum elements",
		Long: `sbom check reads CycloneDX (JSON 1.2 to 1.7, XML 1.0 to 1.7) and SPDX (2.2 and 2.3
as JSON or tag-value, 3.0.1 as JSON-LD), or the SBOMs of a dossier, and judges each
by the official schema of its version. References, digests, package URLs, licences
and the dependency graph are checked, too, and the minimum elements of the NTIA
(2021) and the CISA (draft of 2025) are counted. No network is asked.

Problems make a document invalid, warnings do not. The exit status is 0 if all
documents are valid and no licence is refused, 1 if not, 4 if one cannot be read.`,
		Example: `  dossier sbom check hello.cdx.json
  dossier sbom check hello-1.4.0.dossier --deny-license 'AGPL-*' --json`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return c.sbomCheck(cmd.Context(), args, &f) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.lists.Allow, "allow-license", nil, "refuse all licences but these (`ID`, or a beginning and *; repeatable)")
	flags.StringArrayVar(&f.lists.Deny, "deny-license", nil, "refuse a licence (`ID`, or a beginning and *; repeatable)")
	flags.BoolVar(&f.strict, "strict", false, "exit with 1 for warnings, too")
	flags.BoolVar(&f.asJSON, "json", false, "print what is found as JSON")
	return cmd
}

// sbomAnswer is the JSON of sbom check, one for each document.
type sbomAnswer struct {
	Name           string                 `json:"name"`
	Digest         evidence.Digest        `json:"digest"`
	Format         string                 `json:"format"`
	SpecVersion    string                 `json:"specVersion"`
	Encoding       string                 `json:"encoding"`
	Subjects       []sbomSubject          `json:"subjects"`
	Created        string                 `json:"created,omitempty"`
	Tools          []string               `json:"tools,omitempty"`
	Authors        []string               `json:"authors,omitempty"`
	Components     int                    `json:"components"`
	Valid          bool                   `json:"valid"`
	Problems       []sbom.Problem         `json:"problems"`
	ProblemCount   int                    `json:"problemCount"`
	Warnings       []sbom.Problem         `json:"warnings"`
	WarningCount   int                    `json:"warningCount"`
	Dependencies   sbomGraph              `json:"dependencies"`
	Licenses       []sbomLicense          `json:"licenses"`
	LicenseCount   int                    `json:"licenseCount"`
	Elements       []evidence.SBOMElement `json:"minimumElements"`
	NTIA           evidence.SBOMScore     `json:"ntia"`
	CISA           evidence.SBOMScore     `json:"cisa"`
	refusedLicence bool
	unjudged       int // licences beyond those that are listed, if lists were given
}

type sbomSubject struct {
	Name    string             `json:"name"`
	Version string             `json:"version,omitempty"`
	PURL    string             `json:"purl,omitempty"`
	Digests evidence.DigestSet `json:"digests,omitempty"`
}

type sbomGraph struct {
	Depth       int `json:"depth"`
	Unreachable int `json:"unreachable"`
	Cycles      int `json:"cycles"`
}

type sbomLicense struct {
	License    string `json:"license"`
	Components int    `json:"components"`
	Example    string `json:"example"`
	Permitted  bool   `json:"permitted"`
}

func (f *sbomCheckFlags) answer(s namedSBOM) *sbomAnswer {
	sum := s.doc.Summary()
	a := &sbomAnswer{
		Name: s.name, Digest: s.doc.Digest, Format: s.doc.Format, SpecVersion: s.doc.SpecVersion, Encoding: s.doc.Encoding,
		Subjects: []sbomSubject{}, Created: s.doc.Created, Tools: s.doc.Tools, Authors: s.doc.Authors, Components: sum.Components,
		Valid: s.doc.Valid(), Problems: sum.Problems, ProblemCount: sum.ProblemCount, Warnings: sum.Warnings, WarningCount: sum.WarningCount,
		Dependencies: sbomGraph{sum.Depth, sum.Unreachable, sum.Cycles}, Licenses: []sbomLicense{}, LicenseCount: sum.LicenseCount,
		Elements: sum.Elements,
	}
	for _, s := range s.doc.Subjects {
		if !s.Part {
			a.Subjects = append(a.Subjects, sbomSubject{s.Name, s.Version, s.PURL, s.Digests})
		}
	}
	permit := f.lists.Judge()
	for _, l := range sum.Licenses {
		permitted := permit(l.License)
		a.refusedLicence = a.refusedLicence || !permitted
		a.Licenses = append(a.Licenses, sbomLicense{l.License, l.Components, l.Example, permitted})
	}
	if asked := len(f.lists.Allow)+len(f.lists.Deny) > 0; asked && sum.LicenseCount > len(sum.Licenses) {
		a.refusedLicence, a.unjudged = true, sum.LicenseCount-len(sum.Licenses)
	}
	a.NTIA, a.CISA = evidence.SBOMScores(sum.Elements)
	return a
}

func (c *Cmd) sbomCheck(ctx context.Context, paths []string, f *sbomCheckFlags) error {
	var answers []*sbomAnswer
	worst := exitStatus(0)
	for _, path := range paths {
		list, err := readSBOMs(ctx, path)
		if err != nil {
			return err
		}
		for _, s := range list {
			a := f.answer(s)
			answers = append(answers, a)
			if !a.Valid || a.refusedLicence || f.strict && a.WarningCount > 0 {
				worst = 1
			}
		}
	}
	if f.asJSON {
		if err := c.printJSON(answers); err != nil {
			return err
		}
	} else {
		var b strings.Builder
		for i, a := range answers {
			if i > 0 {
				b.WriteByte('\n')
			}
			a.print(&b)
		}
		if _, err := fmt.Fprint(c.Stdout, b.String()); err != nil {
			return err
		}
	}
	if worst != 0 {
		return worst
	}
	return nil
}

// print writes an answer for people.
func (a *sbomAnswer) print(b *strings.Builder) {
	verdict := "VALID"
	if !a.Valid {
		verdict = "NOT VALID"
	}
	var names []string
	for _, s := range a.Subjects[:min(len(a.Subjects), 3)] {
		names = append(names, strings.TrimSpace(s.Name+" "+s.Version))
	}
	about := "about nothing it names"
	if names != nil {
		about = "about " + report.Safe(strings.Join(names, ", "))
	}
	fmt.Fprintf(b, "%s  %s  %s %s, %s, %s, %s\n", verdict, report.Safe(a.Name), a.Format, report.Safe(a.SpecVersion), a.Encoding,
		counted(a.Components, "component", "components"), about)
	printFindings(b, "problem", a.Problems, a.ProblemCount)
	printFindings(b, "warning", a.Warnings, a.WarningCount)
	fmt.Fprintf(b, "  dependencies  %d deep, %d unreachable, %s\n", a.Dependencies.Depth, a.Dependencies.Unreachable, counted(a.Dependencies.Cycles, "cycle", "cycles"))
	a.printLicenses(b)
	fmt.Fprintf(b, "  minimum elements  NTIA %d of %d, CISA %d of %d\n", a.NTIA.Met, a.NTIA.Of, a.CISA.Met, a.CISA.Of)
	for _, e := range a.Elements {
		by := "NTIA, CISA"
		if !e.NTIA {
			by = "CISA"
		}
		fmt.Fprintf(b, "    %-11s %d of %d  (%s)\n", e.ID, e.Present, e.Of, by)
	}
}

// shownFindings is the most problems, and warnings, that are printed for people.
const shownFindings = 20

func printFindings(b *strings.Builder, kind string, list []sbom.Problem, all int) {
	for _, p := range list[:min(len(list), shownFindings)] {
		fmt.Fprintf(b, "  %s  %s: %s [%s]\n", kind, report.Safe(p.Place()), report.Safe(p.Message), p.Code)
	}
	if more := all - min(len(list), shownFindings); more > 0 {
		fmt.Fprintf(b, "  %s  and %d more\n", kind, more)
	}
}

// printLicenses writes which licences there are, all that are refused first.
func (a *sbomAnswer) printLicenses(b *strings.Builder) {
	shown := 0
	for _, l := range a.Licenses {
		if l.Permitted || shown == shownFindings {
			continue
		}
		shown++
		fmt.Fprintf(b, "  refused  licence %s of %s, as %s\n", report.Safe(l.License), counted(l.Components, "component", "components"), report.Safe(l.Example))
	}
	if a.unjudged > 0 {
		fmt.Fprintf(b, "  refused  %d different licences are too many to be judged, %d are not\n", a.LicenseCount, a.unjudged)
	}
	var common []string
	for _, l := range a.Licenses[:min(len(a.Licenses), 5)] {
		common = append(common, fmt.Sprintf("%s (%d)", report.Safe(l.License), l.Components))
	}
	if common == nil {
		common = []string{"none"}
	}
	more := ""
	if a.LicenseCount > 5 {
		more = fmt.Sprintf(" and %d more", a.LicenseCount-5)
	}
	fmt.Fprintf(b, "  licences  %s%s\n", strings.Join(common, ", "), more)
}
