package ffi

// #include "bridge.h"
import "C"

import (
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// Policy is a compiled policy; it is safe for concurrent use, but for Close.
type Policy struct{ c *C.spanmask_policy }

// External is a key or a list of literals that a policy names.
type External struct {
	Name string
	Data []byte
}

// Compile compiles a policy. It returns no policy when it fails; the problems may be warnings when it does not.
func Compile(text []byte, format int32, keys, literals []External) (*Policy, []Problem, Status) {
	return compiled(func(problems C.uintptr_t, policy **C.spanmask_policy) C.int32_t {
		var pinner runtime.Pinner
		defer pinner.Unpin()
		k, l := externals(&pinner, keys), externals(&pinner, literals)
		return C.spanmask_go_compile((*C.char)(unsafe.Pointer(bytes(text))), C.size_t(len(text)), C.int32_t(format),
			unsafe.SliceData(k), C.size_t(len(k)), unsafe.SliceData(l), C.size_t(len(l)), problems, policy)
	})
}

// Preset compiles a policy that the library brings along.
func Preset(name string) (*Policy, []Problem, Status) {
	return compiled(func(problems C.uintptr_t, policy **C.spanmask_policy) C.int32_t {
		return C.spanmask_go_preset(chars(name), C.size_t(len(name)), problems, policy)
	})
}

func compiled(compile func(problems C.uintptr_t, policy **C.spanmask_policy) C.int32_t) (*Policy, []Problem, Status) {
	var problems []Problem
	handle := cgo.NewHandle(&problems)
	defer handle.Delete()
	var policy *C.spanmask_policy
	if status := Status(compile(C.uintptr_t(handle), &policy)); status != OK {
		return nil, problems, status
	}
	return &Policy{policy}, problems, OK
}

// externals describes what is handed in to C, and keeps it where it is.
func externals(pinner *runtime.Pinner, all []External) []C.spanmask_external {
	described := make([]C.spanmask_external, len(all))
	for i, external := range all {
		name, data := chars(external.Name), bytes(external.Data)
		if name != nil {
			pinner.Pin(name)
		}
		if data != nil {
			pinner.Pin(data)
		}
		described[i].name = C.spanmask_text{data: name, len: C.size_t(len(external.Name))}
		described[i].data, described[i].len = data, C.size_t(len(external.Data))
	}
	return described
}

// Load loads a policy from its image.
func Load(image []byte) (*Policy, Status) {
	var policy *C.spanmask_policy
	if status := Status(C.spanmask_policy_load(bytes(image), C.size_t(len(image)), &policy)); status != OK {
		return nil, status
	}
	return &Policy{policy}, OK
}

// Save writes the image of the policy, with its keys if asked for.
func (p *Policy) Save(keys bool) ([]byte, Status) {
	var withKeys C.int32_t
	if keys {
		withKeys = 1
	}
	var length C.size_t
	if status := Status(C.spanmask_policy_save(p.c, withKeys, nil, 0, &length)); status != OK {
		return nil, status
	}
	image := make([]byte, int(length))
	if status := Status(C.spanmask_policy_save(p.c, withKeys, bytes(image), length, &length)); status != OK {
		return nil, status
	}
	return image, OK
}

// Rules gives the ids of the rules, in order.
func (p *Policy) Rules() []string {
	return texts(func(index C.size_t, name *C.spanmask_text) bool {
		return C.spanmask_policy_rule(p.c, index, name) == C.SPANMASK_OK
	})
}

// Detectors gives the names of the detectors of the host that the policy asks.
func (p *Policy) Detectors() []string {
	return texts(func(index C.size_t, name *C.spanmask_text) bool {
		return C.spanmask_policy_detector(p.c, index, name) == C.SPANMASK_OK
	})
}

func texts(get func(index C.size_t, text *C.spanmask_text) bool) []string {
	var all []string
	var next C.spanmask_text
	for get(C.size_t(len(all)), &next) {
		all = append(all, text(next))
	}
	return all
}

// Close frees the handle. Maskers and streams that were opened with it go on.
func (p *Policy) Close() {
	C.spanmask_policy_free(&p.c)
}
