package trust

import (
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// maxRoles bounds the number of roles of one document.
const maxRoles = 256

// roleTable says who has which role.
type roleTable struct {
	// members and people hold the roles that name an identity or person.
	members map[evidence.Identity][]string
	people  map[string][]string
	// lists holds for each role the roles whose members it takes over.
	lists map[string][]string
	// implied holds for each role the roles that its members have, with
	// itself, sorted.
	implied map[string][]string
	// identities holds for each role the identities that it names, as the
	// digest needs them.
	identities map[string][]evidence.Identity
	// keyless are the roles of holders of certificates.
	keyless []keyless
}

// addRoles reads the section roles.
func (t *Trust) addRoles() error {
	t.roles = roleTable{
		members: map[evidence.Identity][]string{}, people: map[string][]string{},
		lists: map[string][]string{}, implied: map[string][]string{},
		identities: map[string][]evidence.Identity{},
	}
	if n := len(t.doc.Roles); n > maxRoles {
		return t.doc.Roles[maxRoles].Key.Errorf("%d roles, at most %d are read", n, maxRoles)
	}
	for _, e := range t.doc.Roles {
		if err := checkName(e.Key, "role"); err != nil {
			return err
		}
		t.roles.lists[e.Key.Value] = nil
	}
	for _, e := range t.doc.Roles {
		if err := t.addRole(e.Key.Value, e.Value); err != nil {
			return err
		}
	}
	return t.closeRoles()
}

func (t *Trust) addRole(name string, e roleEntry) error {
	for _, ref := range e.Keys {
		id, err := t.resolver.key(ref)
		if err != nil {
			return err
		}
		t.roles.add(name, id)
	}
	for _, ref := range e.People {
		if t.people[ref.Value] == nil {
			return ref.Errorf("unknown person %.80q%s", ref.Value, suggestion(ref.Value, t.people))
		}
		t.roles.people[ref.Value] = appendNew(t.roles.people[ref.Value], name)
	}
	for _, ref := range e.Identities {
		if !strings.Contains(ref.Value, ":") {
			e.roles = append(e.roles, ref)
			continue
		}
		id, err := t.resolver.identity(ref)
		if err != nil {
			return err
		}
		t.roles.add(name, id)
	}
	if err := t.addKeyless(name, e.Keyless); err != nil {
		return err
	}
	for _, ref := range e.roles {
		if _, ok := t.roles.lists[ref.Value]; !ok {
			return ref.Errorf("unknown role %.80q%s", ref.Value, suggestion(ref.Value, t.roles.lists))
		}
		t.roles.lists[name] = appendNew(t.roles.lists[name], ref.Value)
	}
	return nil
}

func (r *roleTable) add(role string, id evidence.Identity) {
	r.members[id] = appendNew(r.members[id], role)
	r.identities[role] = append(r.identities[role], id)
}

// appendNew keeps lists of roles short, whatever is written.
func appendNew(list []string, role string) []string {
	if slices.Contains(list, role) {
		return list
	}
	return append(list, role)
}

// closeRoles refuses cycles and works out which roles come with which.
func (t *Trust) closeRoles() error {
	for _, e := range t.doc.Roles {
		name := e.Key.Value
		if back := t.roles.cycle(name); back != nil {
			return e.Key.Errorf("the role contains itself: %s", strings.Join(back, " -> "))
		}
		for _, inner := range t.roles.reach(name) {
			t.roles.implied[inner] = append(t.roles.implied[inner], name)
		}
	}
	for _, list := range t.roles.implied {
		slices.Sort(list)
	}
	return nil
}

// reach returns role and all roles whose members it takes over, directly or
// not, each once.
func (r *roleTable) reach(role string) []string {
	found := []string{role}
	for i := 0; i < len(found); i++ {
		for _, inner := range r.lists[found[i]] {
			if !slices.Contains(found, inner) {
				found = append(found, inner)
			}
		}
	}
	return found
}

// cycle returns a way from role back to itself, nil if there is none.
func (r *roleTable) cycle(role string) []string {
	from := map[string]string{} // how each role was reached
	queue := []string{role}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, inner := range r.lists[at] {
			if inner == role {
				return way(from, role, at)
			}
			if _, seen := from[inner]; !seen {
				from[inner] = at
				queue = append(queue, inner)
			}
		}
	}
	return nil
}

// way walks back from at to role and returns the whole circle.
func way(from map[string]string, role, at string) []string {
	list := []string{role}
	for ; at != role; at = from[at] {
		list = append(list, at)
	}
	list = append(list, role)
	slices.Reverse(list)
	return list
}

// Roles returns the roles that id has, itself or as an identity of a person,
// with the roles that take those over; sorted. Of several versions, those of
// the newest: [Trust.At] tells those of another time. A role that depends on what
// else a certificate says is none of them: see [Trust.RolesFor].
func (t *Trust) Roles(id evidence.Identity) []string { return t.rolesOf(id, nil) }

// rolesOf is Roles, with what the signing certificate says.
func (t *Trust) rolesOf(id evidence.Identity, c *provenance.Certificate) []string {
	t = t.Versions()[0]
	var list []string
	for _, direct := range [...][]string{t.roles.members[id], t.roles.people[t.Fold(id)], t.roles.keylessRoles(id, c)} {
		for _, role := range direct {
			list = append(list, t.roles.implied[role]...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// HasRole reports whether id has the role.
func (t *Trust) HasRole(id evidence.Identity, role string) bool {
	return slices.Contains(t.Roles(id), role)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
