package sbom

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// spdx3 takes over an SPDX 3 document: a graph of elements that refer to each
// other by IRI, in any order, so most is put together at the end.
type spdx3 struct {
	*reader
	whole bool // the document is one element, without @graph

	documents int
	info      string // the id of the document's CreationInfo
	infos     map[string]creationInfo
	names     map[string]string // of agents, tools and licences by id
	roots     []string          // what documents and SBOMs are about
	imported  map[string]bool
	foreign   []reference // to IRIs that may be of other documents

	suppliers []named
	licensed  []named
	sets      map[string]licenseSet
	texts     map[string]string // of sets
}

type creationInfo struct {
	created   string
	by, using []string
}

// named is something that a component refers to by id.
type named struct {
	component string
	id        string
	concluded bool // of a licence
	at        int  // the element that says so
}

// licenseSet is licences of which all or one apply.
type licenseSet struct {
	members  []string
	operator string
}

// graphList is the member that holds the elements.
const graphList = "@graph"

func (s *spdx3) at(i int, fields ...string) string {
	if s.whole {
		return pointer(fields...)
	}
	return pointer(append([]string{graphList, strconv.Itoa(i)}, fields...)...)
}

func (s *spdx3) member(string, any) {}

func (s *spdx3) element(list string, i int, v any) {
	if list != graphList || object(v) == nil {
		return
	}
	id := idOf(v)
	field := "spdxId"
	if text(v, field) == "" {
		field = "@id"
	}
	component := noComponent
	kind := text(v, "type")
	switch kind {
	case "software_Package", "ai_AIPackage", "dataset_DatasetPackage":
		component = s.pkg(i, v, id)
	case "software_File":
		s.doc.FileCount++
	case "CreationInfo":
		s.creation(id, v)
	case "SpdxDocument":
		s.document(v, id)
	case "software_Sbom", "Bom":
		for _, phase := range list3(v, "software_sbomType") {
			if !slices.Contains(s.doc.Context, phase) {
				s.doc.Context = append(s.doc.Context, phase)
			}
		}
	case "Relationship", "LifecycleScopedRelationship":
		s.relationship(i, v)
	case "simplelicensing_LicenseExpression":
		expression := text(v, "simplelicensing_licenseExpression")
		s.expression(expression, func() string { return s.at(i, "simplelicensing_licenseExpression") })
		s.name(id, expression)
	case "expandedlicensing_ConjunctiveLicenseSet":
		s.set(id, licenseSet{list3(v, "expandedlicensing_member"), " AND "})
	case "expandedlicensing_DisjunctiveLicenseSet":
		s.set(id, licenseSet{list3(v, "expandedlicensing_member"), " OR "})
	default:
		s.name(id, text(v, "name"))
	}
	s.refs.define(id, component, func() string { return s.at(i, field) })
	if strings.HasPrefix(id, "LicenseRef-") || strings.Contains(id, "/LicenseRef-") {
		s.licenses.define(id[strings.LastIndexByte(id, '/')+1:])
	}
	if kind == "SpdxDocument" || kind == "software_Sbom" || kind == "Bom" || kind == "Bundle" {
		for j, root := range list3(v, "rootElement") {
			s.use(root, i, "rootElement", j)
			if kind != "Bundle" && len(s.roots) < maxRefs {
				s.roots = append(s.roots, root)
			}
		}
		for j, e := range list3(v, "element") {
			s.use(e, i, "element", j)
		}
	}
	s.use(text(v, "creationInfo"), i, "creationInfo", -1)
}

// idOf is the IRI or the blank node of an element.
func idOf(v any) string { return cmp.Or(text(v, "spdxId"), text(v, "@id")) }

// list3 is a list of ids or words. An element that stands where its id could
// stand counts by its id.
func list3(v any, name string) []string {
	var out []string
	for _, item := range list(v, name) {
		if id, ok := item.(string); ok {
			out = append(out, id)
		} else {
			out = append(out, idOf(item))
		}
	}
	return out
}

func (s *spdx3) name(id, name string) {
	if s.names == nil {
		s.names = map[string]string{}
	}
	if name != "" && len(s.names) < maxRefs {
		s.names[id] = name
	}
}

func (s *spdx3) set(id string, set licenseSet) {
	if s.sets == nil {
		s.sets = map[string]licenseSet{}
	}
	if len(s.sets) < maxLicenses {
		s.sets[id] = set
	}
}

