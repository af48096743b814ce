package report

import "testing"

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
