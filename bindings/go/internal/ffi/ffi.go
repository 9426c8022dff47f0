// Package ffi is the C ABI of spanmask as Go sees it. It is the only package here that knows C or unsafe.
//
// Handles are not safe for concurrent use but for [Policy], and must be closed; the package above sees to both.
package ffi

// Masking is neither noescape nor nocallback: a policy with detectors of the host calls back into Go, where the stack may move.
// What is below does not, and keeps nothing that it is handed.

/*
#include "bridge.h"
#cgo noescape spanmask_status_describe
#cgo nocallback spanmask_status_describe
#cgo noescape spanmask_library_describe
#cgo nocallback spanmask_library_describe
#cgo noescape spanmask_path_write
#cgo nocallback spanmask_path_write
*/
import "C"

import "unsafe"

// Status is a spanmask_status.
type Status int32

// The statuses that mean something to callers in Go; the others are passed on.
const (
	OK       Status = C.SPANMASK_OK
	Panic    Status = C.SPANMASK_PANIC
	Capacity Status = C.SPANMASK_CAPACITY
)

// What a stream wants next.
const (
	NextInput   = C.SPANMASK_NEXT_INPUT
	NextNothing = C.SPANMASK_NEXT_NOTHING
)

// Outcome is what a call did. Which of its numbers mean something depends on the status.
type Outcome struct {
	Status   Status
	Reason   int32
	Next     int32
	Len      int
	Consumed int
	Offset   int64
	Needed   int
	Rule     int
}

func outcome(c C.spanmask_go_outcome) Outcome {
	return Outcome{
		Status:   Status(c.status),
		Reason:   int32(c.reason),
		Next:     int32(c.next),
		Len:      int(c.len),
		Consumed: int(c.consumed),
		Offset:   int64(c.offset),
		Needed:   int(c.needed),
		Rule:     int(c.rule),
	}
}

// work calls what masks; length is that of the input, which may lie in the room.
func work(verb C.int, handle unsafe.Pointer, input []byte, length int, room []byte) Outcome {
	return outcome(C.spanmask_go_work(verb, handle, bytes(input), C.size_t(length), bytes(room), C.size_t(len(room))))
}

// bytes is where a slice begins, NULL for nothing.
func bytes(b []byte) *C.uint8_t {
	if len(b) == 0 {
		return nil
	}
	return (*C.uint8_t)(unsafe.SliceData(b))
}

// chars is where a text begins, NULL for nothing.
func chars(text string) *C.char {
	if text == "" {
		return nil
	}
	return (*C.char)(unsafe.Pointer(unsafe.StringData(text)))
}

func text(t C.spanmask_text) string {
	return copied(t.data, t.len)
}

func copied(data *C.char, length C.size_t) string {
	return string(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(length)))
}

// Overlap says whether two slices share a byte, and whether the first bytes of both are the same.
func Overlap(a, b []byte) (any, same bool) {
	if len(a) == 0 || len(b) == 0 {
		return false, false
	}
	startA, startB := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	endA, endB := startA+uintptr(len(a)), startB+uintptr(len(b))
	return startA < endB && startB < endA, startA == startB
}

// Describe says in a few words what a status means.
func Describe(status Status) string {
	var text *C.char
	if C.spanmask_status_describe(C.int32_t(status), &text) != C.SPANMASK_OK {
		return ""
	}
	return C.GoString(text)
}

// Library is what is linked.
type Library struct {
	// Fits says whether it has the interface that this package was compiled for.
	Fits    bool
	Version string
	CPUPath string
}

// DescribeLibrary says what is linked.
func DescribeLibrary() Library {
	var library C.spanmask_library
	library.struct_size = C.sizeof_spanmask_library
	if C.spanmask_library_describe(&library) != C.SPANMASK_OK {
		return Library{}
	}
	return Library{
		Fits:    library.abi_version == C.SPANMASK_ABI_VERSION,
		Version: C.GoString(library.version),
		CPUPath: C.GoString(library.cpu_path),
	}
}