func (s *spdx3) creation(id string, v any) {
	if s.infos == nil {
		s.infos = map[string]creationInfo{}
	}
	if len(s.infos) < maxRefs {
		s.infos[id] = creationInfo{text(v, "created"), list3(v, "createdBy"), list3(v, "createdUsing")}
	}
}

func (s *spdx3) document(v any, id string) {
	if s.documents++; s.documents == 1 {
		s.doc.ID, s.doc.Name = id, text(v, "name")
		s.info = text(v, "creationInfo")
		if inline := child(v, "creationInfo"); inline != nil {
			s.info = idOf(inline)
			s.creation(s.info, inline)
		}
	}
	for _, m := range list(v, "import") {
		if s.imported == nil {
			s.imported = map[string]bool{}
		}
		if len(s.imported) < maxRefs {
			s.imported[text(m, "externalSpdxId")] = true
		}
	}
}

func (s *spdx3) pkg(i int, v any, id string) int {
	c := Component{Ref: id, Name: text(v, "name"), Version: text(v, "software_packageVersion"), PURL: text(v, "software_packageUrl")}
	c.Digests = s.digests(list(v, "verifiedUsing"), "algorithm", "hashValue", func() string { return s.at(i, "verifiedUsing") })
	purlAt := func() string { return s.at(i, "software_packageUrl") }
	for j, x := range list(v, "externalIdentifier") {
		switch text(x, "externalIdentifierType") {
		case "packageUrl":
			if c.PURL == "" {
				c.PURL = text(x, "identifier")
				purlAt = func() string { return s.at(i, "externalIdentifier", strconv.Itoa(j), "identifier") }
			}
		case "cpe22", "cpe23", "swid", "swhid", "gitoid":
			c.Identified = true
		}
	}
	c.Identified = s.checkPURL(c.PURL, purlAt) || c.Identified || len(list(v, "software_contentIdentifier")) > 0
	supplier := cmp.Or(text(v, "suppliedBy"), idOf(object(v)["suppliedBy"]))
	for _, by := range list3(v, "originatedBy") {
		supplier = cmp.Or(supplier, by)
	}
	if supplier != "" && len(s.suppliers) < maxRefs {
		s.suppliers = append(s.suppliers, named{component: id, id: supplier, at: i})
	}
	return s.addComponent(c, place{noComponent, "/" + graphList, i})
}

// depends3 are the relationships that are dependencies (SPDX 3.0.1, core
// RelationshipType): the first element depends on the others.
var depends3 = map[string]bool{
	"dependsOn": true, "hasDynamicLink": true, "hasStaticLink": true, "hasPrerequisite": true,
	"hasOptionalDependency": true, "hasProvidedDependency": true,
}

func (s *spdx3) relationship(i int, v any) {
	from := cmp.Or(text(v, "from"), idOf(object(v)["from"]))
	to := list3(v, "to")
	s.use(from, i, "from", -1)
	for j, id := range to {
		s.use(id, i, "to", j)
	}
	kind := text(v, "relationshipType")
	switch {
	case kind == "hasConcludedLicense" || kind == "hasDeclaredLicense":
		for _, id := range to {
			if len(s.licensed) < maxRefs {
				s.licensed = append(s.licensed, named{from, id, kind == "hasConcludedLicense", i})
			}
		}
	case kind == "describes":
		if len(s.roots)+len(to) <= maxRefs {
			s.roots = append(s.roots, to...)
		}
	case depends3[kind]:
		s.depend(from, slices.DeleteFunc(to, isNoElement)...)
	default:
		for _, id := range to {
			s.link(from, id)
		}
	}
}

// isNoElement reports whether an id is a word of SPDX for none or unknown, or of
// an element that SPDX itself defines.
func isNoElement(id string) bool {
	return id == "NoneElement" || id == "NoAssertionElement" || id == "SpdxOrganization" || strings.HasPrefix(id, "https://spdx.org/rdf/3.")
}

// use notes a reference. A blank node is always of this document.
func (s *spdx3) use(id string, i int, field string, j int) {
	ref := reference{id, graphList, i, field, j}
	if strings.HasPrefix(id, "_:") {
		s.refs.use(ref)
		return
	}
	if _, known := s.refs.ids[id]; known || id == "" || isNoElement(id) || strings.HasPrefix(id, "https://spdx.org/licenses/") {
		return
	}
	if len(s.foreign) == maxRefs {
		s.refs.overflow()
		return
	}
	s.foreign = append(s.foreign, ref)
}

