package sbom

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The tag-value form of SPDX 2 (SPDX 2.3, clause 6 and following) is a list of
// lines "Tag: value" in which some tags begin a new element. It says what the
// JSON form says, so each element is brought into that form as soon as it ends,
// judged by the JSON schema and taken over like one that was read as JSON.

// Limits of a tag-value document, beside [MaxSize].
const (
	// maxTagFields is the most fields of one element.
	maxTagFields = 1 << 17
	maxTag       = 64 // bytes of a tag's name
	// maxTagParts is the most bytes of a value that is taken apart.
	maxTagParts = 1 << 20
)

// tagField says how a tag becomes a member of the JSON form.
type tagField struct {
	member string
	form   tagForm
}

// tagForm is the form of a tag's value.
type tagForm int

const (
	oneText    tagForm = iota // a string, once
	manyTexts                 // a list of strings
	oneBool                   // a boolean, once
	checksum                  // "SHA1: value", a list of checksums
	verifyCode                // a package verification code with excluded files
	externalRef
	refComment // a comment on the last of the list
	byteRange
	lineRange
	ignored // tags of early versions that say nothing here
)

// tagElement is a kind of element: the list of the JSON form that it goes to, and
// its tags.
type tagElement struct {
	list string
	tags map[string]tagField
}

var (
	tagDocument = tagElement{"", map[string]tagField{
		"SPDXVersion": {"spdxVersion", oneText}, "DataLicense": {"dataLicense", oneText}, "SPDXID": {"SPDXID", oneText},
		"DocumentName": {"name", oneText}, "DocumentNamespace": {"documentNamespace", oneText}, "DocumentComment": {"comment", oneText},
		"LicenseListVersion": {"creationInfo/licenseListVersion", oneText}, "Creator": {"creationInfo/creators", manyTexts},
		"Created": {"creationInfo/created", oneText}, "CreatorComment": {"creationInfo/comment", oneText},
	}}
	tagPackage = tagElement{"packages", map[string]tagField{
		"PackageName": {"name", oneText}, "SPDXID": {"SPDXID", oneText}, "PackageVersion": {"versionInfo", oneText},
		"PackageFileName": {"packageFileName", oneText}, "PackageSupplier": {"supplier", oneText}, "PackageOriginator": {"originator", oneText},
		"PackageDownloadLocation": {"downloadLocation", oneText}, "FilesAnalyzed": {"filesAnalyzed", oneBool},
		"PackageVerificationCode": {"packageVerificationCode", verifyCode}, "PackageChecksum": {"checksums", checksum},
		"PackageHomePage": {"homepage", oneText}, "PackageSourceInfo": {"sourceInfo", oneText},
		"PackageLicenseConcluded": {"licenseConcluded", oneText}, "PackageLicenseInfoFromFiles": {"licenseInfoFromFiles", manyTexts},
		"PackageLicenseDeclared": {"licenseDeclared", oneText}, "PackageLicenseComments": {"licenseComments", oneText},
		"PackageCopyrightText": {"copyrightText", oneText}, "PackageSummary": {"summary", oneText}, "PackageDescription": {"description", oneText},
		"PackageComment": {"comment", oneText}, "PackageAttributionText": {"attributionTexts", manyTexts},
		"ExternalRef": {"externalRefs", externalRef}, "ExternalRefComment": {"externalRefs", refComment},
		"PrimaryPackagePurpose": {"primaryPackagePurpose", oneText}, "ReleaseDate": {"releaseDate", oneText},
		"BuiltDate": {"builtDate", oneText}, "ValidUntilDate": {"validUntilDate", oneText},
	}}
	tagFile = tagElement{"files", map[string]tagField{
		"FileName": {"fileName", oneText}, "SPDXID": {"SPDXID", oneText}, "FileType": {"fileTypes", manyTexts}, "FileChecksum": {"checksums", checksum},
		"LicenseConcluded": {"licenseConcluded", oneText}, "LicenseInfoInFile": {"licenseInfoInFiles", manyTexts},
		"LicenseComments": {"licenseComments", oneText}, "FileCopyrightText": {"copyrightText", oneText}, "FileComment": {"comment", oneText},
		"FileNotice": {"noticeText", oneText}, "FileContributor": {"fileContributors", manyTexts},
		"FileAttributionText": {"attributionTexts", manyTexts}, "FileDependency": {"fileDependencies", manyTexts},
		"ArtifactOfProjectName": {"", ignored}, "ArtifactOfProjectHomePage": {"", ignored}, "ArtifactOfProjectURI": {"", ignored},
	}}
	tagSnippet = tagElement{"snippets", map[string]tagField{
		"SnippetSPDXID": {"SPDXID", oneText}, "SnippetFromFileSPDXID": {"snippetFromFile", oneText},
		"SnippetByteRange": {"ranges", byteRange}, "SnippetLineRange": {"ranges", lineRange},
		"SnippetLicenseConcluded": {"licenseConcluded", oneText}, "LicenseInfoInSnippet": {"licenseInfoInSnippets", manyTexts},
		"SnippetLicenseComments": {"licenseComments", oneText}, "SnippetCopyrightText": {"copyrightText", oneText},
		"SnippetComment": {"comment", oneText}, "SnippetName": {"name", oneText}, "SnippetAttributionText": {"attributionTexts", manyTexts},
	}}
	tagLicense = tagElement{"hasExtractedLicensingInfos", map[string]tagField{
		"LicenseID": {"licenseId", oneText}, "ExtractedText": {"extractedText", oneText}, "LicenseName": {"name", oneText},
		"LicenseCrossReference": {"seeAlsos", manyTexts}, "LicenseComment": {"comment", oneText},
	}}
	tagAnnotation = tagElement{"annotations", map[string]tagField{
		"Annotator": {"annotator", oneText}, "AnnotationDate": {"annotationDate", oneText}, "AnnotationType": {"annotationType", oneText},
		"AnnotationComment": {"comment", oneText}, "SPDXREF": {"", ignored},
	}}
	tagReview = tagElement{"revieweds", map[string]tagField{
		"Reviewer": {"reviewer", oneText}, "ReviewDate": {"reviewDate", oneText}, "ReviewComment": {"comment", oneText},
	}}
)

