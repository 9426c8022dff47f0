package spanmask

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

// FuzzMask masks any text in every way: the results are the same, JSON is what encoding/json takes for JSON, and stays so.
func FuzzMask(f *testing.F) {
	for _, file := range caseFiles(f) {
		for _, c := range file.Cases {
			if c.Input != nil && len(*c.Input) < 400 {
				f.Add([]byte(*c.Input), uint16(len(*c.Input)/2), uint16(3))
			}
		}
	}
	policy := compile(f, `
version: 1
rules:
  - { id: EMAIL, detect: email, replace: "[a \"longer\" token]" }
  - { id: DIGITS, pattern: '\d{3,}', types: [string, number], remove: true }
  - { id: WORDS, literals: [secret, "ü"], mask: { keep_last: 1 } }
  - { id: KEYS, keys: ["*token", "a"], pattern: '[x-z]', replace: "\\n" }
`, WithFraming(One))
	f.Fuzz(func(t *testing.T, text []byte, cut, room uint16) {
		expected, refused := policy.Mask(nil, text)
		inPlace, err := policy.MaskInPlace(bytes.Clone(text))
		sameOutcome(t, "MaskInPlace", inPlace, expected, err, refused)
		read, err := readAll(policy.NewReader(&pieces{text, int(cut), int(room)}), 1+int(room)%100)
		sameOutcome(t, "Reader", read, expected, err, refused)
		var written bytes.Buffer
		writer := policy.NewWriter(&written)
		first := min(len(text), int(cut))
		_, err = writer.Write(text[:first])
		_, then := writer.Write(text[first:])
		err = errors.Join(err, then, writer.Close())
		sameOutcome(t, "Writer", written.Bytes(), expected, err, refused)

		var why *Error
		switch {
		case refused == nil:
			if !json.Valid(text) {
				t.Fatal("it takes what is not JSON")
			}
			sameShape(t, text, expected)
		case !errors.As(refused, &why) || why.Code != ErrRefused || why.Offset > int64(len(text)):
			t.Fatal(refused)
		case json.Valid(text) && why.Reason != ReasonUTF8 && why.Reason != ReasonDepth:
			t.Fatal("it refuses JSON:", refused)
		}
	})
}

func sameOutcome(t *testing.T, way string, actual, expected []byte, err, refused error) {
	t.Helper()
	var is, was *Error
	if errors.As(err, &is) != errors.As(refused, &was) {
		t.Fatalf("%s: %v, but %v", way, err, refused)
	}
	if was != nil {
		if is.Code != was.Code || is.Reason != was.Reason || is.Offset != was.Offset {
			t.Fatalf("%s: %v, but %v", way, err, refused)
		}
		return
	}
	same(t, way, actual, expected)
}
