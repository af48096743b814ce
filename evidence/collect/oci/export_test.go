package oci

import (
	"time"

	"github.com/release-dossier/dossier/internal/distribution"
)

// Impatient returns o with retries that wait for a millisecond.
func Impatient(o Options) Options {
	o.backoff = distribution.Backoff{Attempts: 3, Wait: time.Millisecond}
	return o
}
