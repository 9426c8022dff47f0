package spanmask

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/spanmask/spanmask/bindings/go/internal/ffi"
)

// Detector finds what is to be masked in the text of a value, decoded: a model, a look-up, a regular expression. It returns
// up to 1,024 parts in any order; they may overlap, and must begin and end where characters do.
//
// It is called once or several times for a value, in the goroutine that masks, in several at once when several mask, and
// must always tell the same of the same text. The string is its own to keep.
//
// When it fails, by an error or a panic, the policy decides: fail: mask, the default, masks the value whole, fail: refuse
// fails the call with [ErrDetector], which wraps the error or a [*PanicError]. Nothing unmasked leaves either way.
//
// A detector that holds on to its own policy keeps that from the garbage collector: close it.
type Detector func(text string) ([]Span, error)

// Span is a part of a text: bytes Start to End, End not included.
type Span struct{ Start, End int }

// PanicError is what a detector panicked with. Its text does not tell, as that may hold input.
type PanicError struct {
	// Value is what was handed to panic.
	Value any
	// Stack is where.
	Stack []byte
}

// Error says that the detector panicked.
func (e *PanicError) Error() string { return "spanmask: the detector panicked" }

// GoString gives the type of the value only.
func (e *PanicError) GoString() string {
	return fmt.Sprintf("&spanmask.PanicError{Value:(%T)}", e.Value)
}

var errTooManySpans = errors.New("spanmask: the detector told more spans than there is room for")

// host is a detector as one masker or stream asks it.
type host struct {
	name      string
	detect    Detector
	onFailure func(name string, err error)
	// The last failure of the call that asks.
	failure *error
}

// hosts are the detectors for a masker or stream, which reads failures where failure leads.
func (c *config) hosts(failure *error) []ffi.Detector {
	var all []ffi.Detector
	for name, detect := range c.detectors {
		h := &host{name: name, detect: detect, onFailure: c.onFailure, failure: failure}
		all = append(all, ffi.Detector{Name: name, Ask: h.ask})
	}
	return all
}

// ask is called from C, which no panic may cross.
func (h *host) ask(text string, room []ffi.Span) (count int, ok bool) {
	defer func() {
		if recover() != nil {
			count, ok = 0, false
		}
	}()
	spans, err := h.call(text)
	if err == nil && len(spans) > len(room) {
		err = errTooManySpans
	}
	if err != nil {
		*h.failure = err
		if h.onFailure != nil {
			h.onFailure(h.name, err)
		}
		return 0, false
	}
	for i, span := range spans {
		room[i] = ffi.Span(span)
	}
	return len(spans), true
}

func (h *host) call(text string) (spans []Span, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	return h.detect(text)
}
