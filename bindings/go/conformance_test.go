package spanmask

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// What conformance/README.md says, read with encoding/json.

type caseFile struct {
	About  string
	Policy json.RawMessage
	Cases  []conformanceCase
}

type conformanceCase struct {
	Name       string
	Policy     json.RawMessage
	PolicyText *struct{ Format, Text string } `json:"policy_text"`
	Externals  struct {
		Keys     map[string]string
		Literals map[string]string
	}
	Framing      string
	Input        *string
	InputBase64  []byte `json:"input_base64"`
	Repeat       *repeated
	Output       *string
	OutputRepeat *repeated `json:"output_repeat"`
	Error        *struct {
		Reason string
		Offset int64
	}
	Problems []struct {
		Kind, Path, Suggestion string
	}
	Warnings *[]string
	Counts   map[string]uint64
	Report   *struct {
		BytesMasked *uint64 `json:"bytes_masked"`
		Values      *uint64
		Texts       *uint64
	}
	Findings *[]Finding
	Absent   []string
	Present  []string
	Splits   string
}

type repeated struct {
	Prefix     string
	Unit       string
	Times      int
	SuffixUnit string `json:"suffix_unit"`
	Suffix     string
}

func (r *repeated) text() []byte {
	return []byte(r.Prefix + strings.Repeat(r.Unit, r.Times) + r.Suffix + strings.Repeat(r.SuffixUnit, r.Times))
}

func (c *conformanceCase) input(t *testing.T) []byte {
	switch {
	case c.Input != nil:
		return []byte(*c.Input)
	case c.InputBase64 != nil:
		return c.InputBase64
	case c.Repeat != nil:
		return c.Repeat.text()
	}
	t.Fatal("a case without input")
	return nil
}

func (c *conformanceCase) output() []byte {
	if c.OutputRepeat != nil {
		return c.OutputRepeat.text()
	}
	return []byte(*c.Output)
}

// conformance is a file in the folder of the cases. A module outside its repository has none.
func conformance(t testing.TB, parts ...string) string {
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "Cargo.toml")); err != nil {
		t.Skip("SKIP: the conformance cases are in the repository of spanmask")
	}
	return filepath.Join(append([]string{root, "conformance"}, parts...)...)
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func glob(t testing.TB, parts ...string) []string {
	t.Helper()
	files, err := filepath.Glob(conformance(t, parts...))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", parts, err)
	}
	return files
}

func caseFiles(t testing.TB) map[string]caseFile {
	files := map[string]caseFile{}
	for _, path := range glob(t, "cases", "*.json") {
		decoder := json.NewDecoder(bytes.NewReader(read(t, path)))
		decoder.DisallowUnknownFields()
		var file caseFile
		if err := decoder.Decode(&file); err != nil {
			t.Fatal(path, err)
		}
		files[strings.TrimSuffix(filepath.Base(path), ".json")] = file
	}
	return files
}

// policies compiles those of cases, each once.
type policies map[string]*Policy

func (p policies) of(file *caseFile, c *conformanceCase) (*Policy, error) {
	id := fmt.Sprintf("%s %s %v %v %s", file.Policy, c.Policy, c.PolicyText, c.Externals, c.Framing)
	if policy, known := p[id]; known {
		return policy, nil
	}
	policy, err := c.compile(file)
	if err == nil {
		p[id] = policy
	}
	return policy, err
}

func (p policies) close() {
	for policy := range maps.Values(p) {
		policy.Close()
	}
}

