//go:build cgo

// Command sigstore-kms-pkcs11 signs with a key in a PKCS #11 token: a hardware
// security module, a smart card, a YubiKey (PIV). It is a plugin for dossier, cosign
// and whatever else speaks Sigstore's KMS plugin protocol, which call it for keys
// named
//
//	pkcs11://token=LABEL;object=LABEL?module-path=/usr/lib/.../libsofthsm2.so
//
// After the // it is an RFC 7512 URI: of its attributes, token, serial, object and
// id choose the key, module-path names the token's driver (or the environment's
// PKCS11_MODULE_PATH does). The PIN comes from the file that pin-source names, or
// from PKCS11_PIN; it cannot stand in the reference, which everybody on the machine
// can see.
//
// It is a program of its own because a driver is a C library: dossier itself needs
// no C compiler and loads no foreign code.
package main

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ThalesGroup/crypto11"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/kms/cliplugin/common"
	"github.com/sigstore/sigstore/pkg/signature/kms/cliplugin/handler"
)

func main() {
	args, err := handler.GetPluginArgs(os.Args)
	if err == nil {
		err = answer(args)
	}
	if err != nil {
		if handler.WriteErrorResponse(os.Stdout, err) != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

// answer answers one call.
func answer(args *common.PluginArgs) error {
	if args.InitOptions == nil || args.InitOptions.ProtocolVersion != common.ProtocolVersion {
		return fmt.Errorf("want protocol version %s", common.ProtocolVersion)
	}
	if args.MethodArgs == nil {
		return errors.New("no method is called")
	}
	uri, err := parseURI(args.InitOptions.KeyResourceID)
	if err != nil {
		return err
	}
	token, err := open(uri)
	if err != nil {
		return err
	}
	defer func() { _ = token.Close() }()
	key, err := uri.find(token)
	if err != nil {
		return err
	}
	_, err = handler.Dispatch(os.Stdout, os.Stdin, args, &tokenKey{key, args.InitOptions.HashFunc})
	return err
}

// open logs in to the token.
func open(uri *uri) (*crypto11.Context, error) {
	pin, err := uri.pin(os.Getenv, os.ReadFile)
	if err != nil {
		return nil, err
	}
	module := uri.module
	if module == "" {
		module = os.Getenv("PKCS11_MODULE_PATH")
	}
	if module == "" {
		return nil, errors.New("no driver: add ?module-path=FILE to the reference, or set PKCS11_MODULE_PATH")
	}
	c, err := crypto11.Configure(&crypto11.Config{Path: module, TokenLabel: uri.token, TokenSerial: uri.serial, Pin: pin})
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	return c, nil
}

// find returns the one key that the URI names.
func (u *uri) find(token *crypto11.Context) (crypto11.Signer, error) {
	var id, label []byte
	if u.id != "" {
		id = []byte(u.id)
	}
	if u.object != "" {
		label = []byte(u.object)
	}
	keys, err := token.FindKeyPairs(id, label)
	switch {
	case err != nil:
		return nil, err
	case len(keys) == 0:
		return nil, errors.New("the token holds no such key pair, private and public key with the same id")
	case len(keys) > 1:
		return nil, fmt.Errorf("%d keys of the token match: name the one with object and id", len(keys))
	}
	return keys[0], nil
}

// tokenKey is what the protocol asks of a key.
type tokenKey struct {
	key  crypto.Signer
	hash crypto.Hash
}

var errNotHere = errors.New("keys are made with the token's own tools")

func (*tokenKey) DefaultAlgorithm() string      { return "" }
func (*tokenKey) SupportedAlgorithms() []string { return nil }

func (*tokenKey) CreateKey(context.Context, string) (crypto.PublicKey, error) {
	return nil, errNotHere
}

func (k *tokenKey) CryptoSigner(context.Context, func(error)) (crypto.Signer, crypto.SignerOpts, error) {
	return k.key, k.hash, nil
}

func (k *tokenKey) PublicKey(...signature.PublicKeyOption) (crypto.PublicKey, error) {
	return k.key.Public(), nil
}

func (k *tokenKey) SignMessage(message io.Reader, opts ...signature.SignOption) ([]byte, error) {
	digest, hash := []byte(nil), crypto.SignerOpts(k.hash)
	for _, o := range opts {
		o.ApplyDigest(&digest)
		o.ApplyCryptoSignerOpts(&hash)
	}
	if len(digest) == 0 {
		h := hash.HashFunc().New()
		if _, err := io.Copy(h, message); err != nil {
			return nil, err
		}
		digest = h.Sum(nil)
	}
	return k.key.Sign(nil, digest, hash)
}

func (k *tokenKey) VerifySignature(sig, message io.Reader, opts ...signature.VerifyOption) error {
	v, err := signature.LoadVerifier(k.key.Public(), k.hash)
	if err != nil {
		return err
	}
	return v.VerifySignature(sig, message, opts...)
}
