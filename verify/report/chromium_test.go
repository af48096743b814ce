package report

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/verify"
)

// browser is a headless Chromium that is spoken to over two pipes, in the
// DevTools protocol: messages of JSON that end with NUL.
type browser struct {
	t    *testing.T
	in   *os.File
	out  *bufio.Reader
	id   int
	sess string
	seen []event
}

// event is what the browser tells unasked.
type event struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// openBrowser starts Chromium with one empty page, or skips the test if there is
// none.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	name := ""
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(n); err == nil {
			name = p
			break
		}
	}
	if name == "" || testing.Short() {
		t.Skip("needs Chromium")
	}
	toRead, toWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fromRead, fromWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		t.Fatal(err)
	}
	// Not of the test's context, which ends before the cleanup: killed, Chromium
	// leaves processes behind that still write to the profile.
	cmd := exec.Command(name, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
		"--user-data-dir="+profile, "about:blank")
	cmd.ExtraFiles = []*os.File{toRead, fromWrite} // file descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Skipf("Chromium does not start: %v", err)
	}
	toRead.Close()
	fromWrite.Close()
	b := &browser{t: t, in: toWrite, out: bufio.NewReaderSize(fromRead, 1<<20)}
	t.Cleanup(func() {
		_, _ = b.in.WriteString(`{"id":0,"method":"Browser.close"}` + "\x00")
		b.in.Close()
		stop := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		stop.Stop()
		fromRead.Close()
		_ = os.RemoveAll(profile) // what is left is in the system's temporary directory
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	b.sess = session.SessionID
	for _, domain := range []string{"Page", "Network", "Log", "Runtime"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

// call calls a method of the protocol and waits for its answer.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.id++
	msg := map[string]any{"id": b.id, "method": method}
	if params != nil {
		msg["params"] = params
	}
	if b.sess != "" {
		msg["sessionId"] = b.sess
	}
	data, err := json.Marshal(msg)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(data, 0)); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	for {
		answer := b.read()
		if answer.ID != b.id {
			b.seen = append(b.seen, answer.event)
			continue
		}
		if answer.Error != nil {
			b.t.Fatalf("%s: %s", method, answer.Error)
		}
		if result != nil {
			if err := json.Unmarshal(answer.Result, result); err != nil {
				b.t.Fatalf("%s: %v", method, err)
			}
		}
		return
	}
}

// message is an answer or an event.
type message struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
	event
}

func (b *browser) read() message {
	b.t.Helper()
	data, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("Chromium has gone: %v", err)
	}
	var m message
	if err := json.Unmarshal(data[:len(data)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	return m
}

// load opens a file and waits until it has been loaded.
func (b *browser) load(file string) {
	b.t.Helper()
	b.seen = nil
	b.call("Page.navigate", map[string]any{"url": "file://" + file}, nil)
	for !b.saw("Page.loadEventFired") {
		b.seen = append(b.seen, b.read().event)
	}
}

func (b *browser) saw(method string) bool {
	for _, e := range b.seen {
		if e.Method == method {
			return true
		}
	}
	return false
}

// eval evaluates an expression in the page.
func (b *browser) eval(expression string, result any) {
	b.t.Helper()
	var answer struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		ExceptionDetails json.RawMessage `json:"exceptionDetails"`
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &answer)
	if answer.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, answer.ExceptionDetails)
	}
	if err := json.Unmarshal(answer.Result.Value, result); err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
}

// hostilePages are reports of each kind, and two whose texts would take a
// careless page over.
func hostilePages() map[string]*verify.Report {
	pages := situations()
	list := poisoned(`"'><script>window.taken=1</script><img src="http://192.0.2.1/x" onerror="window.taken=1">` +
		`</style></title><svg onload=window.taken=1>{{.}}<a href="javascript:window.taken=1">` + strings.Repeat("x", 300) + hostile)
	pages["hostile"], pages["hostile-outcomes"] = list[0], list[1]
	for _, r := range pages {
		brief(r)
	}
	return pages
}