func (c *conformanceCase) compile(file *caseFile) (*Policy, error) {
	framing := WithFraming(Sequence)
	if c.Framing == "one" {
		framing = WithFraming(One)
	}
	text, format := string(c.Policy), JSON
	if c.Policy == nil {
		text = string(file.Policy)
	}
	var name string
	if json.Unmarshal([]byte(text), &name) == nil {
		return Preset(strings.TrimPrefix(name, "preset:"), framing)
	}
	if c.PolicyText != nil {
		text, format = c.PolicyText.Text, map[string]Format{"yaml": YAML, "json": JSON, "toml": TOML}[c.PolicyText.Format]
	}
	options := []Option{framing, WithFormat(format)}
	for name, key := range c.Externals.Keys {
		options = append(options, WithKey(name, []byte(key)))
	}
	for name, lines := range c.Externals.Literals {
		options = append(options, WithLiterals(name, []byte(lines)))
	}
	return Compile(text, options...)
}

func TestConformance(t *testing.T) {
	compiled := policies{}
	defer compiled.close()
	ran := 0
	for name, file := range caseFiles(t) {
		kind, _, _ := strings.Cut(name, "_")
		for _, c := range file.Cases {
			ran++
			t.Run(name+"/"+c.Name, func(t *testing.T) { run(t, compiled, kind, &file, &c) })
		}
	}
	t.Logf("%d cases", ran)
	if ran < 900 {
		t.Fatal("where are the others?")
	}
}

