package spanmask

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// exit ends the goroutine, as t.FailNow does.
func exit() { runtime.Goexit() }

const emails = `{version: 1, rules: [{id: EMAIL, detect: email, replace: "[EMAIL]"}]}`

func compile(t testing.TB, text string, options ...Option) *Policy {
	t.Helper()
	policy, err := Compile(text, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { policy.Close() })
	return policy
}

func expectCode(t *testing.T, what string, err error, code Code) {
	t.Helper()
	var typed *Error
	if !errors.Is(err, code) || !errors.As(err, &typed) || typed.Code != code || err.Error() == "" {
		t.Errorf("%s: %v, expected %v", what, err, code)
	}
}

// Every call of what is nil, zero or closed says so.
func TestClosed(t *testing.T) {
	open := compile(t, emails)
	closed := compile(t, emails)
	masker, reader, writer := must(open.NewMasker()), open.NewReader(strings.NewReader("[]")), open.NewWriter(io.Discard)
	for range 2 {
		for _, it := range []io.Closer{closed, masker, reader, writer} {
			if err := it.Close(); err != nil && it != io.Closer(writer) {
				t.Fatal(err)
			}
		}
	}
	for name, policy := range map[string]*Policy{"nil": nil, "zero": {}, "closed": closed} {
		dst := []byte("dst")
		out, err := policy.Mask(dst, []byte(`[]`))
		expectCode(t, name, err, ErrClosed)
		same(t, name, out, dst)
		out, err = policy.MaskInPlace([]byte(`[]`))
		expectCode(t, name, err, ErrClosed)
		if out != nil {
			t.Error("a result")
		}
		_, err = policy.Scan(nil)
		expectCode(t, name, err, ErrClosed)
		_, err = policy.Save()
		expectCode(t, name, err, ErrClosed)
		_, err = policy.NewMasker()
		expectCode(t, name, err, ErrClosed)
		_, err = policy.NewReader(strings.NewReader("[]")).Read(make([]byte, 9))
		expectCode(t, name, err, ErrClosed)
		_, err = policy.NewWriter(io.Discard).Write([]byte("[]"))
		expectCode(t, name, err, ErrClosed)
		if err := policy.Close(); err != nil {
			t.Error(err)
		}
		policy.Warnings()
		if rules := policy.Rules(); (len(rules) == 1) != (name == "closed") {
			t.Error(rules)
		}
	}
	for name, m := range map[string]*Masker{"nil": nil, "zero": {}, "closed": masker} {
		_, err := m.Mask(nil, []byte(`[]`))
		expectCode(t, name, err, ErrClosed)
		_, err = m.MaskInPlace([]byte(`[]`))
		expectCode(t, name, err, ErrClosed)
		_, err = m.Scan(nil)
		expectCode(t, name, err, ErrClosed)
		_, err = m.Report()
		expectCode(t, name, err, ErrClosed)
	}
	for name, r := range map[string]*Reader{"nil": nil, "zero": {}, "closed": reader} {
		_, err := r.Read(make([]byte, 9))
		expectCode(t, name, err, ErrClosed)
	}
	for name, w := range map[string]*Writer{"nil": nil, "zero": {}, "closed": writer} {
		_, err := w.Write([]byte("[]"))
		expectCode(t, name, err, ErrClosed)
	}
}

// What was opened before the policy was closed works on.
func TestCloseLeavesOthersOpen(t *testing.T) {
	policy := must(Compile(emails))
	masker := must(policy.NewMasker())
	defer masker.Close()
	var written bytes.Buffer
	reader, writer := policy.NewReader(strings.NewReader(`["jo@example.com"]`)), policy.NewWriter(&written)
	policy.Close()
	expected := []byte(`["[EMAIL]"]`)
	same(t, "Masker", must(masker.Mask(nil, []byte(`["jo@example.com"]`))), expected)
	same(t, "Reader", must(io.ReadAll(reader)), expected)
	must(writer.Write([]byte(`["jo@example.com"]`)))
	must(0, writer.Close())
	same(t, "Writer", written.Bytes(), expected)
}

// Where src and dst may share memory.
func TestOverlap(t *testing.T) {
	policy := compile(t, emails)
	text := `["jo@example.com", "a longer text than that"]`
	expected := []byte(`["[EMAIL]", "a longer text than that"]`)
	for _, at := range []int{0, 1, 7, 30} {
		for _, from := range []int{0, 1, 7, 30} {
			buffer := make([]byte, 100)
			src := append(buffer[from:from], text...)
			out, err := policy.Mask(buffer[:at], src)
			if at == from {
				if err != nil {
					t.Fatal(err)
				}
				same(t, "", out[at:], expected)
				continue
			}
			expectCode(t, fmt.Sprint(at, from), err, ErrOverlap)
			same(t, "src", src, []byte(text))
		}
	}
	// What ends where the other begins shares nothing.
	buffer := append(make([]byte, 50, 200), text...)
	same(t, "", must(policy.Mask(buffer[:0:50], buffer[50:])), expected)
	// Too little room for the text itself: it goes elsewhere.
	src := []byte(text)
	same(t, "", must(policy.Mask(src[:0:5], src)), expected)
	same(t, "src", src, []byte(text))
}

