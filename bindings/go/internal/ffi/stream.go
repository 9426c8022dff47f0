package ffi

// #include "bridge.h"
import "C"

import "unsafe"

// Stream masks what comes in pieces.
type Stream struct {
	c    *C.spanmask_stream
	asks asked
}

// OpenStream takes the memory for a window of so many bytes; 0 for that of the library.
func (p *Policy) OpenStream(framing, oversize int32, window uint, detectors []Detector) (*Stream, Status) {
	asks, all := hand(detectors)
	defer all.free()
	var stream *C.spanmask_stream
	status := Status(C.spanmask_go_stream_open(p.c, C.int32_t(framing), C.int32_t(oversize), C.size_t(window), all.c,
		C.size_t(len(asks)), &stream))
	if status != OK {
		asks.release()
		return nil, status
	}
	return &Stream{stream, asks}, OK
}

// Push takes what it can of input and writes what it can into room, which must not overlap.
func (s *Stream) Push(input, room []byte) Outcome {
	return work(C.SPANMASK_GO_PUSH, unsafe.Pointer(s.c), input, len(input), room)
}

// Finish ends the input and writes what it can of the rest.
func (s *Stream) Finish(room []byte) Outcome {
	return work(C.SPANMASK_GO_FINISH, unsafe.Pointer(s.c), nil, 0, room)
}

// Reset begins anew.
func (s *Stream) Reset() Status {
	return Status(C.spanmask_stream_reset(s.c))
}

// Report gives the numbers so far, and fills counts by rule.
func (s *Stream) Report(counts []uint64) (Report, Status) {
	return report(counts, func(report *C.spanmask_report, counts *C.uint64_t, rules C.size_t) C.spanmask_status {
		return C.spanmask_stream_report(s.c, report, counts, rules)
	})
}

// Close frees the stream. One that is in use, as a call never came back, is left alone.
func (s *Stream) Close() {
	if C.spanmask_stream_free(&s.c) == C.SPANMASK_OK {
		s.asks.release()
	}
}
