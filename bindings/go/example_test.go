package spanmask_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"regexp"
	"strings"

	spanmask "github.com/spanmask/spanmask/bindings/go"
)

const rules = `
version: 1
rules:
  - { id: EMAIL, detect: email, replace: "[EMAIL]" }
  - { id: SECRET, keys: ["*_token"] }
`

func Example() {
	policy, err := spanmask.Compile(rules)
	if err != nil {
		log.Fatal(err)
	}
	defer policy.Close()

	body := []byte(`{"note": "{\"to\": \"jo\\u0040example.com\"}", "api_token": "s3cr3t", "id": 7}`)
	masked, err := policy.Mask(nil, body)
	if err != nil {
		log.Fatal(err) // Nothing unmasked is sent.
	}
	fmt.Printf("%s\n", masked)
	// Output: {"note": "{\"to\": \"[EMAIL]\"}", "api_token": "[REDACTED]", "id": 7}
}

// Text after text, into one slice that is used again and again.
func ExamplePolicy_Mask() {
	policy, err := spanmask.Compile(rules)
	if err != nil {
		log.Fatal(err)
	}
	defer policy.Close()

	var out []byte
	for _, body := range []string{`["jo@example.com"]`, `["nobody"]`} {
		if out, err = policy.Mask(out[:0], []byte(body)); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", out)
	}
	// Output:
	// ["[EMAIL]"]
	// ["nobody"]
}

// Where the text lies; only a result that is longer comes in new memory.
func ExamplePolicy_MaskInPlace() {
	policy, err := spanmask.Compile(rules)
	if err != nil {
		log.Fatal(err)
	}
	defer policy.Close()

	body := []byte(`{"from": "jo@example.com"}`)
	body, err = policy.MaskInPlace(body)
	fmt.Printf("%s %v\n", body, err)
	// Output: {"from": "[EMAIL]"} <nil>
}

func ExamplePolicy_NewReader() {
	policy, err := spanmask.Compile(rules)
	if err != nil {
		log.Fatal(err)
	}
	defer policy.Close()

	lines := strings.NewReader(`{"from": "jo@example.com"}
{"from": "zoe@example.com"}
`)
	reader := policy.NewReader(lines)
	defer reader.Close()
	if _, err := io.Copy(os.Stdout, reader); err != nil {
		log.Fatal(err)
	}
	// Output:
	// {"from": "[EMAIL]"}
	// {"from": "[EMAIL]"}
}

func ExamplePolicy_NewWriter() {
	policy, err := spanmask.Compile(rules)
	if err != nil {
		log.Fatal(err)
	}
	defer policy.Close()

	writer := policy.NewWriter(os.Stdout)
	fmt.Fprint(writer, `{"from": "jo@exa`)
	fmt.Fprintln(writer, `mple.com"}`)
	if err := writer.Close(); err != nil {
		log.Fatal(err)
	}
	report, _ := writer.Report()
	fmt.Println(report.Count("EMAIL"))
	// Output:
	// {"from": "[EMAIL]"}
	// 1
}

// What would be masked, and where; never the text itself.
func ExamplePolicy_Scan() {
	policy, err := spanmask.Compile(rules)
	if err != nil {
		log.Fatal(err)
	}
	defer policy.Close()

	findings, err := policy.Scan([]byte(`{"chat": ["hello", "I am jo@example.com"]}`))
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range findings {
		fmt.Println(f.Rule, f.Path, f.Start, f.End)
	}
	// Output: EMAIL $['chat'][1] 25 39
}

// A rule with detect: host:NAME asks a function: a model, or here a regular expression.
func ExampleWithDetector() {
	names := regexp.MustCompile(`Zoë|Jo Doe`)
	detector := func(text string) ([]spanmask.Span, error) {
		var spans []spanmask.Span
		for _, at := range names.FindAllStringIndex(text, -1) {
			spans = append(spans, spanmask.Span{Start: at[0], End: at[1]})
		}
		return spans, nil
	}
	policy, err := spanmask.Compile(`
version: 1
rules:
  - { id: NAME, detect: host:names, fail: refuse, replace: "[NAME]" }
`, spanmask.WithDetector("names", detector))
	if err != nil {
		log.Fatal(err)
	}
	defer policy.Close()

	masked, err := policy.Mask(nil, []byte(`["Ask Zo\u00eb or Jo Doe"]`))
	fmt.Printf("%s %v\n", masked, err)
	// Output: ["Ask [NAME] or [NAME]"] <nil>
}

func ExampleError() {
	policy, err := spanmask.Compile(rules)
	if err != nil {
		log.Fatal(err)
	}
	defer policy.Close()

	_, err = policy.Mask(nil, []byte(`{"a": 1,}`))
	var refused *spanmask.Error
	if errors.Is(err, spanmask.ErrRefused) && errors.As(err, &refused) {
		fmt.Println(refused.Reason, refused.Offset)
	}
	_, err = spanmask.Compile(`{version: 1, rules: [{id: A, patern: x}]}`)
	fmt.Println(err)
	// Output:
	// syntax 8
	// spanmask: the policy has problems
	// rules[0].patern: there is no field `patern` (did you mean `pattern`?)
}
