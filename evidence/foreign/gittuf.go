package foreign

import (
	"errors"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence/provenance"
)

// change is gittuf's reference authorization: the ref, what it was and what it
// becomes. Version 0.1 knows trees only; version 0.2 knows commits for tags.
type change struct {
	Ref      string `json:"targetRef"`
	From     string `json:"fromID"`
	To       string `json:"targetID"`
	FromV01  string `json:"fromRevisionID"`
	TreeV01  string `json:"targetTreeID"`
	Approved []key  `json:"approvers"`
	Undone   []key  `json:"dismissedApprovers"`
}

// key is a person as gittuf's metadata has them: a key or a keyless identity.
type key struct {
	ID    string `json:"keyid"`
	Value struct {
		Identity string `json:"identity"`
	} `json:"keyval"`
}

func readAuthorization(s *Summary, e provenance.Entry) error {
	s.Kind, s.Tool = Authorization, "gittuf"
	var c change
	if err := decode(e.Statement, &c); err != nil {
		return err
	}
	return s.change(c)
}

// readReview reads gittuf's record of a GitHub pull request's approvals.
func readReview(s *Summary, e provenance.Entry) error {
	s.Kind, s.Tool = Review, "gittuf"
	var c change
	if err := decode(e.Statement, &c); err != nil {
		return err
	}
	if s.People, s.Dismissed = keyNames(c.Approved), keyNames(c.Undone); len(s.People)+len(s.Dismissed) == 0 {
		return errors.New("at /predicate/approvers: nobody approved or dismissed an approval")
	}
	return s.change(c)
}

// change takes a change if it agrees with the subject.
func (s *Summary) change(c change) error {
	target := c.To
	if target == "" {
		target, c.From = c.TreeV01, c.FromV01
	} else if c.TreeV01 != "" {
		return errors.New("at /predicate: members of version 0.1 and of version 0.2")
	}
	s.Ref, s.Previous = c.Ref, c.From
	if !strings.HasPrefix(c.Ref, "refs/") {
		return fmt.Errorf("at /predicate/targetRef: %.200q is not a full reference", c.Ref)
	}
	algorithm, into := "gitTree", &s.Tree
	if _, err := s.one(algorithm); err != nil {
		algorithm, into = "gitCommit", &s.Commit
		if !strings.HasPrefix(c.Ref, "refs/tags/") {
			return errors.New("at /subject: a change of a branch is about a tree")
		}
	}
	got, err := s.one(algorithm)
	if err != nil {
		return err
	}
	if got != target {
		return errors.New("at /predicate: the change leads to another object than the subject")
	}
	*into = got
	s.Tag = strings.TrimPrefix(c.Ref, "refs/tags/")
	if s.Tag == c.Ref {
		s.Tag = ""
	}
	return nil
}

func keyNames(keys []key) []string {
	var list []string
	for _, k := range keys {
		if k.Value.Identity != "" {
			list = append(list, k.Value.Identity)
		} else if k.ID != "" {
			list = append(list, k.ID)
		}
	}
	return list
}
