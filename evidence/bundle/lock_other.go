//go:build !darwin && !dragonfly && !freebsd && !illumos && !linux && !netbsd && !openbsd

package bundle

import (
	"context"
	"errors"
)

func lockDirectory(string) (unlock func(), err error) { return nil, errors.ErrUnsupported }

func shareDirectory(context.Context, string) (unlock func()) { return func() {} }