// finish puts together what refers to each other.
func (s *spdx3) finish() error {
	if info, ok := s.infos[s.info]; ok {
		s.doc.Created = info.created
		s.doc.Authors, s.doc.Tools = s.namesOf(info.by), s.namesOf(info.using)
	}
	for _, n := range s.suppliers {
		if i, ok := s.refs.component(n.component); ok && s.doc.Components[i].Supplier == "" {
			s.doc.Components[i].Supplier = s.names[n.id]
		}
	}
	s.finishLicenses()
	if !s.refs.full {
		for _, ref := range s.foreign {
			if _, ok := s.refs.ids[ref.id]; !ok && !s.imported[ref.id] {
				s.warn(CodeForeignRef, ref.pointer, fmt.Sprintf("%.200q is no element of the document, nor imported", ref.id))
			}
		}
	}
	return s.subjects()
}

func (s *spdx3) namesOf(ids []string) []string {
	var names []string
	for _, id := range ids {
		if name := cmp.Or(s.names[id], id); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// finishLicenses gives components their licences, the concluded ones first.
func (s *spdx3) finishLicenses() {
	slices.SortStableFunc(s.licensed, func(a, b named) int {
		switch {
		case a.concluded == b.concluded:
			return 0
		case a.concluded:
			return -1
		}
		return 1
	})
	for _, n := range s.licensed {
		i, ok := s.refs.component(n.component)
		l := s.licenseText(n.id, 0)
		if !ok || l == "" {
			continue
		}
		if c := &s.doc.Components[i]; !slices.Contains(c.Licenses, l) && len(c.Licenses) < maxLicensesOf {
			c.Licenses = append(c.Licenses, l)
		}
	}
}

// maxLicensesOf is the most licences of one component, and of one set.
const maxLicensesOf = 100

// maxSets is the most sets of licences within each other that are read.
const maxSets = 16

// licenseText is the expression or the name of the licence with an id; "" for
// none and unknown. The text of a set is made once: many can hold it.
func (s *spdx3) licenseText(id string, depth int) string {
	if listed, ok := strings.CutPrefix(id, "https://spdx.org/licenses/"); ok {
		return listed
	}
	set, ok := s.sets[id]
	if ok && depth == maxSets {
		s.problem(CodeLimit, "", fmt.Sprintf("sets of licences are within each other more than %d deep, at %.200q: the rest is not examined", maxSets, id))
	}
	if !ok || depth == maxSets {
		if l := s.names[id]; l != "NONE" && l != "NOASSERTION" {
			return l
		}
		return ""
	}
	if l, known := s.texts[id]; known {
		return l
	}
	if s.texts == nil {
		s.texts = map[string]string{}
	}
	s.texts[id] = "" // while it is made: a set may lead back to itself
	var parts []string
	size := 0
	for _, m := range set.members[:min(len(set.members), maxLicensesOf)] {
		l := s.licenseText(m, depth+1)
		if strings.Contains(l, " ") && s.sets[m].members != nil {
			l = "(" + l + ")"
		}
		if size += len(l); l != "" && size < maxSetText {
			parts = append(parts, l)
		}
	}
	if len(set.members) > maxLicensesOf || size >= maxSetText {
		s.problem(CodeLimit, "", fmt.Sprintf("the set of licences %.200q has more than %d members or %d bytes: the rest is not examined", id, maxLicensesOf, maxSetText))
	}
	s.texts[id] = strings.Join(parts, set.operator)
	return s.texts[id]
}

// maxSetText is about the longest text of a set of licences.
const maxSetText = 1 << 14

// subjects resolves what documents and SBOMs are about. A root may be an SBOM,
// whose own roots count instead.
func (s *spdx3) subjects() error {
	slices.Sort(s.roots)
	var others []string
	for _, id := range slices.Compact(s.roots) {
		if i, ok := s.refs.component(id); ok {
			s.makeSubject(i)
		} else {
			others = append(others, id)
		}
	}
	if len(others) == 0 || s.doc.FileCount == 0 || s.whole {
		return nil
	}
	return s.again(graphList, func(i int, v any) {
		if _, found := slices.BinarySearch(others, idOf(v)); found && text(v, "type") == "software_File" {
			s.doc.Subjects = append(s.doc.Subjects, Subject{
				Ref: idOf(v), Name: text(v, "name"),
				Digests: s.digests(list(v, "verifiedUsing"), "algorithm", "hashValue", func() string { return s.at(i, "verifiedUsing") }),
			})
		}
	})
}