// tagBegins are the tags that begin an element.
var tagBegins = map[string]*tagElement{
	"PackageName": &tagPackage, "FileName": &tagFile, "SnippetSPDXID": &tagSnippet,
	"LicenseID": &tagLicense, "Annotator": &tagAnnotation, "Reviewer": &tagReview,
}

// tagReader reads a tag-value document.
type tagReader struct {
	*reader
	text    []byte
	at      int // in text
	line    int // of at, from 1
	element *tagElement
	value   map[string]any // the element that is being read
	fields  int
	counts  map[string]int   // elements of each list
	lines   map[string][]int // where they begin
	begun   int              // line at which the element began
	// other, if not nil, takes the elements instead of the document.
	other func(list string, i int, v any)
}

func (r *reader) readTags(text []byte) error {
	defer r.values.done()
	t := &tagReader{
		reader: r, text: text, line: 1, element: &tagDocument, begun: 1, value: r.skeleton,
		counts: map[string]int{}, lines: map[string][]int{},
	}
	r.lineOf = t.lineOfPointer
	r.again = func(list string, do func(int, any)) error {
		second := &tagReader{
			reader: &reader{doc: &Document{}}, text: text, line: 1, element: &tagDocument, value: map[string]any{}, counts: map[string]int{}, lines: map[string][]int{},
			other: func(of string, i int, v any) {
				if of == list {
					do(i, v)
				}
			},
		}
		return second.all()
	}
	if err := t.all(); err != nil {
		return err
	}
	for _, name := range sorted(r.skeleton) {
		if _, isList := r.skeleton[name].([]any); !isList {
			r.format.member(name, r.skeleton[name])
		}
	}
	return r.finish()
}

// all reads the whole text.
func (t *tagReader) all() error {
	for t.at < len(t.text) {
		start := t.line
		if err := t.next(); err != nil {
			return fmt.Errorf("sbom line %d: %w", start, err)
		}
	}
	return t.end()
}

// lineOfPointer returns the line at which the element of a pointer begins.
func (t *tagReader) lineOfPointer(pointer string) int {
	list, rest, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	number, _, _ := strings.Cut(rest, "/")
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 {
		return 1
	}
	if lines := t.lines[list]; i < len(lines) {
		return lines[i]
	}
	return t.begun // it has not ended yet
}

