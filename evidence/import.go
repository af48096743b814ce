package evidence

// Import brings attestations that other parties signed into a dossier after the
// release statement: build provenance of another builder, a forge's release
// attestation, a verification summary. Each is a material of this statement,
// verified by its own signer and graded by that, never by who imported it (R9).
// What was signed before the release was stated stands in [Record]. At is when
// they were imported.
type Import struct {
	Entry
	// By is who imported them.
	By Actor `json:"by" rec:"R;R9"`
	// From is where they were: the file or address, as they were found there.
	From *ResourceDescriptor `json:"from,omitempty" rec:"O;R9"`
	// Attestations say which material is an attestation, and of which artifacts
	// of the release.
	Attestations []Attachment `json:"attestations" rec:"R;R9"`
	// Rationale is why they belong to this release.
	Rationale string `json:"rationale,omitempty" rec:"O;R9"`
}

// Validate implements [Predicate]. Every attestation is a material of the same
// statement.
func (i *Import) Validate() error {
	if err := validate(i); err != nil {
		return err
	}
	listed := map[Digest]bool{}
	for _, m := range i.Materials {
		listed[m.Digest] = true
	}
	return firstError(func(v *validator) { v.attachments("/attestations", i.Attestations, listed, nil) })
}

func (i *Import) conditions(v *validator, at string) {
	seen := map[Digest]bool{}
	for _, a := range i.Attestations {
		if seen[a.Material] {
			v.fail(at+"/attestations", errTwice)
		}
		seen[a.Material] = true
	}
}
