package report

import (
	"reflect"
	"strings"
	"testing"
)

// TestMarkup: what is put into markup stays text, of whatever type it is.
func TestMarkup(t *testing.T) {
	type named string
	for arg, want := range map[any]string{
		`<a href="x" onclick='y'>&+`:   "<p>&lt;a href=&#34;x&#34; onclick=&#39;y&#39;&gt;&amp;&#43;</p>",
		named("<b>"):                   "<p>&lt;b&gt;</p>",
		markup("<b>"):                  "<p>&lt;b&gt;</p>",
		[1]string{"<b>"}:               "<p>[&lt;b&gt;]</p>",
		"a\x00b":                       "<p>a\uFFFDb</p>",
		"%s %d &amp; </style><script>": "<p>%s %d &amp;amp; &lt;/style&gt;&lt;script&gt;</p>",
		int64(-7):                      "<p>-7</p>",
	} {
		var w markupWriter
		w.put("<p>%s</p>", arg)
		if got := w.String(); got != want {
			t.Errorf("%v: %s, want %s", arg, got, want)
		}
	}
}

// TestPageIsTextOnly: a page whose every text is hostile differs from a harmless
// one in the escaped text and in nothing else.
func TestPageIsTextOnly(t *testing.T) {
	const (
		hostile = `"'><script>&+</style>%s`
		escaped = "&#34;&#39;&gt;&lt;script&gt;&amp;&#43;&lt;/style&gt;%s"
		texts   = 60
	)
	render := func(text string) string {
		var p page
		fill(reflect.ValueOf(&p).Elem(), text)
		var w markupWriter
		w.page(&p)
		return w.String()
	}
	harmless, got := render("TEXT"), render(hostile)
	if n := strings.Count(got, escaped); n < texts {
		t.Errorf("%d places have the text, want at least %d: %s", n, texts, got)
	}
	if got := strings.ReplaceAll(got, escaped, "TEXT"); got != harmless {
		t.Errorf("another page:\n%s\nwant\n%s", got, harmless)
	}
	if strings.Contains(harmless, "%!") {
		t.Errorf("the markup and its arguments disagree:\n%s", harmless)
	}
}

// fill sets every text within v, and every list to one element.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), text)
		}
	}
}
