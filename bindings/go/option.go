package spanmask

import "github.com/spanmask/spanmask/bindings/go/internal/ffi"

// Format is what a policy is written in.
type Format int32

// The formats.
const (
	// YAML is the default. Most of what is JSON is YAML, too.
	YAML Format = iota
	// JSON is RFC 8259.
	JSON
	// TOML is version 1.0.
	TOML
)

// Framing says how many texts an input may hold.
type Framing int32

// The framings.
const (
	// Sequence is the default: any number of texts, also none, as JSON Lines or just one behind the other.
	Sequence Framing = iota
	// One is exactly one text.
	One
)

// Option says how a policy is made and used. WithFormat, WithKey and WithLiterals are for [Compile] alone.
type Option func(*config)

type config struct {
	format    Format
	keys      []ffi.External
	literals  []ffi.External
	detectors map[string]Detector
	onFailure func(name string, err error)
	framing   Framing
	calls     int

	// How a policy is compiled, which [Load] and [Preset] cannot heed.
	compiles bool
	wrong    *Error
}

func configure(options []Option) *config {
	c := &config{}
	for _, option := range options {
		option(c)
	}
	return c
}

// WithFormat says what the policy is written in: YAML unless told.
func WithFormat(format Format) Option {
	return func(c *config) { c.format, c.compiles = format, true }
}

// WithKey hands in a key that the policy names (hash: { key_env: NAME }). The library wipes its copy when the policy is
// closed.
func WithKey(name string, key []byte) Option {
	return func(c *config) { c.keys, c.compiles = append(c.keys, ffi.External{Name: name, Data: key}), true }
}

// WithLiterals hands in a list of literals that the policy names (literals_file: NAME): UTF-8, one a line.
func WithLiterals(name string, lines []byte) Option {
	return func(c *config) {
		c.literals, c.compiles = append(c.literals, ffi.External{Name: name, Data: lines}), true
	}
}

// WithDetector hands in what answers for rules with detect: host:NAME. A later one of the same name replaces it.
func WithDetector(name string, detector Detector) Option {
	return func(c *config) {
		if detector == nil {
			c.wrong = wrong("detector " + name + " is nil")
			return
		}
		if c.detectors == nil {
			c.detectors = map[string]Detector{}
		}
		c.detectors[name] = detector
	}
}

// WithDetectorFailures calls report with each failure of a detector: with what it returned, or a [*PanicError]. A rule with
// fail: mask, the default, tells nobody else. report is called in the goroutine that masks; what it panics with is dropped.
func WithDetectorFailures(report func(name string, err error)) Option {
	return func(c *config) { c.onFailure = report }
}

// WithFraming says how many texts an input may hold: any number unless told.
func WithFraming(framing Framing) Option {
	return func(c *config) { c.framing = framing }
}

// WithMaxCalls lets at most n calls of [Policy.Mask], [Policy.MaskInPlace] and [Policy.Scan] work at once, with 0.7 to 5.4 MB each;
// more wait their turn. Unless told, n is GOMAXPROCS; a policy that asks detectors, which may themselves wait, has no bound.
// With a bound, detectors must not mask with the policy that asks them.
func WithMaxCalls(n int) Option {
	return func(c *config) {
		if n < 1 {
			c.wrong = wrong("WithMaxCalls needs 1 or more")
		}
		c.calls = n
	}
}

// Oversize says what a stream does with a value, or an object that must be seen whole, that is larger than its window.
type Oversize int32

// What a stream can do.
const (
	// OversizeAsPolicy is the default: as the policy says (oversize: error or mask).
	OversizeAsPolicy Oversize = iota
	// OversizeError fails with [ErrOversize].
	OversizeError
	// OversizeMask masks it whole.
	OversizeMask
)

// StreamOption says how a reader or writer masks.
type StreamOption func(*streamConfig)

type streamConfig struct {
	window   int
	oversize Oversize
}

// WithWindow sets how many bytes are looked at together: 1 MiB unless told, 32 at least. A stream takes 3.5 bytes for each.
func WithWindow(bytes int) StreamOption {
	return func(c *streamConfig) { c.window = bytes }
}

// WithOversize says what happens to what is larger than the window.
func WithOversize(oversize Oversize) StreamOption {
	return func(c *streamConfig) { c.oversize = oversize }
}
