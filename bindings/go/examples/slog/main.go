// Command slog logs JSON whose values are masked before they are written.
//
//	go run ./examples/slog
package main

import (
	"io"
	"log"
	"log/slog"
	"os"

	spanmask "github.com/spanmask/spanmask/bindings/go"
)

const policy = `
version: 1
rules:
  - { id: EMAIL, detect: email, replace: "[EMAIL]" }
  - { id: SECRET, keys: ["*_token", password] }
`

// maskedWriter masks each record: slog's JSON handler writes one with each call.
type maskedWriter struct {
	policy *spanmask.Policy
	target io.Writer
}

// Write writes nothing when the record cannot be masked.
func (w maskedWriter) Write(record []byte) (int, error) {
	masked, err := w.policy.Mask(nil, record)
	if err != nil {
		return 0, err
	}
	if _, err := w.target.Write(masked); err != nil {
		return 0, err
	}
	return len(record), nil
}

func main() {
	compiled, err := spanmask.Compile(policy)
	if err != nil {
		log.Fatal(err)
	}
	defer compiled.Close()
	logger := slog.New(slog.NewJSONHandler(maskedWriter{compiled, os.Stdout}, nil))

	logger.Info("mail sent", "to", "jo@example.com", "bytes", 1234)
	logger.Info("tool called", "arguments", `{"query": "jo@example.com", "api_token": "s3cr3t"}`)
}
