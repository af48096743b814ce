package http

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// Collect asks the system and maps its answers. What failed is in the error, a
// join of [*Failure] values, and the Result still holds everything that was
// got: a caller that goes on with it must show the error. A wrong argument
// gives no Result.
func Collect(ctx context.Context, s Source, t Targets, o Options) (*Result, error) {
	c, err := newCollection(s, t, o)
	if err != nil {
		return nil, fmt.Errorf("collect %s: %w", s.name(), err)
	}
	if s.ReferenceOnly {
		return c.result, c.reference()
	}
	var failures []error
	for _, rule := range s.Mapping.definition.Requests {
		if rule.Value.OnDemand && !slices.Contains(s.Include, rule.Value.Name.Value) {
			continue
		}
		failures = append(failures, c.request(ctx, rule.Value)...)
		if err := ctx.Err(); err != nil {
			return c.result, errors.Join(append(failures, err)...)
		}
	}
	return c.result, errors.Join(failures...)
}

// name stands in errors.
func (s Source) name() string {
	if s.Mapping == nil {
		return "over http"
	}
	return s.Mapping.Name()
}

// collection is a result in the making.
type collection struct {
	source  Source
	targets Targets
	options Options
	base    base
	secret  *secret
	result  *Result
	// requests and bytes count what was spent of the limits.
	requests int
	bytes    int64
	waited   time.Duration
}

// newCollection checks the arguments, so that nothing is asked before all of them
// are good.
func newCollection(s Source, t Targets, o Options) (*collection, error) {
	c := &collection{source: s, targets: t, options: o.withDefaults()}
	if o.Now == nil {
		return nil, errors.New("no clock was given")
	}
	err := s.check()
	if err != nil {
		return nil, err
	}
	if c.base, err = parseBase(s.Base); err != nil {
		return nil, err
	}
	c.secret = &secret{}
	if !s.ReferenceOnly && c.recorded() == nil {
		if c.secret, err = newSecret(s.Credential, s.Mapping.definition.Credential, o.Environ); err != nil {
			return nil, err
		}
	}
	c.result = &Result{Mapping: s.Mapping.Name(), index: map[[2]string][]int{}}
	c.result.header, err = c.newHeader()
	return c, err
}

// recorded returns the recording that replaces the network; nil if none does.
func (c *collection) recorded() *Recorded {
	r, _ := c.options.Transport.(*Recorded)
	return r
}

// check refuses what cannot be asked for, whatever the release and the
// credential's value.
func (s Source) check() error {
	if s.Mapping == nil {
		return errors.New("no mapping was given")
	}
	if err := CheckBase(s.Base); err != nil {
		return err
	}
	if err := s.checkParameters(); err != nil {
		return err
	}
	if err := s.checkIncluded(); err != nil {
		return err
	}
	return s.Credential.check()
}

// checkParameters refuses parameters that the mapping does not know: a name
// with a typing error would otherwise be missed in silence.
func (s Source) checkParameters() error {
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		value := s.Parameters[name]
		p, ok := s.Mapping.definition.pattern(name)
		if !ok {
			return fmt.Errorf("the mapping has no variable %.40q", name)
		}
		if err := p.check(name, value); err != nil {
			return err
		}
	}
	return nil
}

// checkIncluded does the same for requests on demand.
func (s Source) checkIncluded() error {
	for _, name := range s.Include {
		if !slices.ContainsFunc(s.Mapping.definition.Requests, func(r located) bool { return r.Value.Name.Value == name }) {
			return fmt.Errorf("the mapping has no request %.40q", name)
		}
	}
	return nil
}

