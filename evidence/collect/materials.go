package collect

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// addMaterial lists a blob under dir/name, made safe and unique. Bytes that
// are listed already are not listed again.
func (a *assembly) addMaterial(dir, name, mediaType string, b bundle.Blob) {
	if a.listed[b.Digest] {
		return
	}
	a.listed[b.Digest] = true
	safe := evidence.SafeMaterialName(name)
	m := evidence.Material{Name: a.unique(dir, safe), MediaType: mediaType, Digest: b.Digest, Size: b.Size}
	if safe != name {
		m.OriginalName = name
	}
	a.draft.Record.Materials = append(a.draft.Record.Materials, m)
	a.draft.Blobs = append(a.draft.Blobs, b)
}

// attach adds an attachment, once for each material. What came from two places is
// known as each of them has it.
func attach(list *[]evidence.Attachment, at evidence.Attachment) {
	i := slices.IndexFunc(*list, func(have evidence.Attachment) bool { return have.Material == at.Material })
	if i < 0 {
		*list = append(*list, at)
		return
	}
	have := &(*list)[i]
	have.Location = cmp.Or(have.Location, at.Location)
	have.RunID = cmp.Or(have.RunID, at.RunID)
}

// unique returns dir/name or, if that is taken, dir/name with a number before
// its extensions. It leaves room in the name's length for both.
func (a *assembly) unique(dir, name string) string {
	const room = 160
	if len(name) > room {
		name = strings.TrimLeft(name[len(name)-room:], "/.-_")
	}
	full := path.Join(dir, name)
	for i := 2; a.names[full]; i++ {
		parent, base := path.Split(name)
		stem, ext, dot := strings.Cut(base, ".")
		if dot {
			ext = "." + ext
		}
		full = path.Join(dir, parent, fmt.Sprintf("%s-%d%s", stem, i, ext))
	}
	a.names[full] = true
	return full
}

// about returns which of the artifacts, or of the images of an index, have one
// of the digests, in their order, and the names of these artifacts.
func (a *assembly) about(sets []evidence.DigestSet) (list []evidence.Digest, names []string) {
	want := map[evidence.Digest]bool{}
	for _, s := range sets {
		if d, ok := s.SHA256(); ok {
			want[d] = true
		}
	}
	for _, art := range a.draft.Record.Artifacts {
		before := len(list)
		for _, d := range art.Digests() {
			if want[d] {
				list = append(list, d)
			}
		}
		if len(list) > before {
			names = append(names, art.Name)
		}
	}
	return list, names
}

// readFile reads a regular file of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes, the most that are read", name, limit)
	}
	return data, nil
}

// openRegular opens a file. It looks before opening, because opening a pipe
// would wait for its writer.
func openRegular(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a directory: name the files in it", name)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	return os.Open(name)
}
