package registry

import (
	"time"

	"github.com/release-dossier/dossier/internal/distribution"
)

// Impatient returns o with retries that wait for a millisecond.
func Impatient(o Options) Options {
	o.backoff = distribution.Backoff{Attempts: 4, Wait: time.Millisecond}
	o.pause = time.Millisecond
	return o
}
