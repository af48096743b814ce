package sbom

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// spdxDocument is the SPDXID of every SPDX document.
const spdxDocument = "SPDXRef-DOCUMENT"

// spdx takes over an SPDX 2 document.
type spdx struct {
	*reader
	described []string // ids
}

func (s *spdx) member(name string, v any) {
	switch name {
	case "SPDXID":
		id, _ := v.(string)
		s.refs.define(id, noComponent, func() string { return "/SPDXID" })
	case "name":
		s.doc.Name, _ = v.(string)
	case "documentNamespace":
		s.doc.ID, _ = v.(string)
	case "creationInfo":
		s.doc.Created = text(v, "created")
		for _, c := range list(v, "creators") {
			creator, _ := c.(string)
			kind, name, _ := strings.Cut(creator, ":")
			switch name = strings.TrimSpace(name); kind {
			case "Tool":
				s.doc.Tools = append(s.doc.Tools, name)
			case "Person", "Organization":
				s.doc.Authors = append(s.doc.Authors, name)
			}
		}
	}
}

func (s *spdx) element(list string, i int, v any) {
	where := func() string { return pointer(list, strconv.Itoa(i), "SPDXID") }
	switch list {
	case "packages":
		s.pkg(i, v)
	case "files":
		s.doc.FileCount++
		s.refs.define(text(v, "SPDXID"), noComponent, where)
	case "snippets":
		s.refs.define(text(v, "SPDXID"), noComponent, where)
		s.use(text(v, "snippetFromFile"), list, i, "snippetFromFile")
	case "documentDescribes":
		if id, ok := v.(string); ok {
			s.use(id, list, i, "")
			s.about(id)
		}
	case "relationships":
		s.relationship(i, v)
	case "hasExtractedLicensingInfos":
		s.licenses.define(text(v, "licenseId"))
	}
}

func (s *spdx) pkg(i int, v any) {
	if object(v) == nil {
		return
	}
	id := text(v, "SPDXID")
	c := Component{
		Ref: id, Name: text(v, "name"), Version: text(v, "versionInfo"), Licenses: s.licensesOf(i, v), Digests: s.checksums("packages", i, v),
		Supplier: cmp.Or(spdxAgent(text(v, "supplier")), spdxAgent(text(v, "originator"))),
	}
	s.identifiers(&c, i, v)
	s.refs.define(id, s.addComponent(c, place{noComponent, "/packages", i}), func() string { return pointer("packages", strconv.Itoa(i), "SPDXID") })
	for j, f := range list(v, "hasFiles") {
		if file, ok := f.(string); ok && inDocument(file) {
			s.refs.use(reference{file, "packages", i, "hasFiles", j})
		}
	}
}

func (s *spdx) checksums(in string, i int, v any) map[string]string {
	return s.digests(list(v, "checksums"), "algorithm", "checksumValue", func() string {
		return pointer(in, strconv.Itoa(i), "checksums")
	})
}

// identifiers reads the identifiers of a package that are known beyond the
// document.
func (s *spdx) identifiers(c *Component, i int, v any) {
	for j, ref := range list(v, "externalRefs") {
		switch text(ref, "referenceType") {
		case "purl":
			if c.PURL != "" {
				continue
			}
			c.PURL = text(ref, "referenceLocator")
			if s.checkPURL(c.PURL, func() string {
				return pointer("packages", strconv.Itoa(i), "externalRefs", strconv.Itoa(j), "referenceLocator")
			}) {
				c.Identified = true
			}
		case "cpe22Type", "cpe23Type", "swid", "swh", "gitoid":
			c.Identified = true
		}
	}
}

// spdxAgent is the name of a supplier or originator, "" for none.
func spdxAgent(s string) string {
	for _, kind := range []string{"Person:", "Organization:"} {
		if name, ok := strings.CutPrefix(s, kind); ok {
			return strings.TrimSpace(name)
		}
	}
	return ""
}

func (s *spdx) licensesOf(i int, v any) []string {
	var found []string
	for _, name := range []string{"licenseConcluded", "licenseDeclared"} {
		l := text(v, name)
		if l == "" || l == "NONE" || l == "NOASSERTION" {
			continue
		}
		s.expression(l, func() string { return pointer("packages", strconv.Itoa(i), name) })
		if !slices.Contains(found, l) {
			found = append(found, l)
		}
	}
	return found
}

// dependsOn says which relationships are dependencies (SPDX 2.3, clause 11):
// true if the first element depends on the second, false the other way round.
var dependsOn = map[string]bool{
	"DEPENDS_ON": true, "DYNAMIC_LINK": true, "STATIC_LINK": true, "HAS_PREREQUISITE": true,
	"DEPENDENCY_OF": false, "PREREQUISITE_FOR": false, "RUNTIME_DEPENDENCY_OF": false,
	"BUILD_DEPENDENCY_OF": false, "DEV_DEPENDENCY_OF": false, "TEST_DEPENDENCY_OF": false,
	"OPTIONAL_DEPENDENCY_OF": false, "PROVIDED_DEPENDENCY_OF": false,
}

func (s *spdx) relationship(i int, v any) {
	a, b, kind := text(v, "spdxElementId"), text(v, "relatedSpdxElement"), text(v, "relationshipType")
	s.use(a, "relationships", i, "spdxElementId")
	s.use(b, "relationships", i, "relatedSpdxElement")
	switch {
	case kind == "DESCRIBES" && a == spdxDocument:
		s.about(b)
	case kind == "DESCRIBED_BY" && b == spdxDocument:
		s.about(a)
	}
	if !inDocument(a) || !inDocument(b) {
		return
	}
	forward, ok := dependsOn[kind]
	if !ok {
		s.link(a, b)
		return
	}
	if !forward {
		a, b = b, a
	}
	s.depend(a, b)
}

func (s *spdx) about(id string) {
	if len(s.described) == maxRefs {
		s.refs.overflow()
		return
	}
	s.described = append(s.described, id)
}

func (s *spdx) use(id, in string, i int, field string) {
	if inDocument(id) {
		s.refs.use(reference{id, in, i, field, -1})
	}
}

// inDocument reports whether id is one of this document, not of another one
// ("DocumentRef-x:SPDXRef-y") or one of the words for nothing.
func inDocument(id string) bool {
	return id != "NONE" && id != "NOASSERTION" && !strings.HasPrefix(id, "DocumentRef-")
}

// finish resolves what the document describes. Only now are all ids known.
func (s *spdx) finish() error {
	slices.Sort(s.described)
	var files []string
	for _, id := range slices.Compact(s.described) {
		if i, ok := s.refs.component(id); ok {
			s.makeSubject(i)
		} else {
			files = append(files, id)
		}
	}
	return s.describesFiles(files)
}

// describesFiles makes the files with the given ids subjects. Files are many
// and are rarely described, so they are not kept but read again.
func (s *spdx) describesFiles(ids []string) error {
	if len(ids) == 0 || s.doc.FileCount == 0 {
		return nil
	}
	return s.again("files", func(i int, v any) {
		if _, found := slices.BinarySearch(ids, text(v, "SPDXID")); found {
			s.doc.Subjects = append(s.doc.Subjects, Subject{
				Ref: text(v, "SPDXID"), Name: text(v, "fileName"), Digests: s.checksums("files", i, v),
			})
		}
	})
}
