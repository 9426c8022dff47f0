package ffi

// #include <stdlib.h>
// #include "bridge.h"
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// Detector answers for the rules with detect: host:Name.
type Detector struct {
	Name string
	Ask  Ask
}

// asked are the detectors of one handle, as C knows them: as long as it lives.
type asked []cgo.Handle

func (a asked) release() {
	for _, handle := range a {
		handle.Delete()
	}
}

// handed is what C reads while a handle is opened.
type handed struct {
	c     *C.spanmask_detector
	names []*C.char
}

func hand(detectors []Detector) (asked, handed) {
	if len(detectors) == 0 {
		return nil, handed{}
	}
	all := handed{c: C.spanmask_go_detectors(C.size_t(len(detectors)))}
	if all.c == nil {
		panic("spanmask: out of memory")
	}
	var asks asked
	for i, detector := range detectors {
		name, ask := C.CString(detector.Name), cgo.NewHandle(detector.Ask)
		C.spanmask_go_detector_set(all.c, C.size_t(i), name, C.size_t(len(detector.Name)), C.uintptr_t(ask))
		all.names, asks = append(all.names, name), append(asks, ask)
	}
	return asks, all
}

func (h handed) free() {
	for _, name := range h.names {
		C.free(unsafe.Pointer(name))
	}
	C.free(unsafe.Pointer(h.c))
}