func run(t *testing.T, compiled policies, kind string, file *caseFile, c *conformanceCase) {
	policy, err := compiled.of(file, c)
	if c.Problems != nil {
		expectProblems(t, c, err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	expectWarnings(t, c, policy)
	input := c.input(t)
	if c.Error != nil {
		everyWay(t, policy, input, func(way string, output []byte, err error) {
			var refused *Error
			if !errors.As(err, &refused) || refused.Code != ErrRefused || refused.Reason.String() != c.Error.Reason ||
				refused.Offset != c.Error.Offset {
				t.Fatalf("%s: %v, but expected %v", way, err, c.Error)
			}
		})
		return
	}
	masker := must(policy.NewMasker())
	defer masker.Close()
	output := must(masker.Mask(nil, input))
	expectCounts(t, c, must(masker.Report()))
	switch kind {
	case "mask":
		same(t, "", output, c.output())
	case "keep":
		same(t, "", output, input)
	case "free":
		sameShape(t, input, output)
	default:
		t.Fatal("a case that is neither refused nor masked")
	}
	everyWay(t, policy, input, func(way string, masked []byte, err error) {
		if err != nil {
			t.Fatal(way, err)
		}
		same(t, way, masked, output)
	})
	loaded := must(Load(must(policy.SaveWithKeys()), WithFraming(policy.p.of.config.framing)))
	defer loaded.Close()
	same(t, "loaded", must(loaded.Mask(nil, input)), output)
	findings := must(masker.Scan(input))
	if report := must(masker.Report()); report.Parts != uint64(len(findings)) {
		t.Fatalf("%d findings, %d parts", len(findings), report.Parts)
	}
	if c.Findings != nil && !slices.Equal(findings, *c.Findings) {
		t.Fatalf("findings\n%v\nexpected\n%v", findings, *c.Findings)
	}
	expectTexts(t, c, output)
}

// everyWay masks an input in every way that there is.
func everyWay(t *testing.T, policy *Policy, input []byte, expect func(way string, output []byte, err error)) {
	output, err := policy.Mask(nil, input)
	expect("Mask", output, err)
	longest := max(len(input), len(output))
	for _, room := range []int{0, 1, len(output), longest, longest + 100, longest*2 + 100} {
		prefix := append(make([]byte, 0, 3+room), "abc"...)
		masked, err := policy.Mask(prefix, input)
		if string(masked[:3]) != "abc" {
			t.Fatal("what was there has changed")
		}
		expect(fmt.Sprintf("Mask with %d", room), masked[3:], err)
		if room >= len(input) {
			buffer := append(make([]byte, 0, room), input...)
			masked, err := policy.Mask(buffer[:0], buffer)
			expect(fmt.Sprintf("Mask where it lies, of %d", room), masked, err)
			if err != nil || len(masked) > room {
				same(t, "the buffer", buffer, input)
			}
		}
	}
	buffer := append(bytes.Clone(input), "behind"...)
	masked, err := policy.MaskInPlace(buffer[:len(input)])
	expect("MaskInPlace", masked, err)
	if string(buffer[len(input):]) != "behind" {
		t.Fatal("what lay behind has changed")
	}
	if err != nil {
		same(t, "the buffer", buffer[:len(input)], input)
		if _, found := policy.Scan(input); found == nil {
			t.Fatal("Scan accepts what Mask does not")
		}
	}
	inPieces(policy, input, expect)
}

// inPieces cuts short inputs at every place, and long ones in some ways.
func inPieces(policy *Policy, input []byte, expect func(way string, output []byte, err error)) {
	type cut struct{ first, others, room int }
	cuts := []cut{
		{1 << 30, 1, 1 << 16},
		{len(input)/2 + 1, len(input)/3 + 1, len(input) + 1},
		{1, 1 + len(input)/50, 3 + len(input)/100},
	}
	if len(input) <= 256 {
		for first := range len(input) {
			cuts = append(cuts, cut{first + 1, len(input), 1 + first%9}, cut{first + 1, 1, 64})
		}
	}
	var options []StreamOption
	if len(input) > 1<<20 {
		options = append(options, WithWindow(len(input)+32))
	}
	for _, c := range cuts {
		reader := policy.NewReader(&pieces{rest: input, next: c.first, others: c.others}, options...)
		output, err := readAll(reader, c.room)
		expect(fmt.Sprintf("Reader %v", c), output, err)

		var written bytes.Buffer
		writer := policy.NewWriter(&written, options...)
		cutting := &pieces{rest: input, next: c.first, others: c.others}
		_, err = io.CopyBuffer(onlyWriter{writer}, cutting, make([]byte, max(1, len(input))))
		if closed := writer.Close(); err == nil {
			err = closed
		}
		expect(fmt.Sprintf("Writer %v", c), written.Bytes(), err)
	}
	output, err := io.ReadAll(policy.NewReader(iotest.DataErrReader(bytes.NewReader(input)), options...))
	expect("Reader whose source ends with its last bytes", output, err)
}

// pieces reads a first piece of one length, the others of another.
type pieces struct {
	rest         []byte
	next, others int
}

func (p *pieces) Read(buffer []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(buffer[:min(len(buffer), max(1, p.next))], p.rest)
	p.rest, p.next = p.rest[n:], p.others
	return n, nil
}

// onlyWriter hides every other method.
type onlyWriter struct{ io.Writer }

func readAll(reader io.Reader, room int) ([]byte, error) {
	var all []byte
	buffer := make([]byte, room)
	for {
		n, err := reader.Read(buffer)
		all = append(all, buffer[:n]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

func expectProblems(t *testing.T, c *conformanceCase, err error) {
	var refused *Error
	if !errors.As(err, &refused) || !errors.Is(err, ErrPolicy) || len(refused.Problems) != len(c.Problems) {
		t.Fatalf("expected %v, got %v", c.Problems, err)
	}
	for i, problem := range refused.Problems {
		wanted := c.Problems[i]
		if problem.Kind.String() != wanted.Kind || problem.Path != wanted.Path ||
			!strings.Contains(problem.Suggestion, wanted.Suggestion) {
			t.Errorf("expected %v, got %v", wanted, problem)
		}
		if !strings.Contains(err.Error(), problem.Message) {
			t.Errorf("the error does not tell %v", problem)
		}
	}
}

func expectWarnings(t *testing.T, c *conformanceCase, policy *Policy) {
	if c.Warnings == nil {
		return
	}
	var places []string
	for _, warning := range policy.Warnings() {
		places = append(places, warning.Path)
	}
	if !slices.Equal(places, *c.Warnings) {
		t.Fatalf("warnings at %v, expected %v", places, *c.Warnings)
	}
}

func expectCounts(t *testing.T, c *conformanceCase, report Report) {
	if c.Report != nil {
		for what, numbers := range map[string][2]*uint64{
			"bytes":  {c.Report.BytesMasked, &report.BytesMasked},
			"values": {c.Report.Values, &report.Values},
			"texts":  {c.Report.Texts, &report.Texts},
		} {
			if numbers[0] != nil && *numbers[0] != *numbers[1] {
				t.Errorf("%s: %d, expected %d", what, *numbers[1], *numbers[0])
			}
		}
	}
	if c.Counts == nil {
		return
	}
	parts := uint64(0)
	for rule, count := range report.Counts() {
		if count != c.Counts[rule] || report.Count(rule) != count {
			t.Errorf("parts of %s: %d, expected %d", rule, count, c.Counts[rule])
		}
		parts += count
	}
	if parts != report.Parts {
		t.Errorf("%d parts, of which %d are counted", report.Parts, parts)
	}
}

func expectTexts(t *testing.T, c *conformanceCase, output []byte) {
	var all []string
	eachString(t, output, func(text string) { all = append(all, text) })
	holds := func(part string) bool {
		return slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, part) })
	}
	for _, text := range c.Absent {
		if holds(text) {
			t.Errorf("still there: %s", text)
		}
	}
	for _, text := range c.Present {
		if !holds(text) {
			t.Errorf("gone: %s", text)
		}
	}
}

// What must be accepted comes back as it was, what must not is refused.
func TestJSONTestSuite(t *testing.T) {
	var answers map[string]struct{ Accepted bool }
	if err := json.Unmarshal(read(t, conformance(t, "json-test-suite", "answers.json")), &answers); err != nil {
		t.Fatal(err)
	}
	policy := must(Compile(`{version: 1, rules: [{id: EMAIL, detect: email}]}`, WithFraming(One)))
	defer policy.Close()
	ran := 0
	for _, path := range glob(t, "json-test-suite", "?_*.json") {
		name, text := filepath.Base(path), read(t, path)
		answer, open := answers[name]
		ran++
		everyWay(t, policy, text, func(way string, output []byte, err error) {
			switch accepted := err == nil; {
			case accepted != (name[0] == 'y' || open && answer.Accepted):
				t.Errorf("%s: %s: %v", name, way, err)
			case accepted:
				same(t, name, output, text)
			case !errors.Is(err, ErrRefused):
				t.Errorf("%s: %s: %v", name, way, err)
			}
		})
	}
	if ran < 300 {
		t.Fatalf("%d files", ran)
	}
}

// Nothing that was planted in the captured traces is left at any level.
func TestTraces(t *testing.T) {
	var truth map[string][]string
	if err := json.Unmarshal(read(t, conformance(t, "traces", "truth.json")), &truth); err != nil {
		t.Fatal(err)
	}
	delete(truth, "name") // No detector finds names.
	policy := defaultPolicy(t)
	for _, path := range glob(t, "traces", "*_*.json") {
		input, planted := read(t, path), 0
		eachString(t, input, func(text string) { planted += count(truth, text) })
		everyWay(t, policy, input, func(way string, output []byte, err error) {
			if err != nil {
				t.Fatal(path, way, err)
			}
			if way != "Mask" && planted > 0 {
				same(t, way, output, must(policy.Mask(nil, input)))
				return
			}
			left := 0
			eachString(t, output, func(text string) { left += count(truth, text) })
			if planted == 0 || left > 0 {
				t.Errorf("%s: %d of %d planted values are left", path, left, planted)
			}
		})
		sameShape(t, input, must(policy.Mask(nil, input)))
	}
}

func count(truth map[string][]string, text string) int {
	n := 0
	for _, values := range truth {
		for _, value := range values {
			if strings.Contains(text, value) {
				n++
			}
		}
	}
	return n
}
