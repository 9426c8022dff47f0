package spanmask

import (
	"runtime"
	"sync"

	"github.com/spanmask/spanmask/bindings/go/internal/ffi"
)

// Masker is a policy with memory of its own, 0.7 to 5.4 MB, for one goroutine at a time: a second call at the same time, or out
// of a detector, fails with [ErrBusy]. Unlike a [Policy] it knows the numbers of the last call.
type Masker struct {
	mu      sync.Mutex
	m       *masker
	cleanup runtime.Cleanup
}

// NewMasker takes the memory. The masker works on when the policy is closed. Close frees it, and so does the garbage
// collector some time after it is unreachable.
func (p *Policy) NewMasker() (*Masker, error) {
	pool, err := p.pool()
	if err != nil {
		return nil, err
	}
	defer runtime.KeepAlive(p)
	m, err := pool.of.openMasker()
	if err != nil {
		return nil, err
	}
	opened := &Masker{m: m}
	opened.cleanup = runtime.AddCleanup(opened, (*masker).close, m)
	return opened, nil
}

// Mask is [Policy.Mask].
func (m *Masker) Mask(dst, src []byte) ([]byte, error) {
	if err := m.enter(); err != nil {
		return dst, err
	}
	defer m.mu.Unlock()
	return m.m.mask(dst, src)
}

// MaskInPlace is [Policy.MaskInPlace].
func (m *Masker) MaskInPlace(buf []byte) ([]byte, error) {
	if err := m.enter(); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	return m.m.maskInPlace(buf)
}

// Scan is [Policy.Scan].
func (m *Masker) Scan(src []byte) ([]Finding, error) {
	if err := m.enter(); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	return m.m.scan(src)
}

// Report gives the numbers of the last call that masked or scanned.
func (m *Masker) Report() (Report, error) {
	if err := m.enter(); err != nil {
		return Report{}, err
	}
	defer m.mu.Unlock()
	return newReport(m.m.of.rules, m.m.handle.Report)
}

// Close frees the memory. Closing twice does nothing.
func (m *Masker) Close() error {
	if m == nil {
		return nil
	}
	if !m.mu.TryLock() {
		return fail(ErrBusy)
	}
	defer m.mu.Unlock()
	if m.m != nil {
		m.cleanup.Stop()
		m.m.close()
		m.m = nil
	}
	return nil
}

// enter locks what is open.
func (m *Masker) enter() error {
	if m == nil {
		return fail(ErrClosed)
	}
	if !m.mu.TryLock() {
		return fail(ErrBusy)
	}
	if m.m == nil {
		m.mu.Unlock()
		return fail(ErrClosed)
	}
	return nil
}

// masker is a handle that one goroutine works with.
type masker struct {
	of     *compiled
	handle *ffi.Masker
	// What a detector failed with in this call.
	cause error
	// A call never came back, or the library failed in it.
	broken bool
}

func (c *compiled) openMasker() (*masker, error) {
	m := &masker{of: c}
	err := c.open(func(handle *ffi.Policy) (status ffi.Status) {
		m.handle, status = handle.OpenMasker(int32(c.config.framing), c.config.hosts(&m.cause))
		return status
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// open uses the handle of the policy to open another one.
func (c *compiled) open(with func(handle *ffi.Policy) ffi.Status) error {
	c.life.RLock()
	defer c.life.RUnlock()
	if c.handle == nil {
		return fail(ErrClosed)
	}
	if status := with(c.handle); status != ffi.OK {
		return failed(status)
	}
	return nil
}

func (m *masker) close() { m.handle.Close() }

// run does one call. A detector may end its goroutine, in the midst of it: the masker is then of no use.
func (m *masker) run(call func() ffi.Outcome) ffi.Outcome {
	m.cause, m.broken = nil, true
	done := call()
	m.broken = done.Status == ffi.Panic
	return done
}

func (m *masker) mask(dst, src []byte) ([]byte, error) {
	room := dst[len(dst):cap(dst)]
	shared, same := ffi.Overlap(room, src)
	switch {
	case shared && !same:
		return dst, fail(ErrOverlap)
	case shared && len(room) >= len(src):
		done := m.run(func() ffi.Outcome { return m.handle.MaskInPlace(room, len(src)) })
		if done.Status != ffi.Capacity {
			return m.extended(dst, done)
		}
		return m.append(dst, src, done.Needed)
	default:
		return m.append(dst, src, len(src))
	}
}

// append masks src into the room of dst, of which there are needed bytes first: a masked text is seldom longer.
func (m *masker) append(dst, src []byte, needed int) ([]byte, error) {
	for {
		grown := grow(dst, needed)
		done := m.run(func() ffi.Outcome { return m.handle.MaskInto(src, grown[len(grown):cap(grown)]) })
		if done.Status != ffi.Capacity {
			if done.Status != ffi.OK {
				grown = dst
			}
			return m.extended(grown, done)
		}
		needed = done.Needed
	}
}

func (m *masker) extended(dst []byte, done ffi.Outcome) ([]byte, error) {
	if done.Status != ffi.OK {
		return dst, failure(done, m.of.rules, m.cause)
	}
	return dst[:len(dst)+done.Len], nil
}

func (m *masker) maskInPlace(buf []byte) ([]byte, error) {
	done := m.run(func() ffi.Outcome { return m.handle.MaskInPlace(buf, len(buf)) })
	switch done.Status {
	case ffi.OK:
		return buf[:done.Len], nil
	case ffi.Capacity:
		return m.append(nil, buf, done.Needed)
	default:
		return nil, failure(done, m.of.rules, m.cause)
	}
}

func (m *masker) scan(src []byte) ([]Finding, error) {
	var found []ffi.Finding
	done := m.run(func() (done ffi.Outcome) {
		found, done = m.handle.Scan(src)
		return done
	})
	if done.Status != ffi.OK {
		return nil, failure(done, m.of.rules, m.cause)
	}
	findings := make([]Finding, len(found))
	for i, f := range found {
		findings[i] = Finding{Rule: m.of.rules[f.Rule], Path: f.Path, Start: f.Start, End: f.End, Level: f.Level}
	}
	return findings, nil
}

// grow makes room for n bytes behind dst. Unlike slices.Grow it takes over nothing of what lies there already: that may be
// the text itself.
func grow(dst []byte, n int) []byte {
	if cap(dst)-len(dst) >= n {
		return dst
	}
	// Twice as much at least, so that appending text after text stays linear.
	capacity := max(len(dst)+n, 2*cap(dst))
	return append(append([]byte(nil), make([]byte, capacity)...)[:0], dst...)
}
