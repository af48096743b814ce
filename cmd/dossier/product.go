package main

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// product is what one dossier is about: the whole repository, or one of its
// components.
type product struct {
	productConfig
	name, kind string
	tags       string // pattern of its release tags; "" is the usual one
	part       bool   // it is one of several components
	results    []resultConfig
}

// products returns what "create RELEASE" makes dossiers of. Without --component
// that is every component whose tags the release may be one of.
func (c *config) products(release, component string) ([]product, error) {
	if len(c.Components) == 0 {
		p := product{
			productConfig: c.productConfig, name: c.Name, kind: string(c.Kind), tags: c.Collect.Git.Tags, results: c.Collect.Results,
		}
		p.Component = firstOf(component, p.Component)
		return []product{p}, nil
	}
	var list []product
	var names []string
	var refused error
	made := false // of the release, for one of them
	for _, one := range c.Components {
		names = append(names, one.Name)
		p := c.component(one)
		if component != one.Name && (component != "" || !p.takes(release)) {
			continue
		}
		switch none := len(p.tagNames(release)) == 0; {
		case none && (component != "" || !p.ofOneLine()):
			refused = usagef("create: %s is no tag of the component %s, and none can be made of it: its tags are %s; give one of them", release, one.Name, p.tags)
		case !none:
			made = made || !p.matches(release)
		}
		list = append(list, p)
	}
	switch {
	case refused != nil && (made || len(list) == 1): // a version, which all components have
		return nil, refused
	case list != nil:
		return list, nil
	case component != "":
		return nil, usagef("--component %s: %s has %s", component, c.file, strings.Join(names, ", "))
	}
	return nil, usagef("create: %s is a tag of none of the components in %s (%s): name one with --component", release, c.file, strings.Join(names, ", "))
}

// component fills in what a component leaves to the repository.
func (c *config) component(one componentConfig) product {
	p := product{
		productConfig: one.productConfig, name: one.Name, kind: firstOf(string(one.Kind), string(c.Kind)),
		tags: firstOf(one.Tags, c.Collect.Git.Tags, one.Name+"/v*"), part: true, results: one.Results,
	}
	p.Component = one.Name
	if p.results == nil {
		p.results = c.Collect.Results
	}
	for _, l := range []struct {
		own *[]located
		all []located
	}{{&p.SBOMs, c.SBOMs}, {&p.Provenance, c.Provenance}, {&p.Attestations, c.Attestations}} {
		if *l.own == nil {
			*l.own = l.all
		}
	}
	return p
}

// hasImages reports whether the configuration lists images of the product.
func (p product) hasImages() bool {
	return slices.ContainsFunc(p.Artifacts, func(a artifactConfig) bool { return a.Image != "" })
}

// takes reports whether the release, a tag or a version, may be one of the
// product. A tag of another component is none.
func (p product) takes(release string) bool {
	return isVersion(release) || p.matches(release)
}

// matches reports whether a tag is of the product's pattern.
func (p product) matches(tag string) bool {
	ok, err := path.Match(firstOf(p.tags, "v*"), tag)
	return ok && err == nil
}

// tagNames returns the names that the tag of a release may have: the argument
// itself, and what the pattern makes of a version. It has none if the release is
// a tag of something else, or nothing that is made of it is of the pattern.
func (p product) tagNames(release string) []string {
	var names []string
	if !p.part || p.matches(release) {
		names = append(names, release)
	}
	if !isVersion(release) {
		return names
	}
	pattern, number := firstOf(p.tags, "v*"), strings.TrimPrefix(release, "v")
	fixed := pattern
	if i := strings.IndexAny(pattern, `*?[\`); i >= 0 {
		fixed = pattern[:i]
	}
	// "v2.*" and "v[01].*" have the first numbers themselves.
	made := strings.TrimRight(fixed, "0123456789.") + number
	if !strings.HasSuffix(pattern, "*") {
		made = strings.Replace(pattern, "*", number, 1) // "v*-api"
	}
	if p.matches(made) && !strings.ContainsAny(made, `*?[\`) && !slices.Contains(names, made) {
		names = append(names, made)
	}
	return names
}

// versionLine are patterns that fix the first number of the version, or some of them.
var versionLine = lazyregexp.New(`^[^*?[\\]*([0-9]|\[[0-9-]+\])\.\*$`)

// ofOneLine reports whether the tags are of one line of versions, so that a version
// of another line is no release of the product.
func (p product) ofOneLine() bool { return versionLine.MatchString(p.tags) }

// isVersion reports whether s is a version, with or without "v".
func isVersion(s string) bool { return semver.IsValid("v" + strings.TrimPrefix(s, "v")) }
