package purl

import (
	"errors"
	"strings"
)

// lower says which parts of a purl of a type are compared without case (purl
// specification, types).
var lower = map[string]struct{ namespace, name, version bool }{
	"alpm": {namespace: true, name: true}, "apk": {namespace: true, name: true},
	"bitbucket": {namespace: true, name: true}, "bitnami": {name: true},
	"brew":     {namespace: true, name: true},
	"composer": {namespace: true, name: true}, "deb": {namespace: true, name: true},
	"github": {namespace: true, name: true}, "golang": {namespace: true, name: true},
	"hex": {namespace: true, name: true}, "huggingface": {version: true},
	"luarocks": {namespace: true, name: true}, "npm": {name: true},
	"oci": {name: true}, "otp": {name: true}, "pub": {name: true}, "pypi": {name: true},
	"qpkg": {namespace: true}, "rpm": {namespace: true},
	"vscode-extension": {namespace: true, name: true, version: true},
}

// applyType applies the rules of p's type.
func (p *PURL) applyType() error {
	l := lower[p.Type]
	if l.namespace {
		p.Namespace = strings.ToLower(p.Namespace)
	}
	if l.name {
		p.Name = strings.ToLower(p.Name)
	}
	if l.version {
		p.Version = strings.ToLower(p.Version)
	}
	switch p.Type {
	case "pypi":
		p.Name = strings.ReplaceAll(p.Name, "_", "-")
	case "pub":
		p.Name = strings.ReplaceAll(p.Name, "-", "_")
	case "git":
		if p.Namespace == "github" || p.Namespace == "github.com" {
			p.Name = strings.ToLower(p.Name)
		}
	case "mlflow":
		// Databricks compares names of models without case, Azure ML does not.
		if strings.Contains(p.Qualifier("repository_url"), "databricks") {
			p.Name = strings.ToLower(p.Name)
		}
	case "cpan":
		if strings.Contains(p.Name, "::") {
			return errors.New("type cpan names a distribution (A-B), not a module (A::B)")
		}
		p.Namespace = strings.ToUpper(p.Namespace)
	case "julia":
		if p.Qualifier("uuid") == "" {
			return errors.New("type julia needs the qualifier uuid")
		}
	case "swift", "vscode-extension":
		if p.Namespace == "" {
			return errors.New("type " + p.Type + " needs a namespace")
		}
	case "otp", "vcpkg":
		if p.Namespace != "" {
			return errors.New("type " + p.Type + " has no namespace")
		}
	case "chrome-extension":
		return chromeExtension(p)
	}
	return nil
}

// chromeExtension checks the id of an extension, 32 letters from a to p, and its
// version, up to four numbers.
func chromeExtension(p *PURL) error {
	if len(p.Name) != 32 || strings.Trim(p.Name, "abcdefghijklmnop") != "" {
		return errors.New("type chrome-extension names an extension by 32 letters from a to p")
	}
	if strings.Trim(p.Version, "0123456789.") != "" || strings.Count(p.Version, ".") > 3 {
		return errors.New("a version of type chrome-extension is up to four numbers")
	}
	return nil
}
