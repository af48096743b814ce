package main

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
)

// refuseKeys refuses a command line with a private key in it: others on the machine
// can see it there, and errors, reports and logs would repeat it.
func refuseKeys(args []string) error {
	for i, arg := range args {
		if !holdsPrivateKey(arg) {
			continue
		}
		where := fmt.Sprintf("argument %d", i+1)
		if flag, _, _ := strings.Cut(arg, "="); flag != arg && isFlag(flag) {
			where = "what follows " + flag
		} else if i > 0 && isFlag(args[i-1]) {
			where = "what follows " + args[i-1]
		}
		return usagef("%s has a private key in it, which others can see there: name the file that it is in, or load it into an SSH agent", where)
	}
	return nil
}

func isFlag(arg string) bool { return strings.HasPrefix(arg, "-") && !holdsPrivateKey(arg) }

const (
	// minBase64 is less than the base64 of any private key has.
	minBase64 = 56
	// maxFolders bounds how deep a path may be in front of one.
	maxFolders = 32
)

// holdsPrivateKey reports whether a private key is in text: in PEM, in the base64
// of that, in which pipelines keep files, or in the base64 of its DER.
func holdsPrivateKey(text string) bool {
	if strings.Contains(text, "PRIVATE KEY-----") {
		return true
	}
	if len(text) < minBase64 {
		return false
	}
	oneLine := strings.NewReplacer("-", "+", "_", "/").Replace(strings.Join(strings.Fields(text), ""))
	for run := range strings.FieldsFuncSeq(oneLine, notBase64) {
		// A path before it may end in "/", which is a character of base64, too.
		for range maxFolders {
			if len(run) < minBase64 {
				break
			}
			if decodesToKey(run) {
				return true
			}
			_, run, _ = strings.Cut(run, "/")
		}
	}
	return false
}

func notBase64(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '+' && r != '/'
}

func decodesToKey(run string) bool {
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	data, err := base64.RawStdEncoding.DecodeString(run)
	if err != nil {
		return false
	}
	if bytes.Contains(data, []byte("PRIVATE KEY-----")) || bytes.HasPrefix(data, []byte("openssh-key-v1\x00")) {
		return true
	}
	_, pkcs8 := x509.ParsePKCS8PrivateKey(data)
	_, sec1 := x509.ParseECPrivateKey(data)
	_, pkcs1 := x509.ParsePKCS1PrivateKey(data)
	return pkcs8 == nil || sec1 == nil || pkcs1 == nil
}
