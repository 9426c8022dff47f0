package spanmask

import (
	"io"
	"runtime"
	"sync"

	"github.com/spanmask/spanmask/bindings/go/internal/ffi"
)

// Writer masks what is written to it. It is for one goroutine at a time: a second call at the same time fails with [ErrBusy].
type Writer struct {
	mu      sync.Mutex
	target  io.Writer
	s       *stream
	cleanup runtime.Cleanup

	// What every further call answers.
	err    error
	report Report
	// All is written.
	done bool
}

// NewWriter gives a writer that masks a text of any length in pieces, wherever they are cut, and writes it to target. It
// holds back up to a window of the text until more is written, or it is closed. Whatever cannot be opened, the first Write
// says so.
//
// A text that turns out not to be JSON, or a value that is too large, fails Write or Close with an [*Error]; what was written
// to target is masked. The memory, some 4 MB, is freed by Close, at an error, and some time after the writer is unreachable.
func (p *Policy) NewWriter(target io.Writer, options ...StreamOption) *Writer {
	w := &Writer{target: target}
	w.s, w.err = p.stream(options)
	if w.err == nil && target == nil {
		w.err = wrong("the target is nil")
		w.s.release()
		w.s = nil
	}
	if w.err == nil {
		w.cleanup = runtime.AddCleanup(w, (*stream).close, w.s)
	}
	return w
}

// Write masks p and writes what is ready. It says how many bytes of p were taken: all, unless it fails.
func (w *Writer) Write(p []byte) (int, error) {
	if err := w.enter(); err != nil {
		return 0, err
	}
	defer w.mu.Unlock()
	taken := 0
	for w.err == nil {
		done, err := w.s.push(p[taken:], w.s.buffer)
		taken += done.Consumed
		if err == nil {
			err = w.pass(done.Len)
		}
		if err != nil {
			w.end(err)
		} else if done.Next == ffi.NextInput {
			return taken, nil
		}
	}
	return taken, w.err
}

// pass writes masked text.
func (w *Writer) pass(n int) error {
	if n == 0 {
		return nil
	}
	written, err := w.target.Write(w.s.buffer[:n])
	if err == nil && written < n {
		err = io.ErrShortWrite
	}
	return err
}

// end is that of readers.
func (w *Writer) end(err error) {
	w.err = err
	if w.s == nil {
		return
	}
	w.report, _ = w.s.report()
	w.cleanup.Stop()
	w.s.release()
	w.s = nil
}

// Report gives the numbers so far, and of the whole once the writer is closed. They run ahead of what was written to target.
func (w *Writer) Report() (Report, error) {
	if err := w.enter(); err != nil {
		return Report{}, err
	}
	defer w.mu.Unlock()
	if w.s == nil {
		return w.report, nil
	}
	return w.s.report()
}

// Close ends the text, writes the rest, and frees the memory; it does not close the target. It fails with what an earlier
// Write failed with, or with [ErrRefused] when the text is not complete. Closing twice does nothing.
func (w *Writer) Close() error {
	if err := w.enter(); err != nil {
		return err
	}
	defer w.mu.Unlock()
	for w.err == nil {
		done, err := w.s.finish(w.s.buffer)
		if err == nil {
			err = w.pass(done.Len)
		}
		if err != nil {
			w.end(err)
		} else if done.Next == ffi.NextNothing {
			w.done = true
			w.end(fail(ErrClosed))
		}
	}
	if w.done {
		return nil
	}
	return w.err
}

// enter is that of readers.
func (w *Writer) enter() error {
	switch {
	case w == nil:
		return fail(ErrClosed)
	case !w.mu.TryLock():
		return fail(ErrBusy)
	case w.s == nil && w.err == nil:
		w.err = fail(ErrClosed)
	}
	return nil
}
