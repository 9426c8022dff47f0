package spanmask

import (
	"fmt"
	"strings"

	"github.com/spanmask/spanmask/bindings/go/internal/ffi"
)

// Code is a kind of failure, and an error itself: errors.Is(err, ErrRefused). The numbers are frozen; positive ones are
// those of the C interface.
type Code int32

// The kinds of failures.
const (
	// ErrClosed: the policy, masker, reader or writer has been closed, or is nil.
	ErrClosed Code = -1
	// ErrLibrary: the library that is linked has another interface than this package was built for.
	ErrLibrary Code = -2
	// ErrArgument: a value has no meaning here, or a policy or name is not UTF-8.
	ErrArgument Code = 3
	// ErrOverlap: dst and src share memory in another way than src[:0] and src.
	ErrOverlap Code = 4
	// ErrBusy: a masker, reader or writer is used in another goroutine, or in the detector that it calls.
	ErrBusy Code = 5
	// ErrPanic: the library failed at something it should not have.
	ErrPanic Code = 6
	// ErrPolicy: the policy has problems, see [Error.Problems].
	ErrPolicy Code = 7
	// ErrRefused: the input is not JSON, see [Error.Reason] and [Error.Offset].
	ErrRefused Code = 8
	// ErrDetector: a detector of the host failed, and the policy wants no text masked without it.
	ErrDetector Code = 11
	// ErrNoDetector: the policy names a detector of the host that was not handed in.
	ErrNoDetector Code = 12
	// ErrOversize: a value, or an object that must be seen whole, is larger than the window of the stream.
	ErrOversize Code = 14
	// ErrImage: the image of a policy is damaged, of another version, or none.
	ErrImage Code = 15
	// ErrKeys: the policy has keys, and [Policy.Save] writes none.
	ErrKeys Code = 16
)

// Error says in a few words what went wrong.
func (c Code) Error() string { return "spanmask: " + c.text() }

func (c Code) text() string {
	switch c {
	case ErrClosed:
		return "closed"
	case ErrLibrary:
		return "the library that is linked has another interface than this package was built for"
	}
	if text := ffi.Describe(ffi.Status(c)); text != "" {
		return text
	}
	return fmt.Sprintf("status %d", int32(c))
}

// Reason says why an input is not JSON. The numbers are frozen.
type Reason int32

// The reasons.
const (
	// ReasonSyntax: a byte that RFC 8259 does not allow at this place.
	ReasonSyntax Reason = 1 + iota
	// ReasonTruncated: the text ends before it is complete.
	ReasonTruncated
	// ReasonUTF8: not UTF-8.
	ReasonUTF8
	// ReasonControl: a control character inside a string.
	ReasonControl
	// ReasonEscape: a backslash that begins no escape.
	ReasonEscape
	// ReasonNumber: a number that breaks the grammar.
	ReasonNumber
	// ReasonLiteral: a word other than true, false, null.
	ReasonLiteral
	// ReasonDepth: more open containers than the policy allows.
	ReasonDepth
	// ReasonTrailing: a second text where only one was allowed.
	ReasonTrailing
	// ReasonEmpty: no text at all where one was expected.
	ReasonEmpty
)

var reasons = [...]string{
	"none", "syntax", "truncated", "utf8", "control", "escape", "number", "literal", "depth", "trailing", "empty",
}

// String gives the reason as one word.
func (r Reason) String() string { return word(reasons[:], int32(r), "reason") }

func word(words []string, number int32, of string) string {
	if number < 0 || int(number) >= len(words) {
		return fmt.Sprintf("%s %d", of, number)
	}
	return words[number]
}

// Error is what every call of this package fails with. It never holds a byte of an input.
type Error struct {
	// Code is the kind of failure.
	Code Code
	// Reason is why the input is not JSON (ErrRefused), else 0.
	Reason Reason
	// Offset is the byte of the input that shows the fault (ErrRefused), or where the value begins (ErrDetector,
	// ErrOversize); of a stream counted from its beginning. Else -1.
	Offset int64
	// Rule is the id of the rule whose detector failed (ErrDetector), else empty.
	Rule string
	// Problems are what is wrong with the policy (ErrPolicy).
	Problems []Problem

	detail string
	cause  error
}

