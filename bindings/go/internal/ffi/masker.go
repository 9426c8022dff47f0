package ffi

// #include "bridge.h"
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// Masker is the memory that masking needs.
type Masker struct {
	c    *C.spanmask_masker
	asks asked
}

// OpenMasker takes the memory.
func (p *Policy) OpenMasker(framing int32, detectors []Detector) (*Masker, Status) {
	asks, all := hand(detectors)
	defer all.free()
	var masker *C.spanmask_masker
	status := Status(C.spanmask_go_masker_open(p.c, C.int32_t(framing), all.c, C.size_t(len(asks)), &masker))
	if status != OK {
		asks.release()
		return nil, status
	}
	return &Masker{masker, asks}, OK
}

// MaskInPlace masks the first length bytes of buffer, which is as it was when the call fails.
func (m *Masker) MaskInPlace(buffer []byte, length int) Outcome {
	return work(C.SPANMASK_GO_IN_PLACE, unsafe.Pointer(m.c), nil, length, buffer)
}

// MaskInto masks input into room, which must not overlap.
func (m *Masker) MaskInto(input, room []byte) Outcome {
	return work(C.SPANMASK_GO_INTO, unsafe.Pointer(m.c), input, len(input), room)
}

// Scan finds what would be masked.
func (m *Masker) Scan(input []byte) ([]Finding, Outcome) {
	var found []Finding
	handle := cgo.NewHandle(&found)
	defer handle.Delete()
	done := outcome(C.spanmask_go_scan(m.c, bytes(input), C.size_t(len(input)), C.uintptr_t(handle)))
	return found, done
}

// Report gives the numbers of the last call, and fills counts by rule.
func (m *Masker) Report(counts []uint64) (Report, Status) {
	return report(counts, func(report *C.spanmask_report, counts *C.uint64_t, rules C.size_t) C.spanmask_status {
		return C.spanmask_masker_report(m.c, report, counts, rules)
	})
}

// Close frees the masker. One that is in use, as a call never came back, is left alone.
func (m *Masker) Close() {
	if C.spanmask_masker_free(&m.c) == C.SPANMASK_OK {
		m.asks.release()
	}
}
