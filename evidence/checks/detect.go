package checks

import (
	"bytes"
	"encoding/xml"
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// errFormat names what Detect knows.
var errFormat = errors.New("the format is not recognised: name it, or give JUnit XML, go test -json, SARIF, Cobertura, LCOV, " +
	"a Go cover profile, CycloneDX, OpenVEX or an in-toto statement")

// Detect recognises the format of a file from its first bytes; some 64 KiB are
// enough. It returns "" if it cannot tell. It judges nothing: the reader of the
// format may still refuse the file.
func Detect(data []byte) Format {
	f, _ := detect(data)
	return f
}

// detect is Detect with the reason for a failure.
func detect(data []byte) (Format, error) {
	head, err := trimMark(data)
	if err != nil {
		return "", err
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	f := Format("")
	switch {
	case len(head) == 0:
		return "", errEmpty
	case head[0] == '<':
		f = detectXML(head)
	case head[0] == '{':
		f = detectJSON(head)
	case bytes.HasPrefix(head, []byte("mode: ")):
		f = CoverProfile
	case bytes.HasPrefix(head, []byte("TN:")), bytes.HasPrefix(head, []byte("SF:")):
		f = LCOV
	default:
		f = detectStream(head)
	}
	if f == "" {
		return "", errFormat
	}
	return f, nil
}

// detectXML looks at the root element. It has no need of the guards of
// xmlReader: the data is small and at hand.
func detectXML(head []byte) Format {
	d := xml.NewDecoder(bytes.NewReader(head))
	d.CharsetReader = asciiOnly
	for {
		tok, err := d.RawToken()
		if err != nil {
			return ""
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "testsuites", "testsuite":
			return JUnit
		case "coverage":
			if attr(start, "line-rate") != "" || attr(start, "lines-valid") != "" {
				return Cobertura
			}
		}
		return ""
	}
}

// detectJSON walks through the members of the object as far as the data goes.
func detectJSON(head []byte) Format {
	d := jsontext.NewDecoder(bytes.NewReader(head))
	if _, err := d.ReadToken(); err != nil {
		return ""
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return ""
		}
		key := name.String()
		text := ""
		if d.PeekKind() == '"' {
			value, err := d.ReadToken()
			if err != nil {
				return ""
			}
			text = value.String()
		} else if f := memberFormat(key, ""); f != "" {
			return f
		} else if d.SkipValue() != nil {
			return ""
		}
		if f := memberFormat(key, text); f != "" {
			return f
		}
	}
	return ""
}

// memberFormat recognises a format by one member of its outer object.
func memberFormat(name, text string) Format {
	switch {
	case name == "runs" && text == "", name == "$schema" && strings.Contains(text, "sarif"):
		return SARIF
	case name == "bomFormat" && text == "CycloneDX":
		return CycloneDX
	case name == "@context" && strings.HasPrefix(text, "https://openvex.dev/ns"):
		return OpenVEX
	case name == "predicateType" && text == testResultType:
		return TestStatement
	case name == "predicateType" && (text == vulnsTypeV01 || text == vulnsTypeV02):
		return VulnStatement
	case name == "Action" && text != "":
		return GoTest
	}
	return ""
}

// detectStream finds the first event of go test -json behind lines that other
// programs wrote into the same stream.
func detectStream(head []byte) Format {
	for line := range bytes.Lines(head) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] == '{' {
			if detectJSON(line) == GoTest {
				return GoTest
			}
			return ""
		}
	}
	return ""
}
