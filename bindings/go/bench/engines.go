package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"

	spanmask "github.com/spanmask/spanmask/bindings/go"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/redactionprocessor"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
)

// all engines; the first two look into nested texts.
func all() ([]*engine, error) {
	policy, err := spanmask.Compile(rules(), spanmask.WithFormat(spanmask.JSON))
	if err != nil {
		return nil, err
	}
	redaction, err := redactionProcessor()
	if err != nil {
		return nil, err
	}
	return []*engine{inPlace(policy), decoded(), appended(policy), read(policy), redacted(redaction), redactedJSON(redaction)}, nil
}

func rules() []byte {
	rule := map[string]any{"id": "PATTERNS", "patterns": patterns, "replace": token}
	text, err := json.Marshal(map[string]any{"version": 1, "rules": []any{rule}})
	if err != nil {
		panic(err) // Strings and numbers can be encoded.
	}
	return text
}

func inPlace(policy *spanmask.Policy) *engine {
	var text []byte
	return &engine{
		name:    "spanmask in place",
		prepare: func(original []byte) { text = append(text[:0], original...) },
		mask:    func() ([]byte, error) { return policy.MaskInPlace(text) },
	}
}

func appended(policy *spanmask.Policy) *engine {
	var text, out []byte
	return &engine{
		name:    "spanmask append",
		prepare: func(original []byte) { text = original },
		mask: func() (_ []byte, err error) {
			out, err = policy.Mask(out[:0], text)
			return out, err
		},
	}
}

func read(policy *spanmask.Policy) *engine {
	var text []byte
	var out bytes.Buffer
	return &engine{
		name:    "spanmask reader",
		prepare: func(original []byte) { text = original },
		mask: func() ([]byte, error) {
			out.Reset()
			_, err := io.Copy(&out, policy.NewReader(bytes.NewReader(text)))
			return out.Bytes(), err
		},
	}
}

// decoded is what one writes by hand: decode, replace in each string at each level, encode.
func decoded() *engine {
	var text []byte
	return &engine{
		name:    "encoding/json + regexp",
		prepare: func(original []byte) { text = original },
		mask: func() ([]byte, error) {
			var value any
			if err := decode(text, &value); err != nil {
				return nil, err
			}
			return encode(walk(value, func(text string) string {
				for _, expression := range expressions {
					text = expression.ReplaceAllString(text, token)
				}
				return text
			})), nil
		},
	}
}

// processed is a processor, and what came out of it.
type processed struct {
	processor processor.Traces
	sink      *consumertest.TracesSink
}

func redactionProcessor() (*processed, error) {
	factory := redactionprocessor.NewFactory()
	config := factory.CreateDefaultConfig().(*redactionprocessor.Config)
	config.AllowAllKeys, config.BlockedValues, config.Summary = true, patterns, "silent"
	sink := new(consumertest.TracesSink)
	made, err := factory.CreateTraces(context.Background(), processortest.NewNopSettings(factory.Type()), config, sink)
	return &processed{made, sink}, err
}

func (p *processed) run(traces ptrace.Traces) (ptrace.Traces, error) {
	p.sink.Reset()
	err := p.processor.ConsumeTraces(context.Background(), traces)
	return p.sink.AllTraces()[0], err
}

// redacted is the processor alone, on traces that are decoded already. It gives their JSON when it is checked only.
func redacted(redaction *processed) *engine {
	var traces ptrace.Traces
	checked := false
	return &engine{
		name: "redaction, decoded",
		prepare: func(original []byte) {
			var err error
			if traces, err = new(ptrace.JSONUnmarshaler).UnmarshalTraces(original); err != nil {
				panic(err) // The text is one of ours.
			}
		},
		mask: func() ([]byte, error) {
			masked, err := redaction.run(traces)
			if err != nil || checked {
				return nil, err
			}
			checked = true
			return new(ptrace.JSONMarshaler).MarshalTraces(masked)
		},
	}
}

// redactedJSON is the processor between JSON and JSON, which is what the others do.
func redactedJSON(redaction *processed) *engine {
	var text []byte
	return &engine{
		name:    "redaction, JSON to JSON",
		prepare: func(original []byte) { text = original },
		mask: func() ([]byte, error) {
			traces, err := new(ptrace.JSONUnmarshaler).UnmarshalTraces(text)
			if err != nil {
				return nil, err
			}
			masked, err := redaction.run(traces)
			if err != nil {
				return nil, err
			}
			return new(ptrace.JSONMarshaler).MarshalTraces(masked)
		},
	}
}
