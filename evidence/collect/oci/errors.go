package oci

import (
	"net/http"

	"github.com/release-dossier/dossier/internal/distribution"
)

// Error is what went wrong at a registry.
type Error = distribution.Error

// hidden reports whether the right to pull may be what is lacking.
func hidden(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound
}

// remedy says what to do about something that is attached and could not be read.
func remedy(status int) string {
	switch {
	case hidden(status):
		return "log in with an account that may pull it"
	case status == http.StatusTooManyRequests:
		return "log in, or try again when the rate limit allows more"
	case status >= 500:
		return "try again when the registry works"
	}
	return "attach it anew as the registry's clients do, or try again"
}
