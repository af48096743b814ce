package gitobj

import "errors"

// CommitWithID is a commit and its id.
type CommitWithID struct {
	ID ID
	Commit
}

// Range returns the commits that are reachable from tip and not from base,
// tip first, level by level. An empty base stands for a first release: all
// commits that are reachable from tip. The package comment says what the
// answer proves. A commit that is needed and not embedded is a
// [*MissingError].
func (o *Objects) Range(tip, base ID) ([]CommitWithID, error) {
	if tip == "" {
		return nil, errors.New("the range has no tip")
	}
	seen, err := o.reachable(base)
	if err != nil {
		return nil, err
	}
	if _, ok := seen[tip]; ok {
		return nil, nil
	}
	seen[tip] = struct{}{}
	queue := []ID{tip}
	var out []CommitWithID
	for i := 0; i < len(queue); i++ {
		c, err := o.Commit(queue[i])
		if err != nil {
			return nil, err
		}
		out = append(out, CommitWithID{queue[i], c})
		queue = enqueue(queue, seen, c.Parents)
	}
	return out, nil
}

// reachable returns the commits that are proven to be reachable from base:
// base, and the parents of every embedded commit that is in the set.
func (o *Objects) reachable(base ID) (map[ID]struct{}, error) {
	seen := map[ID]struct{}{}
	if base == "" {
		return seen, nil
	}
	seen[base] = struct{}{}
	queue := []ID{base}
	for i := 0; i < len(queue); i++ {
		c, err := o.Commit(queue[i])
		var missing *MissingError
		if errors.As(err, &missing) {
			continue // the proof ends here
		}
		if err != nil {
			return nil, err
		}
		queue = enqueue(queue, seen, c.Parents)
	}
	return seen, nil
}

func enqueue(queue []ID, seen map[ID]struct{}, ids []ID) []ID {
	for _, id := range ids {
		if _, ok := seen[id]; !ok {
			seen[id] = struct{}{}
			queue = append(queue, id)
		}
	}
	return queue
}
