package forge

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// maxHead bounds what a line holds beside its body, in bytes.
const maxHead = 64 << 10

// ReadAnswers reads a material that [Answers.Write] wrote. Zero limits mean
// their defaults; Requests, Bytes and PerAnswer count.
func ReadAnswers(r io.Reader, l Limits) (*Answers, error) {
	l = l.withDefaults()
	in := &lineReader{in: bufio.NewReaderSize(r, 64<<10), left: l.Bytes, limit: l.PerAnswer + maxHead}
	line, err := in.next()
	if err != nil {
		return nil, in.wrap(err)
	}
	s, count, err := readHead(line)
	if err != nil {
		return nil, in.wrap(err)
	}
	if count < 0 || count > l.Requests {
		return nil, in.wrap(&LimitError{What: "answers", Limit: int64(l.Requests)})
	}
	for range count {
		if err := s.readLine(in); err != nil {
			return nil, in.wrap(err)
		}
	}
	if _, err := in.next(); err != io.EOF {
		return nil, in.wrap(errors.New("more lines than the head says"))
	}
	return s, nil
}

func readHead(line []byte) (*Answers, int, error) {
	var h head
	if err := strictjson.Unmarshal(line, &h, strictjson.RejectUnknown(), strictjson.RejectNull()); err != nil {
		return nil, 0, err
	}
	if h.Format != format {
		return nil, 0, fmt.Errorf("format %.60q, want %q", h.Format, format)
	}
	s := &Answers{Forge: h.Forge, BaseURL: h.BaseURL, Repository: h.Repository}
	salt, err := hex.DecodeString(h.Salt)
	if err != nil || len(salt) != SaltSize || hex.EncodeToString(salt) != h.Salt {
		return nil, 0, fmt.Errorf("the salt is not %d bytes in lower-case hex", SaltSize)
	}
	copy(s.Salt[:], salt)
	if s.Forge != "github" && s.Forge != "gitlab" {
		return nil, 0, fmt.Errorf("unknown forge %.40q: want github or gitlab", s.Forge)
	}
	if uri, err := evidence.NormalRepository(s.Repository); err != nil || uri != s.Repository {
		return nil, 0, errors.New("the repository is not a normal URI")
	}
	return s, h.Count, nil
}

// readLine reads one answer, which must come after the ones before.
func (s *Answers) readLine(in *lineReader) error {
	line, err := in.next()
	if err == io.EOF {
		return errors.New("fewer lines than the head says: the material was cut")
	}
	if err != nil {
		return err
	}
	var a Answer
	if err := strictjson.Unmarshal(line, &a, strictjson.RejectUnknown()); err != nil {
		return err
	}
	if err := a.check(); err != nil {
		return err
	}
	if n := len(s.List); n > 0 && compareAnswers(s.List[n-1], a) >= 0 {
		return errors.New("the answer is out of order or repeated")
	}
	s.List = append(s.List, a)
	return nil
}

// check reports an answer that a Recorder cannot have written.
func (a *Answer) check() error {
	u, err := url.Parse(a.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || address(u) != a.URL:
		return errors.New("at /url: not an address with a sorted query")
	case a.Method != http.MethodGet:
		return fmt.Errorf("at /method: %.20q, want GET", a.Method)
	case a.Attempt < 1:
		return errors.New("at /attempt: want 1 or more")
	case a.RetrievedAt.IsZero():
		return errors.New("at /retrievedAt: missing")
	case a.Status != 0 && (a.Status < 100 || a.Status > 599):
		return fmt.Errorf("at /status: %d is no HTTP status", a.Status)
	case a.Status == 0 && a.Fault == FaultNone:
		return errors.New("at /status: missing, and no fault says why")
	case len(a.Body) > 0 && a.BodyDigest == nil:
		return errors.New("at /bodyDigest: missing")
	case len(a.Body) > 0 && countObjects(a.Body) != nil:
		return fmt.Errorf("at /body: %w", errObjects)
	case a.Total != nil && *a.Total < 0:
		return errors.New("at /total: less than 0")
	case a.Page != pageOf(a.URL):
		return errors.New("at /page: not the page of the address")
	}
	switch a.Fault {
	case FaultNone, FaultNoAnswer, FaultCut, FaultTooLarge, FaultObjects, FaultNotJSON, FaultRate, FaultToken:
	default:
		return fmt.Errorf("at /fault: unknown value %.40q", a.Fault)
	}
	return errors.Join(a.checkWithout(), a.checkLinks(u))
}

// checkLinks keeps header injection and other hosts out of what a client sees.
func (a *Answer) checkLinks(own *url.URL) error {
	next, err := url.Parse(a.Next)
	if err != nil || a.Next != "" && (next.Host != own.Host || next.Scheme != own.Scheme || next.EscapedPath() != own.EscapedPath() || address(next) != a.Next) {
		return errors.New("at /next: not a page of the same list")
	}
	if _, err := url.Parse(a.Location); err != nil || strings.ContainsFunc(a.Location, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return errors.New("at /location: not an address")
	}
	return nil
}

// lineReader reads lines of bounded length and total.
type lineReader struct {
	in    *bufio.Reader
	line  int
	left  int64
	limit int64
}

// next returns the next line without its end, or io.EOF. The bytes are the
// caller's.
func (l *lineReader) next() ([]byte, error) {
	l.line++
	var line []byte
	for {
		part, err := l.in.ReadSlice('\n')
		l.left -= int64(len(part))
		if l.left < 0 || int64(len(line)+len(part)) > l.limit {
			return nil, &LimitError{What: "bytes", Limit: l.limit}
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case err == io.EOF && len(line) == 0:
			return nil, io.EOF
		case err == io.EOF:
			return nil, errors.New("the last line has no end: the material was cut")
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

func (l *lineReader) wrap(err error) error {
	if err == io.EOF {
		err = errors.New("empty")
	}
	return fmt.Errorf("forge answers, line %d: %w", l.line, err)
}

// ReadFS reads every material of answers in a directory and below: the files
// whose names end in ".jsonl".
func ReadFS(dir fs.FS, l Limits) ([]*Answers, error) {
	var list []*Answers
	err := fs.WalkDir(dir, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !strings.HasSuffix(path, ".jsonl") {
			return err
		}
		f, err := dir.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		s, err := ReadAnswers(f, l)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, s)
		return nil
	})
	if err == nil && len(list) == 0 {
		err = errors.New("no recorded answers: want files that end in .jsonl")
	}
	return list, err
}
