package ffi

// #include "bridge.h"
import "C"

import "unsafe"

// Report is what was masked, in numbers.
type Report struct{ Parts, BytesMasked, Values, Texts, Oversized uint64 }

type getReport = func(report *C.spanmask_report, counts *C.uint64_t, rules C.size_t) C.spanmask_status

func report(counts []uint64, get getReport) (Report, Status) {
	var all C.spanmask_report
	all.struct_size = C.sizeof_spanmask_report
	room := (*C.uint64_t)(unsafe.SliceData(counts))
	if status := Status(get(&all, room, C.size_t(len(counts)))); status != OK {
		return Report{}, status
	}
	return Report{
		Parts:       uint64(all.parts),
		BytesMasked: uint64(all.bytes_masked),
		Values:      uint64(all.values),
		Texts:       uint64(all.texts),
		Oversized:   uint64(all.oversized),
	}, OK
}
