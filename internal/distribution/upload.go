package distribution

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/release-dossier/dossier/evidence"
)

// PutBlob uploads a blob in one piece. open gives its bytes, again for every
// attempt.
func (r *Repository) PutBlob(ctx context.Context, id evidence.Digest, size int64, open func() (io.ReadCloser, error)) error {
	return r.again(ctx, func() error {
		start := r.url("blobs", "uploads/")
		resp, err := r.send(ctx, http.MethodPost, start, http.Header{}, http.StatusAccepted, http.StatusCreated)
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusCreated {
			return errors.New("the registry has made a blob of nothing")
		}
		u, err := uploadURL(resp, id)
		if err != nil {
			return err
		}
		return r.put(ctx, u, "application/octet-stream", size, open)
	})
}

// uploadURL is where the registry wants the bytes.
func uploadURL(resp *http.Response, id evidence.Digest) (*url.URL, error) {
	location := resp.Header.Get("Location")
	if location == "" {
		return nil, errors.New("the registry does not say where to upload to")
	}
	u, err := resp.Request.URL.Parse(location)
	if err != nil || u.User != nil {
		return nil, fmt.Errorf("the registry's address for uploads, %.100q, is not readable", location)
	}
	if err := checkHost(u, resp.Request.URL, "sends uploads"); err != nil {
		return nil, err
	}
	query := u.Query()
	query.Set("digest", id.String())
	u.RawQuery = query.Encode()
	return u, nil
}

// PutManifest writes a manifest under a tag or its digest. If the registry says
// that it has stored something else, that is an error.
func (r *Repository) PutManifest(ctx context.Context, reference, mediaType string, raw []byte) error {
	return r.again(ctx, func() error {
		return r.put(ctx, r.url("manifests", reference), mediaType, int64(len(raw)), opener(raw))
	})
}

func (r *Repository) put(ctx context.Context, u *url.URL, contentType string, size int64, open func() (io.ReadCloser, error)) error {
	body, err := open()
	if err != nil {
		return err
	}
	defer body.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, u.String(), io.NopCloser(body))
	if err != nil {
		return err
	}
	req.ContentLength, req.GetBody = size, open
	req.Header.Set("Content-Type", contentType)
	if size == 0 {
		req.Body = http.NoBody
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return checkStatus(resp, http.StatusCreated)
}

func opener(raw []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }
}
