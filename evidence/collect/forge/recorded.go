package forge

import (
	"net/http"
)

// player plays recorded answers back. Their salt stays with them, so that the
// material is the same again.
type player struct {
	answers map[string][]Answer
	salt    [SaltSize]byte
	base    string
}

// Recorded returns a transport that answers from recordings and never from the
// network. If several hold one address, the first one's answers count. In
// [Options] it takes the place of the network; the base address, if none is
// given, is the one that was recorded.
func Recorded(recordings ...*Answers) http.RoundTripper {
	p := player{answers: map[string][]Answer{}}
	for i, s := range recordings {
		if i == 0 {
			p.salt, p.base = s.Salt, s.BaseURL
		}
		own := map[string][]Answer{}
		for _, a := range s.List {
			own[a.URL] = append(own[a.URL], a)
		}
		for url, list := range own {
			if _, have := p.answers[url]; !have {
				p.answers[url] = list
			}
		}
	}
	return p
}

// RoundTrip implements http.RoundTripper with the last recorded attempt.
func (p player) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		req.Body.Close()
	}
	list, err := p.attempts(address(req.URL))
	if err != nil {
		return nil, err
	}
	return list[len(list)-1].response(req), nil
}

// attempts returns all recorded attempts at an address, at least one.
func (p player) attempts(url string) ([]Answer, error) {
	list := p.answers[url]
	if len(list) == 0 {
		return nil, &NotRecordedError{(&Answer{URL: url}).path()}
	}
	return list, nil
}
