package ffi

// #include "bridge.h"
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// Span is a part of a text, in bytes.
type Span struct{ Start, End int }

// Ask fills room with the parts of a text that are to be masked and says how many there are; or that it failed. It must not
// panic.
type Ask func(text string, room []Span) (count int, ok bool)

// Finding is a part that would be masked.
type Finding struct {
	Rule       int
	Start, End int
	Level      int
	Path       string
}

// Problem is one problem of a policy, or a warning.
type Problem struct {
	Kind                      int32
	Path, Message, Suggestion string
}

//export spanmaskGoOnText
func spanmaskGoOnText(
	asked C.uintptr_t, text *C.char, length C.size_t, spans *C.spanmask_span, capacity C.size_t, count *C.size_t,
) C.int32_t {
	ask := cgo.Handle(asked).Value().(Ask)
	found, ok := ask(copied(text, length), unsafe.Slice((*Span)(unsafe.Pointer(spans)), int(capacity)))
	if !ok {
		return 1
	}
	*count = C.size_t(found)
	return 0
}

//export spanmaskGoOnFinding
func spanmaskGoOnFinding(found C.uintptr_t, finding *C.spanmask_finding) {
	all := cgo.Handle(found).Value().(*[]Finding)
	*all = append(*all, Finding{
		Rule:  int(finding.rule),
		Start: int(finding.start),
		End:   int(finding.end),
		Level: int(finding.level),
		Path:  path(finding),
	})
}

func path(finding *C.spanmask_finding) string {
	room := make([]byte, int(finding.path_len))
	var length C.size_t
	written := C.spanmask_path_write(finding.path, (*C.char)(unsafe.Pointer(bytes(room))), finding.path_len, &length)
	if written != C.SPANMASK_OK {
		return ""
	}
	return string(room[:length])
}

//export spanmaskGoOnProblem
func spanmaskGoOnProblem(problems C.uintptr_t, problem *C.spanmask_problem) {
	all := cgo.Handle(problems).Value().(*[]Problem)
	*all = append(*all, Problem{
		Kind:       int32(problem.kind),
		Path:       text(problem.path),
		Message:    text(problem.message),
		Suggestion: text(problem.suggestion),
	})
}