// request makes one request of the mapping for every combination of values.
func (c *collection) request(ctx context.Context, rule requestRule) []error {
	combinations, err := c.combinations(rule)
	if err != nil {
		return []error{c.failure(rule, "", 0, err)}
	}
	var failures []error
	for _, values := range combinations {
		if err := c.pages(ctx, rule, values); err != nil {
			failures = append(failures, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return failures
}

// combinations returns the values of the variables for each request to make.
func (c *collection) combinations(rule requestRule) ([]map[string]string, error) {
	asked := rule.asked()
	list := []map[string]string{{}}
	for _, name := range rule.variables() {
		values, err := c.values(name, slices.Contains(asked, name))
		if err != nil {
			return nil, err
		}
		if len(list)*len(values) > c.options.Limits.Requests {
			return nil, fmt.Errorf("more than %d requests would be needed", c.options.Limits.Requests)
		}
		list = multiply(list, name, values)
	}
	return list, nil
}

// values returns the values of one variable. One that is not part of the
// address cannot depend on the release: the same answer would be said to be
// about several things.
func (c *collection) values(name string, asked bool) ([]string, error) {
	if v, ok := c.source.Parameters[name]; ok {
		return []string{v}, nil
	}
	given := c.targets.of(name)
	if name == "environment" && !asked {
		return nil, errors.New("the answer does not say which environment it is about: give one as the parameter environment; for several configure several systems with this mapping")
	}
	if !asked || len(given) == 0 {
		return nil, fmt.Errorf("no %s was given: the release names none, or the parameter is missing", name)
	}
	pattern, _ := c.source.Mapping.definition.pattern(name)
	var values []string
	for _, v := range given {
		if err := pattern.check(name, v); err != nil {
			return nil, err
		}
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values, nil
}

// multiply gives every combination each of the values.
func multiply(list []map[string]string, name string, values []string) []map[string]string {
	var product []map[string]string
	for _, have := range list {
		for _, v := range values {
			next := map[string]string{name: v}
			for k, v := range have {
				next[k] = v
			}
			product = append(product, next)
		}
	}
	return product
}

const maxValue = 256

// check refuses a value that does not have the form the mapping asks for.
func (p pattern) check(name, value string) error {
	if len(value) > maxValue {
		return fmt.Errorf("%s has %d bytes, at most %d are used", name, len(value), maxValue)
	}
	if err := checkText(value); err != nil {
		return fmt.Errorf("%s %.80q %w", name, value, err)
	}
	if !p.MatchString(value) {
		return fmt.Errorf("%s %.80q does not have the form %s", name, value, p)
	}
	return nil
}

// reference makes records of ids alone.
func (c *collection) reference() error {
	rule := c.source.Mapping.definition.Reference
	if rule == nil {
		return fmt.Errorf("collect %s: the mapping has no reference: its records need an answer", c.source.name())
	}
	values, err := c.values(rule.Value.Variable, true)
	if err != nil {
		return fmt.Errorf("collect %s: %w", c.source.name(), err)
	}
	for _, id := range values {
		fields := map[string]any{"id": id}
		if len(rule.Value.Link.parts) > 0 {
			path, err := rule.Value.Link.path(map[string]string{rule.Value.Variable: id})
			if err != nil {
				return err
			}
			fields["uri"] = c.base.link(path)
		}
		c.result.Records = append(c.result.Records,
			Record{Kind: rule.Value.Kind, ID: id, Basis: ReferencedOnly, Fields: fields, Answer: -1})
	}
	return nil
}

// newHeader says by whom and with which mapping the answers are retrieved. A
// recorded run keeps its own, so that the material is the same again.
func (c *collection) newHeader() (header, error) {
	if r := c.recorded(); r != nil {
		return r.header, nil
	}
	h := header{
		Format:        formatName,
		Mapping:       c.source.Mapping.Name(),
		MappingDigest: c.source.Mapping.Digest,
		Base:          c.base.link(""),
		Retriever:     c.options.Retriever,
	}
	if h.Retriever != "" {
		if got, err := evidence.ParseIdentity(string(h.Retriever)); err != nil || got != h.Retriever {
			return header{}, errors.New("the retriever is not an identity in its normal form")
		}
	}
	return h, h.newSalt(c.options.Random)
}
