//go:build spanmask_coretime

package spanmask

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/spanmask/spanmask/bindings/go/internal/ffi"
)

// BenchmarkOverCore compares with the core in place, called in a loop in C: same process, same bytes, in turns. It tells
// medians of CPU time, and ratios to the core.
//
//	go test -tags spanmask_coretime -run '^$' -bench OverCore
func BenchmarkOverCore(b *testing.B) {
	few := compile(b, `
version: 1
rules:
  - { id: TICKET, pattern: 'INC-\d{6}', replace: "[TICKET]" }
  - { id: CARD, pattern: 'card \d{13,16}', replace: "[CARD]" }
  - { id: SECRET, keys: ["*_token"] }
`)
	for name, policy := range map[string]*Policy{"three-rules": few, "default": defaultPolicy(b)} {
		for _, size := range []struct {
			name           string
			length, copies int
		}{{"4KB", 4 << 10, 64}, {"64KB", 64 << 10, 8}, {"1MB", 1 << 20, 1}} {
			b.Run(name+"/"+size.name, func(b *testing.B) {
				compareWithCore(b, policy, event(b, size.length), size.copies)
			})
		}
	}
}

// event is JSON of up to so many bytes: spans of a captured trace.
func event(b *testing.B, length int) []byte {
	spans := bytes.Split(read(b, conformance(b, "traces", "py5_medium.worker.json")), []byte(`},{"traceId"`))
	text, added := []byte(`[`), true
	for added {
		added = false
		for _, span := range spans[1 : len(spans)-1] {
			if len(text)+len(span)+len(`{"traceId"},`) <= length {
				text = fmt.Appendf(text, `{"traceId"%s},`, span)
				added = true
			}
		}
	}
	return append(text[:len(text)-1], ']')
}

type contender struct {
	name string
	// Masks all copies; nil for the core.
	mask func(copy []byte) ([]byte, error)
	took []time.Duration
}

func compareWithCore(b *testing.B, policy *Policy, text []byte, copies int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	core := must(policy.NewMasker())
	defer core.Close()
	masker := must(policy.NewMasker())
	defer masker.Close()
	expected := must(policy.Mask(nil, text))
	slot := 2 * len(text)
	buffer := make([]byte, copies*slot)
	var out []byte
	room := make([]byte, 64<<10)
	contenders := []*contender{
		{name: "core"},
		{name: "MaskInPlace", mask: policy.MaskInPlace},
		{name: "Mask-in-place", mask: func(text []byte) ([]byte, error) { return policy.Mask(text[:0], text) }},
		{name: "Mask-append", mask: func(text []byte) (_ []byte, err error) {
			out, err = policy.Mask(out[:0], text)
			return out, err
		}},
		{name: "Mask-allocate", mask: func(text []byte) ([]byte, error) { return policy.Mask(nil, text) }},
		{name: "Masker", mask: masker.MaskInPlace},
		{name: "Reader", mask: func(text []byte) (_ []byte, err error) {
			out = out[:0]
			reader := policy.NewReader(bytes.NewReader(text))
			for err == nil {
				var n int
				n, err = reader.Read(room)
				out = append(out, room[:n]...)
			}
			if err == io.EOF {
				err = nil
			}
			return out, err
		}},
	}
	for b.Loop() {
		for _, c := range contenders {
			for i := range copies {
				copy(buffer[i*slot:], text)
			}
			if c.mask == nil {
				took, masked := core.m.handle.CoreTime(buffer, copies, len(text), slot)
				if took < 0 {
					b.Fatal("the core failed")
				}
				same(b, c.name, buffer[(copies-1)*slot:][:masked], expected)
				c.took = append(c.took, took)
				continue
			}
			var last []byte
			var err error
			start := ffi.CPUTime()
			for i := range copies {
				if last, err = c.mask(buffer[i*slot:][:len(text):slot]); err != nil {
					b.Fatal(err)
				}
			}
			c.took = append(c.took, ffi.CPUTime()-start)
			same(b, c.name, last, expected)
		}
	}
	median := func(c *contender) float64 {
		slices.Sort(c.took)
		return float64(c.took[len(c.took)/2]) / float64(copies)
	}
	base := median(contenders[0])
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(base, "core-ns")
	for _, c := range contenders[1:] {
		b.ReportMetric(median(c)/base, c.name+"/core")
	}
	b.Logf("%d bytes, %d rounds of %d", len(text), len(contenders[0].took), copies)
}
