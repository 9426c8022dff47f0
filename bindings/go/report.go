package spanmask

import (
	"iter"

	"github.com/spanmask/spanmask/bindings/go/internal/ffi"
)

// Report says what was masked, in numbers.
type Report struct {
	// Parts that were masked, under all rules.
	Parts uint64
	// BytesMasked of the input lay in them.
	BytesMasked uint64
	// Values are the string values of the texts; those of nested texts are part of them.
	Values uint64
	// Texts are the JSON texts in the input.
	Texts uint64
	// Oversized are the strings and objects that were larger than the window of a stream, and masked whole. No rule
	// counts them.
	Oversized uint64

	rules  []string
	counts []uint64
}

// Count gives the parts that a rule masked; 0 when there is no such rule.
func (r Report) Count(rule string) uint64 {
	for id, parts := range r.Counts() {
		if id == rule {
			return parts
		}
	}
	return 0
}

// Counts gives each rule with the parts that it masked, in the order of the policy.
func (r Report) Counts() iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) {
		for i, rule := range r.rules {
			if !yield(rule, r.counts[i]) {
				return
			}
		}
	}
}

func newReport(rules []string, fill func(counts []uint64) (ffi.Report, ffi.Status)) (Report, error) {
	counts := make([]uint64, len(rules))
	totals, status := fill(counts)
	if status != ffi.OK {
		return Report{}, failed(status)
	}
	return Report{
		Parts:       totals.Parts,
		BytesMasked: totals.BytesMasked,
		Values:      totals.Values,
		Texts:       totals.Texts,
		Oversized:   totals.Oversized,
		rules:       rules,
		counts:      counts,
	}, nil
}