// A result that outgrows the room takes nothing along of what lay there.
func TestGrowing(t *testing.T) {
	policy := compile(t, `{version: 1, rules: [{id: ALL, pattern: "4711", replace: "[A LONG TOKEN]"}]}`)
	src := []byte(`["4711"]`)
	out := must(policy.Mask(src[:0], src))
	same(t, "", out, []byte(`["[A LONG TOKEN]"]`))
	if bytes.Contains(out[:cap(out)], []byte("4711")) {
		t.Error("the text lies behind its result")
	}
	var all []byte
	for range 1000 {
		all = must(policy.Mask(all, src))
	}
	same(t, "", all, bytes.Repeat([]byte(`["[A LONG TOKEN]"]`), 1000))
}

func TestOptions(t *testing.T) {
	for name, options := range map[string][]Option{
		"format":    {WithFormat(9)},
		"framing":   {WithFraming(7)},
		"detector":  {WithDetector("d", nil)},
		"calls":     {WithMaxCalls(0)},
		"key name":  {WithKey("\xff", nil)},
		"list name": {WithLiterals("\xff", []byte("a"))},
	} {
		policy, err := Compile(emails, options...)
		if err == nil {
			_, err = policy.Mask(nil, nil)
		}
		expectCode(t, name, err, ErrArgument)
	}
	_, err := Compile("\xff")
	expectCode(t, "no UTF-8", err, ErrArgument)
	for _, option := range []Option{WithFormat(JSON), WithKey("k", nil), WithLiterals("l", nil)} {
		_, err := Preset("default", option)
		expectCode(t, "Preset", err, ErrArgument)
		_, err = Load(nil, option)
		expectCode(t, "Load", err, ErrArgument)
	}
	policy := compile(t, emails)
	for name, reader := range map[string]*Reader{
		"negative": policy.NewReader(strings.NewReader("[]"), WithWindow(-1)),
		"small":    policy.NewReader(strings.NewReader("[]"), WithWindow(31)),
		"large":    policy.NewReader(strings.NewReader("[]"), WithWindow(math.MaxInt)),
		"oversize": policy.NewReader(strings.NewReader("[]"), WithOversize(3)),
		"nil":      policy.NewReader(nil),
	} {
		_, err := reader.Read(make([]byte, 9))
		expectCode(t, name, err, ErrArgument)
		reader.Close()
	}
	_, err = policy.NewWriter(nil).Write(nil)
	expectCode(t, "nil", err, ErrArgument)
}

func TestPolicyErrors(t *testing.T) {
	_, err := Preset("nobody's")
	expectCode(t, "Preset", err, ErrPolicy)
	_, err = Compile(`{version: 1, rules: [{id: A, patern: x}]}`)
	expectCode(t, "Compile", err, ErrPolicy)
	if text := err.Error(); !strings.Contains(text, "rules[0].patern") || !strings.Contains(text, "pattern") {
		t.Error(text)
	}
	keyed := compile(t, `{version: 1, rules: [{id: A, pattern: x, hash: {key_env: K}}]}`, WithKey("K", []byte("key")))
	_, err = keyed.Save()
	expectCode(t, "Save", err, ErrKeys)
	image := must(keyed.SaveWithKeys())
	for _, damaged := range [][]byte{nil, image[:len(image)-1], append(bytes.Clone(image[:99]), make([]byte, 999)...)} {
		_, err = Load(damaged)
		expectCode(t, "Load", err, ErrImage)
	}
	loaded := must(Load(image))
	defer loaded.Close()
	same(t, "", must(loaded.Mask(nil, []byte(`["x"]`))), must(keyed.Mask(nil, []byte(`["x"]`))))
}

func TestErrorTexts(t *testing.T) {
	policy := compile(t, emails)
	_, err := policy.Mask(nil, []byte(`["a", tru]`))
	if text := err.Error(); text != "spanmask: the input is not JSON: literal at byte 9" {
		t.Error(text)
	}
	for code := range Code(20) {
		if text := code.Error(); !strings.HasPrefix(text, "spanmask: ") {
			t.Error(text)
		}
	}
	if Reason(99).String() != "reason 99" || ProblemKind(-1).String() != "problem -1" || Code(99).Error() != "spanmask: status 99" {
		t.Error("numbers that are newer than this package")
	}
}

// No error shows a byte of the input.
func TestErrorsShowNoInput(t *testing.T) {
	policy := compile(t, emails)
	const canary = "canary"
	for _, text := range []string{`["canary`, `canary`, `["canary\x"]`, `{"canary" 1}`, `["canary"] canary`, "[\"canary\xff\"]"} {
		everyWay(t, policy, []byte(text), func(way string, output []byte, err error) {
			shown := fmt.Sprintf("%v %+v %#v %q", err, err, err, err)
			if err == nil || strings.Contains(shown, canary) {
				t.Errorf("%s: %s", way, shown)
			}
		})
	}
	if shown := fmt.Sprintf("%v %+v %#v", policy, policy, policy.Rules()); strings.Contains(shown, canary) {
		t.Error(shown)
	}
}

