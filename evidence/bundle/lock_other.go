//go:build !darwin && !dragonfly && !freebsd && !illumos && !linux && !netbsd && !openbsd

package bundle

import "errors"

func lockDirectory(string) (unlock func(), err error) { return nil, errors.ErrUnsupported }

func shareDirectory(string) (unlock func()) { return func() {} }
