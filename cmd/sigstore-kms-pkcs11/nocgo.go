//go:build !cgo

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println(`{"errorMessage":"this sigstore-kms-pkcs11 was built without cgo, and drivers of tokens are C libraries: build it with CGO_ENABLED=1"}`)
	os.Exit(1)
}
