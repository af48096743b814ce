package evidence

// Names of the subjects that are not artifacts.
const (
	SubjectRelease = "release"    // the release statement, first in every own statement
	SubjectCommit  = "git:commit" // the released commit
	SubjectTag     = "git:tag"    // the tag object, or the commit for a lightweight tag
)

// Subjects returns the subjects of the release statement that carries r: every
// artifact, then commit and tag (rules of format, R10). Object ids of a
// SHA-256 repository stand under sha256 and never match an artifact's digest,
// because they are told apart by the subject's name.
func (r *Record) Subjects() []ResourceDescriptor {
	list := make([]ResourceDescriptor, 0, len(r.Artifacts)+2)
	for _, a := range r.Artifacts {
		list = append(list, a.Subject())
	}
	tag := "gitTag"
	if r.Tag.Type == "commit" {
		tag = "gitCommit"
	}
	return append(list,
		ResourceDescriptor{Name: SubjectCommit, Digest: r.objectDigest("gitCommit", r.Commit)},
		ResourceDescriptor{Name: SubjectTag, Digest: r.objectDigest(tag, r.Tag.Object)})
}

func (r *Record) objectDigest(sha1Name, id string) DigestSet {
	if r.ObjectFormat == "sha256" {
		return DigestSet{"sha256": id}
	}
	return DigestSet{sha1Name: id}
}

// Subject returns the artifact as a statement's subject.
func (a Artifact) Subject() ResourceDescriptor {
	return ResourceDescriptor{Name: a.Name, Digest: a.Digest.Set()}
}

// OwnSubjects returns the subjects of an own statement: the release statement
// first, then exactly the artifacts that the fact is about (rules of format,
// R10).
func OwnSubjects(release Digest, about []Artifact) []ResourceDescriptor {
	list := []ResourceDescriptor{{Name: SubjectRelease, Digest: release.Set()}}
	for _, a := range about {
		list = append(list, a.Subject())
	}
	return list
}

// ScopeSubjects returns the subjects of a statement about commits that names
// no release.
func (s *Scope) ScopeSubjects() []ResourceDescriptor {
	var list []ResourceDescriptor
	for _, c := range s.Commits {
		d := DigestSet{"gitCommit": c}
		if len(c) == 64 {
			d = DigestSet{"sha256": c}
		}
		list = append(list, ResourceDescriptor{Name: SubjectCommit, Digest: d})
	}
	return list
}