var errSource = errors.New("the source")

// What source and target fail with comes through, and nothing unmasked does.
func TestSourceAndTargetFail(t *testing.T) {
	policy := compile(t, emails)
	input := `["jo@example.com"` + strings.Repeat(`, "a"`, 1000)
	reader := policy.NewReader(io.MultiReader(strings.NewReader(input), iotest.ErrReader(errSource)))
	output, err := io.ReadAll(reader)
	if err != errSource || bytes.Contains(output, []byte("jo@")) {
		t.Fatalf("%s, %v", output, err)
	}
	if _, err := reader.Read(make([]byte, 1)); err != errSource {
		t.Fatal(err)
	}
	idle := readerFunc(func([]byte) (int, error) { return 0, nil })
	if _, err := policy.NewReader(idle).Read(make([]byte, 1)); err != io.ErrNoProgress {
		t.Fatal(err)
	}
	for target, expected := range map[io.Writer]error{
		writerFunc(func([]byte) (int, error) { return 0, errSource }).of():      errSource,
		writerFunc(func(p []byte) (int, error) { return len(p) - 1, nil }).of(): io.ErrShortWrite,
	} {
		writer := policy.NewWriter(target)
		_, err := writer.Write([]byte(input + "]"))
		for range 2 {
			if closed := writer.Close(); err == nil {
				err = closed
			} else if closed != err {
				t.Fatal(closed)
			}
		}
		if err != expected {
			t.Fatal(err)
		}
		if _, err := writer.Write(nil); err != expected {
			t.Fatal(err)
		}
	}
}

// The reader does all that io.Reader asks for.
func TestReaderIsOne(t *testing.T) {
	policy := compile(t, emails)
	text := `["jo@example.com"` + strings.Repeat(`, "a"`, 100) + "]"
	if err := iotest.TestReader(policy.NewReader(strings.NewReader(text)), must(policy.Mask(nil, []byte(text)))); err != nil {
		t.Fatal(err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type writerFunc func([]byte) (int, error)

func (f writerFunc) of() io.Writer { return &struct{ writer }{writer{f}} }

type writer struct{ write writerFunc }

func (w writer) Write(p []byte) (int, error) { return w.write(p) }

// A source that uses the reader that reads it is told that it is busy.
func TestSourceUsesItsReader(t *testing.T) {
	policy := compile(t, emails)
	var reader *Reader
	reader = policy.NewReader(readerFunc(func(p []byte) (int, error) {
		_, err := reader.Read(p)
		return 0, errors.Join(err, reader.Close())
	}))
	_, err := reader.Read(make([]byte, 9))
	if !errors.Is(err, ErrBusy) {
		t.Fatal(err)
	}
}

func TestOversize(t *testing.T) {
	policy := compile(t, emails)
	input := `["short", "` + strings.Repeat("long ", 100) + `"]`
	_, err := io.ReadAll(policy.NewReader(strings.NewReader(input), WithWindow(64), WithOversize(OversizeError)))
	expectCode(t, "error", err, ErrOversize)
	var typed *Error
	if errors.As(err, &typed); typed.Offset != 10 || !strings.Contains(err.Error(), "at byte 10") {
		t.Error(err)
	}
	reader := policy.NewReader(strings.NewReader(input), WithWindow(64), WithOversize(OversizeMask))
	output := must(io.ReadAll(reader))
	if bytes.Contains(output, []byte("long")) || must(reader.Report()).Oversized != 1 {
		t.Errorf("%s", output)
	}
}

func TestReports(t *testing.T) {
	policy := compile(t, emails)
	input := []byte(`["jo@example.com", {"to": "jo@example.com"}] []`)
	reader, writer := policy.NewReader(bytes.NewReader(input)), policy.NewWriter(io.Discard)
	must(io.ReadAll(reader))
	must(writer.Write(input))
	must(0, writer.Close())
	masker := must(policy.NewMasker())
	defer masker.Close()
	must(masker.Mask(nil, input))
	for name, report := range map[string]Report{
		"reader": must(reader.Report()), "writer": must(writer.Report()), "masker": must(masker.Report()),
	} {
		if report.Count("EMAIL") != 2 || report.Parts != 2 || report.BytesMasked != 28 || report.Texts != 2 || report.Count("X") != 0 {
			t.Errorf("%s: %+v", name, report)
		}
	}
}

func TestLibrary(t *testing.T) {
	if version, path := Library(); version == "" || path == "" {
		t.Error(version, path)
	}
}

// Masking into room that suffices takes no memory of Go's.
func TestNoAllocation(t *testing.T) {
	policy := compile(t, emails)
	src := []byte(`["jo@example.com"]`)
	buf, out := bytes.Clone(src), make([]byte, 0, 100)
	if n := testing.AllocsPerRun(100, func() {
		copy(buf, src)
		must(policy.MaskInPlace(buf))
		must(policy.Mask(out, src))
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
