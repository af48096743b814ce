package bundle

import (
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/evidence"
)

// descriptor points to bytes (OCI image-spec v1.1, descriptor.md).
type descriptor struct {
	mediaType    string
	artifactType string // "" is none
	digest       evidence.Digest
	size         int64
	title        string // the only annotation; "" is none
}

// manifest is an OCI image manifest of the packaging (OCI image-spec v1.1,
// manifest.md).
type manifest struct {
	artifactType string
	config       descriptor
	layers       []descriptor
	subject      *descriptor  // nil is none
	annotations  []annotation // in the order of their keys
}

type annotation struct{ key, value string }

// jsonText is JSON in the form of strictjson.Marshal, written by hand: whoever
// opens a dossier writes all of its packaging, only to compare it with what is
// there.
type jsonText struct {
	b   []byte
	err error
}

// str writes s, and before it what is JSON already.
func (t *jsonText) str(before, s string) {
	b, err := jsontext.AppendQuote(append(t.b, before...), s)
	if err != nil && t.err == nil {
		t.err = err
	}
	t.b = b
}

func (t *jsonText) raw(s string) { t.b = append(t.b, s...) }

func (t *jsonText) descriptor(d *descriptor) {
	t.str(`{"mediaType":`, d.mediaType)
	if d.artifactType != "" {
		t.str(`,"artifactType":`, d.artifactType)
	}
	t.raw(`,"digest":"sha256:`)
	t.b = d.digest.AppendHex(t.b)
	t.raw(`","size":`)
	t.b = strconv.AppendInt(t.b, d.size, 10)
	if d.title != "" {
		t.str(`,"annotations":{"`+annotationTitle+`":`, d.title)
		t.raw("}")
	}
	t.raw("}")
}

func (t *jsonText) descriptors(list []descriptor) {
	t.raw("[")
	for i := range list {
		if i > 0 {
			t.raw(",")
		}
		t.descriptor(&list[i])
	}
	t.raw("]")
}

func (t *jsonText) manifest(m *manifest) {
	t.str(manifestStart+`"artifactType":`, m.artifactType)
	t.raw(`,"config":`)
	t.descriptor(&m.config)
	t.raw(`,"layers":`)
	t.descriptors(m.layers)
	if m.subject != nil {
		t.raw(`,"subject":`)
		t.descriptor(m.subject)
	}
	for i, a := range m.annotations {
		if i == 0 {
			t.raw(`,"annotations":{`)
		} else {
			t.raw(",")
		}
		t.str(`"`+a.key+`":`, a.value)
	}
	if len(m.annotations) > 0 {
		t.raw("}")
	}
	t.raw("}")
}

// manifestStart is what every manifest of the packaging begins with.
const manifestStart = `{"schemaVersion":2,"mediaType":"` + mediaTypeManifest + `",`

// index writes the index of manifests, sorted by digest.
func (t *jsonText) index(manifests []descriptor) {
	slices.SortFunc(manifests, func(a, b descriptor) int { return a.digest.Compare(b.digest) })
	t.raw(`{"schemaVersion":2,"mediaType":"` + mediaTypeIndex + `","manifests":`)
	t.descriptors(manifests)
	t.raw("}")
}
