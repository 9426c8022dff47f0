// Package spanmask masks sensitive text in JSON: in strings, in JSON inside strings, at every level, and nothing else.
//
// Compile a policy once and share it; a [Policy] is safe for concurrent use:
//
//	policy, err := spanmask.Compile(`
//	version: 1
//	rules:
//	  - { id: EMAIL, detect: email, replace: "[EMAIL]" }
//	  - { id: SECRET, keys: ["*_token"] }
//	`)
//	...
//	out, err = policy.Mask(out[:0], body)
//
// [Policy.Mask] appends, [Policy.MaskInPlace] works where the text lies, [Policy.NewReader] and [Policy.NewWriter] take what
// does not fit in memory. All give the same bytes. A [Masker] is for one goroutine that wants the numbers of each call, too.
//
// # What comes out
//
// Only string values change, and numbers and booleans that a rule asks for. Keys, order, white space and other escapes stay
// byte for byte. What is not JSON is refused with reason and offset ([ErrRefused]), and on any error nothing is returned.
//
// # Errors
//
// Every error of this package is an [*Error], and tells its kind with [errors.Is] (those of a source or target come through
// as they are):
//
//	if errors.Is(err, spanmask.ErrRefused) { ... }
//
// No error holds a byte of an input.
//
// # Memory
//
// Masking allocates nothing but the result, and that only where it does not fit. A policy keeps the memory that masking
// takes, some 0.7 MB (up to 5.4 where texts have many parts) for each of up to GOMAXPROCS calls at once, and some 4 MB for each
// of as many streams. It lies outside Go's heap; Close frees it, and so does the garbage collector some time after the policy is
// unreachable.
//
// # Detectors
//
// A rule with detect: host:NAME asks a [Detector], a Go function: see [WithDetector].
//
// # Linking
//
// The package calls a static library through cgo. "go generate" in its folder builds it, "make install" of the project
// installs it where the compiler looks anyway, and with the build tag spanmask_pkgconfig pkg-config says where it is.
// README.md has the commands.
package spanmask

//go:generate go run ./internal/fetchlib
