package evidence

// Environments returns the environments that a record is about, by the field
// its kind has for that. None, or "", is any environment: the record speaks of
// all of them.
func Environments(p Predicate) []string {
	var own string
	switch x := p.(type) {
	case *Approval:
		own = x.Environment
	case *ConfigChange:
		own = x.Environment
	case *FlagChange:
		own = x.Environment
	case *GoNoGo:
		if own = x.Environment; own == "" {
			own = "production"
		}
	case *Migration:
		own = x.Environment
	case *Promotion:
		own = x.Environment
	case *Rollback:
		own = x.Environment
	case *VerificationRecord:
		own = x.Environment
	case *Window:
		return x.Environments
	}
	if s := p.Head().Scope; own == "" && s != nil {
		own = s.Environment
	}
	if own == "" {
		return nil
	}
	return []string{own}
}

// Artifacts returns the SHA-256 digests of the artifacts that a record names as
// what it is about; nil if its kind names none. Zero stands for one that is
// named by other digests only.
func Artifacts(p Predicate) []Digest {
	var list []Digest
	add := func(set DigestSet) {
		d, _ := set.SHA256()
		list = append(list, d)
	}
	switch x := p.(type) {
	case *Promotion:
		for _, a := range x.Artifacts {
			add(a.Digest)
		}
	case *GoNoGo:
		for _, d := range x.Subject.Digests {
			add(d)
		}
	}
	return list
}
