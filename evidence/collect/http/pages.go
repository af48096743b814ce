package http

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

type located = strictyaml.Located[requestRule]

// list is a list in the reading: its pages and how many items they had.
type list struct {
	rule    requestRule
	values  map[string]string
	first   int
	items   int
	visited map[string]bool
}

// pages makes one request and those for the pages after it. A list that was
// not read to its end is an error, and its answers are marked incomplete.
func (c *collection) pages(ctx context.Context, rule requestRule, values map[string]string) error {
	address, err := c.address(rule, values)
	if err != nil {
		return c.failure(rule, "", 0, err)
	}
	l := &list{rule: rule, values: values, first: len(c.result.Answers), visited: map[string]bool{}}
	for address != "" {
		l.visited[address] = true
		a, value, err := c.fetch(ctx, address)
		if a.URL != "" {
			a.Request, a.Page = rule.Name.Value, len(c.result.Answers)-l.first+1
			c.result.Answers = append(c.result.Answers, a)
		}
		if err != nil {
			return c.failure(rule, address, a.Status, err)
		}
		next, err := c.page(l, value)
		if err != nil {
			return c.failure(rule, address, a.Status, err)
		}
		address = next
	}
	for i := l.first; i < len(c.result.Answers); i++ {
		c.result.Answers[i].Complete = true
	}
	return nil
}

// address fills the templates of path and query.
func (c *collection) address(rule requestRule, values map[string]string) (string, error) {
	path, err := rule.Path.Value.path(values)
	if err != nil {
		return "", err
	}
	var query []string
	for _, q := range rule.Query {
		query = append(query, percentEncode(q.Key.Value)+"="+percentEncode(q.Value.Value.expand(values, same)))
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	return c.base.link(path), nil
}

func same(s string) string { return s }

// page maps the last answer and returns the address of the next one.
func (c *collection) page(l *list, value any) (next string, err error) {
	at := len(c.result.Answers) - 1
	root := &node{value: value}
	e := evaluation{result: c.result, answer: at, base: c.base, values: l.values}
	for _, rule := range l.rule.Records {
		if err := e.run(rule.Value, root); err != nil {
			return "", err
		}
	}
	if l.rule.Page == nil {
		return "", nil
	}
	items, _, err := l.rule.Page.Value.Items.find(root)
	if err != nil {
		return "", err
	}
	l.items += len(items)
	next, err = c.next(l, root, c.result.Answers[at])
	if err != nil || next == "" {
		return "", errors.Join(err, l.checkTotal(root))
	}
	if l.visited[next] {
		return "", errors.New("the next page is one that was read before: the list does not end")
	}
	return next, nil
}

// next returns the address of the next page, "" after the last.
func (c *collection) next(l *list, root *node, a Answer) (string, error) {
	p := l.rule.Page.Value
	switch {
	case p.NextURL != nil:
		text, err := textAt(*p.NextURL, root)
		if err != nil || text == "" {
			return "", err
		}
		return c.nextAddress(a.URL, text)
	case p.LinkHeader && a.Link != "":
		return c.nextAddress(a.URL, a.Link)
	case p.NextToken != nil:
		token, err := textAt(*p.NextToken, root)
		if err != nil || token == "" {
			return "", err
		}
		return withParameter(a.URL, p.Parameter, token)
	}
	return "", nil
}

// textAt returns the text that s leads to; "" if it is missing or empty.
func textAt(s selector, root *node) (string, error) {
	found, _, err := s.find(root)
	if err != nil || len(found) == 0 || found[0].value == nil || found[0].value == "" {
		return "", err
	}
	text, err := plainText(found[0].value)
	if err != nil {
		return "", fmt.Errorf("the next page at %s %w", s.text, err)
	}
	return text, nil
}

// nextAddress resolves the system's word for the next page; it must be below the
// base address, as must be everything that the credential is sent to.
func (c *collection) nextAddress(current, text string) (string, error) {
	u, err := url.Parse(current)
	if err != nil {
		return "", err
	}
	next, err := u.Parse(text)
	if err != nil || len(text) > maxLink || !c.base.same(next) {
		return "", errors.New("the next page is on another host, and other hosts are not asked")
	}
	if !c.base.below(next) {
		return "", errors.New("the next page is not below the base address, and what is not is not asked")
	}
	next.Fragment = ""
	return next.String(), nil
}

// withParameter replaces one parameter of an address.
func withParameter(address, name, value string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20")
	return u.String(), nil
}

// checkTotal compares the items that were read with the total that the system
// states.
func (l *list) checkTotal(root *node) error {
	total := l.rule.Page.Value.Total
	if total == nil {
		return nil
	}
	found, _, err := total.find(root)
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return fmt.Errorf("the list does not say its total at %s, so it may go on", total.text)
	}
	if n, ok := found[0].value.(float64); !ok || n > float64(l.items) {
		return fmt.Errorf("the list has %v items in all and %d were given", found[0].value, l.items)
	}
	return nil
}