// next reads a tag and its value.
func (t *tagReader) next() error {
	start := t.line
	line := t.cutLine()
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] == '#' {
		return nil
	}
	tag, rest, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(tag) > maxTag {
		t.syntax(start, "a line without a tag")
		return nil
	}
	value, err := t.valueOf(bytes.TrimSpace(rest))
	if err != nil {
		return err
	}
	return t.take(string(bytes.TrimSpace(tag)), value, start)
}

// cutLine takes the rest of the line.
func (t *tagReader) cutLine() []byte {
	rest := t.text[t.at:]
	end := bytes.IndexByte(rest, '\n')
	t.line++
	if end < 0 {
		t.at = len(t.text)
		return rest
	}
	t.at += end + 1
	return rest[:end]
}

// valueOf returns the value that begins with first: the rest of the line or, from
// <text>, all up to </text>.
func (t *tagReader) valueOf(first []byte) (string, error) {
	const open, closed = "<text>", "</text>"
	body, ok := bytes.CutPrefix(first, []byte(open))
	if !ok {
		return string(first), nil
	}
	if inner, _, ok := bytes.Cut(body, []byte(closed)); ok {
		return string(inner), nil
	}
	from := t.at - 1 // at the line break, which is a part of the text
	end := bytes.Index(t.text[t.at:], []byte(closed))
	if end < 0 {
		return "", fmt.Errorf("%s is not closed by %s", open, closed)
	}
	inner := t.text[from : t.at+end]
	t.line += bytes.Count(inner, []byte("\n")) - 1
	t.at += end + len(closed)
	t.cutLine()
	return string(body) + string(bytes.ReplaceAll(inner, []byte("\r\n"), []byte("\n"))), nil
}

func (t *tagReader) syntax(line int, message string) {
	t.problem(CodeSyntax, "", message)
	if n := len(t.doc.Problems); n > 0 && t.doc.Problems[n-1].Code == CodeSyntax {
		t.doc.Problems[n-1].Line = line
	}
}

// take takes a tag into the element it belongs to.
func (t *tagReader) take(tag, value string, line int) error {
	switch tag {
	case "Relationship", "ExternalDocumentRef", "ExternalRef", "PackageVerificationCode":
		if len(value) > maxTagParts {
			t.syntax(line, fmt.Sprintf("the value of %s has more than %d bytes", tag, maxTagParts))
			return nil
		}
	}
	switch tag {
	case "Relationship":
		return t.relationship(value, line)
	case "RelationshipComment":
		return nil
	case "ExternalDocumentRef":
		return t.documentRef(value, line)
	}
	if begins, ok := tagBegins[tag]; ok {
		if err := t.begin(begins, line); err != nil {
			return err
		}
	}
	field, ok := t.element.tags[tag]
	if !ok {
		t.syntax(line, fmt.Sprintf("the tag %.60q is not known here", tag))
		return nil
	}
	if t.fields++; t.fields > maxTagFields {
		return fmt.Errorf("more than %d tags in one element", maxTagFields)
	}
	return t.set(field, tag, value, line)
}

// begin ends the element at hand and begins another.
func (t *tagReader) begin(e *tagElement, line int) error {
	if err := t.end(); err != nil {
		return err
	}
	t.element, t.value, t.fields, t.begun = e, map[string]any{}, 0, line
	return nil
}

// end hands over the element at hand.
func (t *tagReader) end() error {
	switch t.element {
	case &tagDocument:
		return nil
	case &tagSnippet: // a name is optional here, and the JSON form has one always
		if _, ok := t.value["name"]; !ok {
			t.value["name"] = t.value["SPDXID"]
		}
	}
	return t.add(t.element.list, t.value, t.begun)
}

// add hands over an element of a list.
func (t *tagReader) add(list string, v map[string]any, line int) error {
	i := t.counts[list]
	t.counts[list]++
	if i >= maxElements {
		return fmt.Errorf("more than %d elements of one kind", maxElements)
	}
	if t.other != nil {
		t.other(list, i, v)
		return nil
	}
	t.lines[list] = append(t.lines[list], line)
	item, _ := t.listSchema(list)
	t.judgeElement(list, i, v, item)
	t.format.element(list, i, v)
	return nil
}

