package evidence

import "errors"

// Seal is a checkpoint of a dossier, not its end: so far this is all (R8). Its
// state is that of its own parents. At is when it was made.
type Seal struct {
	Entry
	// State is the digest of the dossier's state, reached from the parents.
	State Digest `json:"state" rec:"R;R8"`
	// Sequence numbers the seals of a dossier from 1.
	Sequence int64 `json:"sequence" rec:"R;R8"`
	// Previous is the statement of the last seal.
	Previous *Digest `json:"previous,omitempty" rec:"C;R8;when the sequence is above 1"`
	// CoversUntil is the moment up to which nothing else is known to have
	// happened.
	CoversUntil Time `json:"coversUntil" rec:"R;R8"`
	// NextDue is when the next seal is to be expected.
	NextDue *Time `json:"nextDue,omitempty" rec:"O;R8"`
}

// Validate implements [Predicate].
func (s *Seal) Validate() error { return validate(s) }

func (s *Seal) conditions(v *validator, at string) {
	if (s.Sequence > 1) != (s.Previous != nil) {
		v.fail(at+"/previous", errors.New("a seal names the one before it, the first seal none"))
	}
	v.order(&s.CoversUntil, s.NextDue, at+"/nextDue", "coversUntil")
}

// Redaction names the blobs that are left out of a copy (R2). Its signer needs
// a grant for it. At is when it was decided.
type Redaction struct {
	Entry
	// Redactor decided.
	Redactor Actor `json:"redactor" rec:"R;R2"`
	// Blobs are what is left out; each is listed as a material by another
	// statement.
	Blobs []RedactedBlob `json:"blobs" rec:"R;R2"`
}

// Validate implements [Predicate].
func (r *Redaction) Validate() error { return validate(r) }

func (r *Redaction) conditions(v *validator, at string) {
	seen := map[Digest]bool{}
	for _, b := range r.Blobs {
		if seen[b.Digest] {
			v.fail(at+"/blobs", errTwice)
		}
		seen[b.Digest] = true
	}
}

// RedactedBlob is one blob that is left out.
type RedactedBlob struct {
	// Digest is the blob's.
	Digest Digest `json:"digest" rec:"R;R2"`
	// Reason is why it is left out.
	Reason string `json:"reason" rec:"R;R2"`
	// Contact is where those who may see it ask for it.
	Contact string `json:"contact,omitempty" rec:"O;R2"`
}
