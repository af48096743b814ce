package oci

import (
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Impatient returns o with retries that wait for a millisecond.
func Impatient(o Options) Options {
	o.backoff = remote.Backoff{Duration: time.Millisecond, Factor: 1, Steps: 3}
	return o
}