func (t *tagReader) set(f tagField, tag, value string, line int) error {
	into, name := t.value, f.member
	if parent, member, ok := strings.Cut(name, "/"); ok {
		inner, _ := into[parent].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
			into[parent] = inner
		}
		into, name = inner, member
	}
	_, known := into[name]
	switch f.form {
	case oneText, oneBool, verifyCode:
		if known {
			return fmt.Errorf("%s is there twice for one element: readers would differ, leave one", tag)
		}
	}
	push := func(v any) {
		list, _ := into[name].([]any)
		into[name] = append(list, v)
	}
	switch f.form {
	case oneText:
		into[name] = value
	case oneBool:
		into[name] = value
		if b, err := strconv.ParseBool(strings.ToLower(value)); err == nil {
			into[name] = b
		}
	case manyTexts:
		push(value)
	case checksum:
		alg, sum, _ := strings.Cut(value, ":")
		push(map[string]any{"algorithm": strings.TrimSpace(alg), "checksumValue": strings.TrimSpace(sum)})
	case verifyCode:
		into[name] = verificationCode(value)
	case externalRef:
		f := strings.Fields(value)
		if len(f) != 3 {
			t.syntax(line, "an ExternalRef is a category, a type and a locator")
			return nil
		}
		if t.doc.SpecVersion == "2.2" { // the JSON form of 2.2 has other words
			f[0] = strings.ReplaceAll(f[0], "-", "_")
		}
		push(map[string]any{"referenceCategory": f[0], "referenceType": f[1], "referenceLocator": f[2]})
	case refComment:
		if list, _ := into[name].([]any); len(list) > 0 {
			object(list[len(list)-1])["comment"] = value
		}
	case byteRange, lineRange:
		push(t.snippetRange(f.form, value))
	}
	return nil
}

// verificationCode reads "code (excludes: file, file)".
func verificationCode(value string) map[string]any {
	code, rest, _ := strings.Cut(value, "(")
	out := map[string]any{"packageVerificationCodeValue": strings.TrimSpace(code)}
	rest = strings.TrimPrefix(strings.TrimSuffix(strings.TrimSpace(rest), ")"), "excludes:")
	if rest = strings.TrimSpace(rest); rest != "" {
		files := []any{}
		for f := range strings.SplitSeq(rest, ",") {
			files = append(files, strings.TrimSpace(f))
		}
		out["packageVerificationCodeExcludedFiles"] = files
	}
	return out
}

// snippetRange reads "from:to" of bytes or of lines.
func (t *tagReader) snippetRange(form tagForm, value string) any {
	member := "offset"
	if form == lineRange {
		member = "lineNumber"
	}
	from, to, _ := strings.Cut(value, ":")
	end := func(s string) map[string]any {
		p := map[string]any{"reference": t.value["snippetFromFile"], member: s}
		if n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 52); err == nil {
			p[member] = float64(n)
		}
		if p["reference"] == nil {
			delete(p, "reference")
		}
		return p
	}
	return map[string]any{"startPointer": end(from), "endPointer": end(to)}
}

func (t *tagReader) relationship(value string, line int) error {
	f := strings.Fields(value)
	if len(f) != 3 {
		t.syntax(line, "a Relationship is an element, a type and another element")
		return nil
	}
	return t.add("relationships", map[string]any{"spdxElementId": f[0], "relationshipType": f[1], "relatedSpdxElement": f[2]}, line)
}

func (t *tagReader) documentRef(value string, line int) error {
	f := strings.Fields(value)
	if len(f) != 4 && len(f) != 3 {
		t.syntax(line, "an ExternalDocumentRef is an id, a namespace and a checksum")
		return nil
	}
	alg, sum, _ := strings.Cut(strings.Join(f[2:], " "), ":")
	return t.add("externalDocumentRefs", map[string]any{
		"externalDocumentId": f[0], "spdxDocument": f[1],
		"checksum": map[string]any{"algorithm": alg, "checksumValue": strings.TrimSpace(sum)},
	}, line)
}

// tagVersion returns the version that a tag-value document names in its first
// lines: its first tag is SPDXVersion.
func tagVersion(text []byte) (string, error) {
	if !utf8.Valid(text) {
		return "", fmt.Errorf("sbom is not UTF-8: have the tool write UTF-8")
	}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if v, ok := bytes.CutPrefix(line, []byte(tagMark)); ok {
			v = bytes.TrimSpace(v)
			return strings.TrimPrefix(string(v[:min(len(v), 100)]), "SPDX-"), nil
		}
		break
	}
	return "", fmt.Errorf("sbom is not SPDX tag-value: its first tag is not SPDXVersion")
}

// tagMark is how a tag-value document begins.
const tagMark = "SPDXVersion:"
