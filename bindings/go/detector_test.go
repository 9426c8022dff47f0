package spanmask

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
)

const hosted = `
version: 1
rules:
  - { id: FIRST, pattern: 'x{3}', replace: "[X]" }
  - { id: NAME, detect: host:names, fail: %s, max_bytes: 10000, replace: "[NAME]" }
`

var zoe = regexp.MustCompile(`Zoë|Jo Doe`)

func findNames(text string) ([]Span, error) {
	var spans []Span
	for _, at := range zoe.FindAllStringIndex(text, -1) {
		spans = append(spans, Span{at[0], at[1]})
	}
	return spans, nil
}

func withDetector(t *testing.T, fail string, detector Detector, options ...Option) *Policy {
	t.Helper()
	options = append(options, WithDetector("names", detector), WithDetector("unasked", findNames))
	policy, err := Compile(fmt.Sprintf(hosted, fail), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { policy.Close() })
	return policy
}

func TestDetector(t *testing.T) {
	policy := withDetector(t, "refuse", findNames)
	input := []byte(`{"chat":"{\"text\":\"Zo\\u00eb, xxx, call Jo Doe\"}"}`)
	expected := []byte(`{"chat":"{\"text\":\"[NAME], [X], call [NAME]\"}"}`)
	everyWay(t, policy, input, func(way string, output []byte, err error) {
		if err != nil {
			t.Fatal(way, err)
		}
		same(t, way, output, expected)
	})
	findings := must(policy.Scan(input))
	if len(findings) != 3 || findings[0].Rule != "NAME" || findings[0].Path != "$['chat']['text']" || findings[0].Level != 2 ||
		string(input[findings[0].Start:findings[0].End]) != `Zo\\u00eb` {
		t.Fatal(findings)
	}
	loaded := must(Load(must(policy.Save()), WithDetector("names", findNames)))
	defer loaded.Close()
	same(t, "loaded", must(loaded.Mask(nil, input)), expected)
}

var errModel = errors.New("the model said: secret 4711")

func failing(kind string) Detector {
	return func(text string) ([]Span, error) {
		switch kind {
		case "error":
			return nil, errModel
		case "panic":
			panic("at secret 4711")
		case "runtime":
			return []Span{{}}[len(text):], nil
		case "too many":
			return make([]Span, 1025), nil
		case "out of bounds":
			return []Span{{0, len(text) + 1}}, nil
		case "negative":
			return []Span{{-1, 2}}, nil
		}
		return []Span{{2, 1}}, nil
	}
}

// A detector that fails in any way masks the value whole, or fails the call: as the policy says.
func TestDetectorFails(t *testing.T) {
	input := []byte(`["  ", {"a":"secret 4711"}]`)
	for _, kind := range []string{"error", "panic", "runtime", "too many", "out of bounds", "negative", "reversed"} {
		t.Run(kind, func(t *testing.T) {
			var told []error
			report := func(name string, err error) {
				if name != "names" {
					t.Error("the failure of", name)
				}
				told = append(told, err)
			}
			masking := withDetector(t, "mask", failing(kind), WithDetectorFailures(report))
			everyWay(t, masking, input, func(way string, output []byte, err error) {
				if err != nil || bytes.Contains(output, []byte("4711")) {
					t.Fatalf("%s: %s, %v", way, output, err)
				}
			})
			refusing := withDetector(t, "refuse", failing(kind))
			everyWay(t, refusing, input, func(way string, output []byte, err error) {
				var failed *Error
				if !errors.Is(err, ErrDetector) || !errors.As(err, &failed) || failed.Rule != "NAME" || failed.Offset != 2 {
					t.Fatalf("%s: %#v", way, err)
				}
				if strings.Contains(fmt.Sprintf("%s %v %+v %#v %s", err, err, err, err, output), "4711") {
					t.Fatalf("%s: the error shows the input", way)
				}
			})
			_, err := refusing.Mask(nil, input)
			var panicked *PanicError
			switch kind {
			case "error":
				if !errors.Is(err, errModel) || !errors.Is(told[0], errModel) {
					t.Fatal(err, told)
				}
			case "panic", "runtime":
				if !errors.As(err, &panicked) || panicked.Value == nil || !bytes.Contains(panicked.Stack, []byte("failing")) {
					t.Fatal(err)
				}
				if text := fmt.Sprintf("%v %+v %#v", panicked, panicked, panicked); strings.Contains(text, "4711") {
					t.Fatal(text)
				}
			case "too many":
				if !errors.Is(err, errTooManySpans) {
					t.Fatal(err)
				}
			}
		})
	}
}

// What reports failures may itself panic, and masking goes on.
func TestReportOfFailuresPanics(t *testing.T) {
	policy := withDetector(t, "mask", failing("error"), WithDetectorFailures(func(string, error) { panic("no") }))
	same(t, "", must(policy.Mask(nil, []byte(`["a"]`))), []byte(`["[NAME]"]`))
}

// A detector that ends its goroutine takes the masker with it, and nothing else.
func TestDetectorEndsItsGoroutine(t *testing.T) {
	policy := withDetector(t, "mask", func(text string) ([]Span, error) {
		if text == "exit" {
			exit()
		}
		return nil, nil
	}, WithMaxCalls(1))
	calls := map[string]func(){
		"Mask":        func() { policy.Mask(nil, []byte(`["exit"]`)) },
		"MaskInPlace": func() { policy.MaskInPlace([]byte(`["exit"]`)) },
		"Reader":      func() { io.ReadAll(policy.NewReader(strings.NewReader(`["exit"]`))) },
	}
	for name, call := range calls {
		ended, returned := make(chan struct{}), false
		go func() {
			defer close(ended)
			call()
			returned = true
		}()
		<-ended
		if returned {
			t.Fatal(name, "came back")
		}
		same(t, name, must(policy.Mask(nil, []byte(`["stay"]`))), []byte(`["stay"]`))
	}
}

// A detector that uses what asks it is told that it is busy; one that uses the policy gets another masker.
func TestDetectorUsesWhatAsksIt(t *testing.T) {
	var policy *Policy
	var masker *Masker
	inner := func(text string) error {
		if text != "outer" {
			return nil
		}
		if _, err := policy.Mask(nil, []byte(`["inner"]`)); err != nil {
			return err
		}
		_, err := masker.Mask(nil, []byte(`["inner"]`))
		return errors.Join(err, masker.Close())
	}
	policy = withDetector(t, "refuse", func(text string) ([]Span, error) { return nil, inner(text) })
	masker = must(policy.NewMasker())
	defer masker.Close()
	if _, err := masker.Mask(nil, []byte(`["outer"]`)); !errors.Is(err, ErrDetector) || !errors.Is(err, ErrBusy) {
		t.Fatal(err)
	}
	same(t, "", must(masker.Mask(nil, []byte(`["inner"]`))), []byte(`["inner"]`))
}

func TestDetectorIsMissing(t *testing.T) {
	_, err := Compile(fmt.Sprintf(hosted, "mask"), WithDetector("other", findNames))
	if !errors.Is(err, ErrNoDetector) || !strings.Contains(err.Error(), "names") {
		t.Fatal(err)
	}
}