// TestHTMLInChromium opens pages in a browser: nothing is loaded, nothing runs,
// nothing is wider than the paper, and on paper everything is unfolded.
func TestHTMLInChromium(t *testing.T) {
	b := openBrowser(t)
	dir := t.TempDir()
	for name, r := range hostilePages() {
		file := filepath.Join(dir, name+".html")
		if err := os.WriteFile(file, []byte(written(t, FormatHTML, r, Options{Saved: true})), 0o600); err != nil {
			t.Fatal(err)
		}
		b.load(file)
		for _, e := range b.seen {
			if e.Method == "Log.entryAdded" || e.Method == "Runtime.consoleAPICalled" || e.Method == "Runtime.exceptionThrown" ||
				e.Method == "Network.requestWillBeSent" && !strings.Contains(string(e.Params), "file://"+file) {
				t.Errorf("%s: %s %.400s", name, e.Method, e.Params)
			}
		}
		var page struct {
			Taken                      bool
			Scripts, Images, Links     int
			Verdict, Lang, Title       string
			Headings, Tables, NoHeader int
			Ids, Style                 bool
		}
		b.eval(`({taken: "taken" in window, scripts: document.scripts.length, images: document.images.length,
			links: [...document.links].filter(a => !a.getAttribute("href").startsWith("#") || !document.getElementById(a.hash.slice(1))).length,
			verdict: document.querySelector("h1 .verdict").innerText, lang: document.documentElement.lang, title: document.title,
			headings: document.querySelectorAll("h1").length, tables: document.querySelectorAll("table").length,
			noHeader: [...document.querySelectorAll("table")].filter(t => !t.querySelector("thead th[scope=col]")).length,
			ids: new Set([...document.querySelectorAll("[id]")].map(e => e.id)).size == document.querySelectorAll("[id]").length,
			style: getComputedStyle(document.querySelector("article, table")).borderCollapse.length > 0 && getComputedStyle(document.querySelector("h1 .verdict")).borderTopWidth == "2px"})`, &page)
		if page.Taken || page.Scripts+page.Images+page.Links > 0 {
			t.Errorf("%s: hostile text took over: %+v", name, page)
		}
		if page.Verdict != string(r.Verdict) || page.Lang != "en" || page.Headings != 1 || page.NoHeader > 0 || page.Tables == 0 || !page.Ids || !page.Style {
			t.Errorf("%s: the page is %+v", name, page)
		}
		b.paper(name)
	}
}

// paper looks at the page as it is printed.
func (b *browser) paper(name string) {
	const mm, inch = 96 / 25.4, 96
	for paper, size := range map[string][2]float64{"A4": {210 * mm, 297 * mm}, "Letter": {8.5 * inch, 11 * inch}} {
		width := size[0] - 2*14*mm
		b.call("Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
		b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": int(width), "height": int(size[1]), "deviceScaleFactor": 1, "mobile": false}, nil)
		var wide struct {
			Over   int
			Hidden int
		}
		b.eval(`({over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
			hidden: [...document.querySelectorAll("details td, details li")].filter(e => e.getClientRects().length == 0 || !e.checkVisibility({contentVisibilityAuto: true})).length})`, &wide)
		if wide.Over > 0 {
			b.t.Errorf("%s: %d pixels wider than %s", name, wide.Over, paper)
		}
		if wide.Hidden > 0 {
			b.t.Errorf("%s: %d cells stay folded on %s", name, wide.Hidden, paper)
		}
		var pdf struct{ Data string }
		b.call("Page.printToPDF", map[string]any{"paperWidth": size[0] / inch, "paperHeight": size[1] / inch, "preferCSSPageSize": true, "printBackground": true}, &pdf)
		data, err := base64.StdEncoding.DecodeString(pdf.Data)
		if err != nil || len(data) < 1000 || !strings.HasPrefix(string(data), "%PDF-") {
			b.t.Errorf("%s: no PDF on %s: %v, %d bytes", name, paper, err, len(data))
		}
	}
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": ""}, nil)
	b.call("Emulation.clearDeviceMetricsOverride", nil, nil)
}
