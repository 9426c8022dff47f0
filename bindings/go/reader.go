package spanmask

import (
	"io"
	"runtime"
	"sync"

	"github.com/spanmask/spanmask/bindings/go/internal/ffi"
)

// Reader masks what it reads. It is for one goroutine at a time: a second call at the same time fails with [ErrBusy].
type Reader struct {
	mu      sync.Mutex
	source  io.Reader
	s       *stream
	cleanup runtime.Cleanup

	// What was read and is still to be masked.
	rest []byte
	// What the source ended with.
	ended error
	// What every further call answers.
	err    error
	report Report
}

// NewReader gives a reader of the masked text of source, which may be of any length: a window of it is held at a time.
// Whatever cannot be opened, the first Read says so.
//
// A text that turns out not to be JSON, or a value that is too large, fails Read with an [*Error]; what came before was masked.
// An error of source fails it, too, without what is still held. The memory, some 4 MB, is freed at the end, at an error, by
// Close, and some time after the reader is unreachable.
func (p *Policy) NewReader(source io.Reader, options ...StreamOption) *Reader {
	r := &Reader{source: source}
	r.s, r.err = p.stream(options)
	if r.err == nil && source == nil {
		r.err = wrong("the source is nil")
		r.s.release()
		r.s = nil
	}
	if r.err == nil {
		r.cleanup = runtime.AddCleanup(r, (*stream).close, r.s)
	}
	return r
}

func (p *Policy) stream(options []StreamOption) (*stream, error) {
	pool, err := p.pool()
	if err != nil {
		return nil, err
	}
	defer runtime.KeepAlive(p)
	return pool.openStream(options)
}

// Read reads masked text. At the end of the input it fails with io.EOF, or with [ErrRefused] when the text is not complete.
func (r *Reader) Read(p []byte) (int, error) {
	if err := r.enter(); err != nil {
		return 0, err
	}
	defer r.mu.Unlock()
	for r.err == nil && len(p) > 0 {
		n, err := r.step(p)
		if err != nil {
			r.end(err)
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, r.err
}

// step masks a piece, reading one first when there is none.
func (r *Reader) step(p []byte) (int, error) {
	if len(r.rest) == 0 && r.ended == nil {
		r.fill()
	}
	if len(r.rest) > 0 {
		done, err := r.s.push(r.rest, p)
		r.rest = r.rest[done.Consumed:]
		return done.Len, err
	}
	if r.ended != io.EOF {
		return 0, r.ended
	}
	done, err := r.s.finish(p)
	if err == nil && done.Next == ffi.NextNothing {
		err = io.EOF
	}
	return done.Len, err
}

// fill reads from the source, which may need some calls to give something.
func (r *Reader) fill() {
	for range 100 {
		n, err := r.source.Read(r.s.buffer)
		r.rest, r.ended = r.s.buffer[:n], err
		if n > 0 || err != nil {
			return
		}
	}
	r.ended = io.ErrNoProgress
}

// end keeps what is still asked for and gives the rest back.
func (r *Reader) end(err error) {
	r.err, r.rest = err, nil
	if r.s == nil {
		return
	}
	r.report, _ = r.s.report()
	r.cleanup.Stop()
	r.s.release()
	r.s = nil
}

// Report gives the numbers so far, and of the whole when all is read. They run ahead of what was read.
func (r *Reader) Report() (Report, error) {
	if err := r.enter(); err != nil {
		return Report{}, err
	}
	defer r.mu.Unlock()
	if r.s == nil {
		return r.report, nil
	}
	return r.s.report()
}

// Close frees the memory, of a reader that is not read to its end; it does not close the source. Read then fails with
// [ErrClosed].
func (r *Reader) Close() error {
	if err := r.enter(); err != nil {
		return err
	}
	defer r.mu.Unlock()
	r.end(fail(ErrClosed))
	return nil
}

// enter locks the reader.
func (r *Reader) enter() error {
	switch {
	case r == nil:
		return fail(ErrClosed)
	case !r.mu.TryLock():
		return fail(ErrBusy)
	case r.s == nil && r.err == nil: // One that NewReader did not make.
		r.err = fail(ErrClosed)
	}
	return nil
}