// Error says what went wrong and where. It does not tell what a detector said: see [Error.Unwrap].
func (e *Error) Error() string {
	text := e.Code.Error()
	switch {
	case e.Reason != 0:
		text += fmt.Sprintf(": %s at byte %d", e.Reason, e.Offset)
	case e.Rule != "":
		text += fmt.Sprintf(": that of rule %s, at the value at byte %d", e.Rule, e.Offset)
	case e.Offset >= 0:
		text += fmt.Sprintf(": at byte %d", e.Offset)
	case e.detail != "":
		text += ": " + e.detail
	}
	for _, problem := range e.Problems {
		text += "\n" + problem.String()
	}
	return text
}

// Unwrap gives the Code and, for ErrDetector, what the detector returned, or a [*PanicError]: for errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.cause}
}

// GoString gives what Error does: what a detector said may hold input, and is not for %#v to print.
func (e *Error) GoString() string { return fmt.Sprintf("&spanmask.Error{%q}", e.Error()) }

func fail(code Code) *Error { return &Error{Code: code, Offset: -1} }

func failed(status ffi.Status) *Error { return fail(Code(status)) }

func wrong(detail string) *Error { return &Error{Code: ErrArgument, Offset: -1, detail: detail} }

// failure makes an error of what a call did.
func failure(done ffi.Outcome, rules []string, cause error) *Error {
	e := failed(done.Status)
	switch e.Code {
	case ErrRefused:
		e.Reason, e.Offset = Reason(done.Reason), done.Offset
	case ErrOversize:
		e.Offset = done.Offset
	case ErrDetector:
		e.Offset, e.cause = done.Offset, cause
		if done.Rule < len(rules) {
			e.Rule = rules[done.Rule]
		}
	}
	return e
}

// ProblemKind says what kind of problem a policy has. The numbers are frozen; newer libraries may know more.
type ProblemKind int32

// The kinds of problems.
const (
	// Warning: allowed, but probably not meant.
	Warning ProblemKind = iota
	// BadFormat: not YAML, JSON or TOML.
	BadFormat
	// UnknownField: a field that does not exist.
	UnknownField
	// Invalid: a field has a wrong type or value, or fields do not go together.
	Invalid
	// UnknownName: a detector, validator, profile, preset or span kind that does not exist.
	UnknownName
	// DuplicateID: two rules with one id.
	DuplicateID
	// BadSyntax: a pattern or path with wrong syntax.
	BadSyntax
	// TooLarge: larger than a limit, which the message names.
	TooLarge
	// MissingExternal: a key or a list of literals that was not handed in.
	MissingExternal
	// OtherProblem: of a kind that is newer than this list.
	OtherProblem
)

var problemKinds = [...]string{
	"warning", "format", "unknown_field", "invalid", "unknown_name", "duplicate_id", "syntax", "too_large", "external", "other",
}

// String gives the kind as one word.
func (k ProblemKind) String() string { return word(problemKinds[:], int32(k), "problem") }

// Problem is one problem of a policy, or a warning.
type Problem struct {
	Kind ProblemKind
	// Path is the place in the policy, as in rules[2].validate; empty for the policy as a whole.
	Path string
	// Message says what is wrong, in one sentence.
	Message string
	// Suggestion says what to do about it; may be empty.
	Suggestion string
}

// String gives place, message and suggestion in one line.
func (p Problem) String() string {
	var text strings.Builder
	if p.Path != "" {
		text.WriteString(p.Path + ": ")
	}
	text.WriteString(p.Message)
	if p.Suggestion != "" {
		text.WriteString(" (" + p.Suggestion + ")")
	}
	return text.String()
}

func problems(all []ffi.Problem) []Problem {
	var list []Problem
	for _, p := range all {
		list = append(list, Problem{Kind: ProblemKind(p.Kind), Path: p.Path, Message: p.Message, Suggestion: p.Suggestion})
	}
	return list
}
