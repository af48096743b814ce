package http

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

const maxRequests = 50

// check reports the first thing in the definition that contradicts another.
func (d *definition) check() error {
	switch {
	case !plainName(d.ID.Value):
		return d.ID.Errorf("%.40q is not a name: want a-z, digits and -", d.ID.Value)
	case d.Version.Value < 1:
		return d.Version.Errorf("versions count from 1")
	case len(d.Requests) == 0 || len(d.Requests) > maxRequests:
		return d.ID.Errorf("the mapping has %d requests, want 1 to %d", len(d.Requests), maxRequests)
	}
	if err := d.Credential.check(); err != nil {
		return d.Credential.Scheme.Errorf("%w", err)
	}
	for _, v := range d.Variables {
		if !plainName(v.Key.Value) {
			return v.Key.Errorf("%.40q is not a name: want a-z, digits and -", v.Key.Value)
		}
	}
	if r := d.Reference; r != nil {
		if err := d.checkReference(r.Value); err != nil {
			return r.Errorf("%w", err)
		}
	}
	names := map[string]bool{}
	for i := range d.Requests {
		if err := d.checkRequest(&d.Requests[i].Value, names); err != nil {
			return placed(d.Requests[i], err)
		}
	}
	return nil
}

// placed gives err the place of l unless it has one of its own.
func placed[T any](l strictyaml.Located[T], err error) error {
	var e *strictyaml.Error
	if errors.As(err, &e) && e.Line > 0 {
		return err
	}
	return l.Errorf("%w", err)
}

// check refuses headers and schemes that cannot carry a credential.
func (c credentialRule) check() error {
	if !headerName(c.Header) && c.Header != "" {
		return fmt.Errorf("%.40q is not the name of a header", c.Header)
	}
	if !slices.Contains([]string{"", "Bearer", "Basic"}, c.Scheme.Value) {
		return fmt.Errorf(`unknown scheme %.20q: want "Bearer", "Basic" or none`, c.Scheme.Value)
	}
	return nil
}

// headerName allows letters, digits and dashes, and no header that changes how
// the request itself is read.
func headerName(s string) bool {
	lower := strings.ToLower(s)
	return plainName(lower) && !slices.Contains([]string{
		"host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "accept-encoding", "accept",
	}, lower)
}

// checkReference wants a link that the id alone fills.
func (d *definition) checkReference(r referenceRule) error {
	if !plainName(r.Kind) {
		return fmt.Errorf("%.40q is not a kind of record", r.Kind)
	}
	if len(r.Link.parts) > 0 {
		if err := r.Link.checkPath(); err != nil {
			return fmt.Errorf("link: %w", err)
		}
	}
	for _, name := range r.Link.variables() {
		if name != r.Variable {
			return fmt.Errorf("link: only {%s} is known here", r.Variable)
		}
	}
	return d.declared(r.Variable)
}

// declared wants every variable to have a form: what has none could hold
// anything.
func (d *definition) declared(names ...string) error {
	for _, name := range names {
		if _, ok := d.pattern(name); !ok {
			return fmt.Errorf("the variable %q is not declared under variables", name)
		}
	}
	return nil
}

// pattern returns the form of a variable.
func (d *definition) pattern(name string) (pattern, bool) {
	for _, v := range d.Variables {
		if v.Key.Value == name {
			return v.Value, true
		}
	}
	return pattern{}, false
}

// checkRequest checks one request; names are those of the requests before it.
func (d *definition) checkRequest(r *requestRule, names map[string]bool) error {
	if !plainName(r.Name.Value) || names[r.Name.Value] {
		return r.Name.Errorf("%.40q is no name of a request or is used twice", r.Name.Value)
	}
	names[r.Name.Value] = true
	if err := r.Path.Value.checkPath(); err != nil {
		return r.Path.Errorf("%w", err)
	}
	for _, q := range r.Query {
		if !plainText7(q.Key.Value) {
			return q.Key.Errorf("%.40q cannot be the name of a parameter", q.Key.Value)
		}
	}
	if r.Page != nil {
		if err := r.Page.Value.check(); err != nil {
			return r.Page.Errorf("%w", err)
		}
	}
	if len(r.Records) == 0 {
		return errors.New("a request wants records")
	}
	for _, rule := range r.Records {
		if err := rule.Value.check(); err != nil {
			return placed(rule, err)
		}
	}
	return d.declared(r.variables()...)
}

// plainText7 reports whether s is short and of visible ASCII characters.
func plainText7(s string) bool {
	return s != "" && len(s) <= 100 && !strings.ContainsFunc(s, func(r rune) bool { return r <= 0x20 || r >= 0x7f })
}

// check wants one way to the next page, or a total to compare with.
func (p pageRule) check() error {
	ways := 0
	for _, given := range []bool{p.NextURL != nil, p.LinkHeader, p.NextToken != nil} {
		if given {
			ways++
		}
	}
	switch {
	case ways > 1:
		return errors.New("want at most one of next-url, link-header and next-token")
	case (p.NextToken != nil) != (p.Parameter != ""):
		return errors.New("next-token and parameter go together")
	case ways == 0 && p.Total == nil:
		return errors.New("want a way to the next page, or total")
	}
	return nil
}

// check wants every record to have an id, for without one two answers cannot be
// told to speak of the same thing.
func (r recordRule) check() error {
	if !plainName(r.Kind.Value) {
		return r.Kind.Errorf("%.40q is not a kind of record", r.Kind.Value)
	}
	id := slices.IndexFunc(r.Fields, func(f field) bool { return f.text == "/id" })
	if id < 0 || !r.Fields[id].Required {
		return errors.New("a record wants the field /id, marked required")
	}
	if r.Optional && len(r.Each) == 0 {
		return errors.New("optional needs each")
	}
	return nil
}

// variables returns the variables of the request and its records, sorted.
func (r requestRule) variables() []string {
	names := r.asked()
	for _, rule := range r.Records {
		rule.Value.Fields.each(func(f field) {
			if f.Variable != "" {
				names = append(names, f.Variable)
			}
			for _, t := range []*template{f.Link, f.Prefix} {
				if t != nil {
					names = append(names, t.variables()...)
				}
			}
		})
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// asked returns the variables of the request's address alone, sorted.
func (r requestRule) asked() []string {
	names := r.Path.Value.variables()
	for _, q := range r.Query {
		names = append(names, q.Value.Value.variables()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
