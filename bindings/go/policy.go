package spanmask

import (
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/spanmask/spanmask/bindings/go/internal/ffi"
)

// Policy is a compiled policy. It is safe for concurrent use.
type Policy struct{ p *pool }

// Compile compiles a policy: YAML unless [WithFormat] says otherwise. It fails with [ErrPolicy] and all problems, with
// [ErrNoDetector] when a detector that the policy asks is not handed in, with [ErrArgument] when the text is not UTF-8.
//
// Compiling takes from some milliseconds to some seconds; [Load] is much faster.
func Compile[Text ~string | ~[]byte](policy Text, options ...Option) (*Policy, error) {
	c := configure(options)
	return c.policy(func() (*ffi.Policy, []ffi.Problem, ffi.Status) {
		return ffi.Compile([]byte(policy), int32(c.format), c.keys, c.literals)
	})
}

// Preset compiles a policy that the library brings along: "default" or "langfuse-docs". It fails with [ErrPolicy] when
// there is none of this name.
func Preset(name string, options ...Option) (*Policy, error) {
	return configure(options).ready("Preset", func() (*ffi.Policy, []ffi.Problem, ffi.Status) {
		return ffi.Preset(name)
	})
}

// Load loads a policy from an image that [Policy.Save] or "spanmask policy compile" has written. It fails with [ErrImage]
// when the image is damaged, of another version, or none.
//
// No bytes make masking unsafe, but they decide what is masked: take images from those from whom you would take policies.
func Load(image []byte, options ...Option) (*Policy, error) {
	return configure(options).ready("Load", func() (*ffi.Policy, []ffi.Problem, ffi.Status) {
		policy, status := ffi.Load(image)
		return policy, nil, status
	})
}

// ready makes a policy that is compiled already.
func (c *config) ready(caller string, get func() (*ffi.Policy, []ffi.Problem, ffi.Status)) (*Policy, error) {
	if c.compiles {
		return nil, wrong("WithFormat, WithKey and WithLiterals are for Compile, not for " + caller)
	}
	return c.policy(get)
}

func (c *config) policy(get func() (*ffi.Policy, []ffi.Problem, ffi.Status)) (*Policy, error) {
	if !library().Fits {
		return nil, fail(ErrLibrary)
	}
	if c.wrong != nil {
		return nil, c.wrong
	}
	handle, told, status := get()
	c.keys, c.literals = nil, nil // The library has its own.
	if status != ffi.OK {
		err := failed(status)
		if err.Code == ErrPolicy {
			err.Problems = problems(told)
		}
		return nil, err
	}
	asked := handle.Detectors()
	for _, name := range asked {
		if _, known := c.detectors[name]; !known {
			handle.Close()
			return nil, &Error{Code: ErrNoDetector, Offset: -1, detail: name}
		}
	}
	// Those that nobody asks need not be known to the library.
	maps.DeleteFunc(c.detectors, func(name string, _ Detector) bool { return !slices.Contains(asked, name) })
	of := &compiled{handle: handle, config: c, rules: handle.Rules(), warnings: problems(told)}
	policy := &Policy{newPool(of)}
	runtime.AddCleanup(policy, (*pool).close, policy.p)
	return policy, nil
}

// library is what is linked, looked at once.
var library = sync.OnceValue(ffi.DescribeLibrary)

// Library says which version of the library is linked, and which instructions of this CPU it uses: "scalar", "avx2",
// "avx512" or "neon".
func Library() (version, cpuPath string) { return library().Version, library().CPUPath }

// Save gives the policy as an image, for [Load]. The same policy gives the same bytes. A policy with keys of hash actions
// fails with [ErrKeys]: see [Policy.SaveWithKeys].
func (p *Policy) Save() ([]byte, error) { return p.save(false) }

// SaveWithKeys is Save for a policy with keys. Whoever has the image has the keys.
func (p *Policy) SaveWithKeys() ([]byte, error) { return p.save(true) }

func (p *Policy) save(keys bool) ([]byte, error) {
	pool, err := p.pool()
	if err != nil {
		return nil, err
	}
	defer runtime.KeepAlive(p)
	return pool.of.save(keys)
}

// Rules gives the ids of the rules, in order. They stay when the policy is closed.
func (p *Policy) Rules() []string {
	if pool, err := p.pool(); err == nil {
		return slices.Clone(pool.of.rules)
	}
	return nil
}

// Warnings gives what compiling warned about: allowed, but probably not meant. A loaded policy has none.
func (p *Policy) Warnings() []Problem {
	if pool, err := p.pool(); err == nil {
		return slices.Clone(pool.of.warnings)
	}
	return nil
}

// Close frees what the policy holds; calls from then on fail with [ErrClosed]. Those that are under way, and maskers, readers
// and writers that are open, go on. Closing twice does nothing.
func (p *Policy) Close() error {
	if pool, err := p.pool(); err == nil {
		pool.close()
	}
	return nil
}

func (p *Policy) pool() (*pool, error) {
	if p == nil || p.p == nil {
		return nil, fail(ErrClosed)
	}
	return p.p, nil
}

// compiled is the handle of a policy, and what is known of it.
type compiled struct {
	config   *config
	rules    []string
	warnings []Problem

	// Held for reading while the handle is used, for writing while it is freed.
	life   sync.RWMutex
	handle *ffi.Policy
}

func (c *compiled) save(keys bool) ([]byte, error) {
	c.life.RLock()
	defer c.life.RUnlock()
	if c.handle == nil {
		return nil, fail(ErrClosed)
	}
	image, status := c.handle.Save(keys)
	if status != ffi.OK {
		return nil, failed(status)
	}
	return image, nil
}

func (c *compiled) close() {
	c.life.Lock()
	defer c.life.Unlock()
	if c.handle != nil {
		c.handle.Close()
		c.handle = nil
	}
}
