package spanmask

import "github.com/spanmask/spanmask/bindings/go/internal/ffi"

// chunk is how many bytes readers and writers hand over at a time.
const chunk = 64 << 10

// stream is a handle that one goroutine works with.
type stream struct {
	of     *pool
	handle *ffi.Stream
	// Room for what the handle works with. It goes with the handle from one reader or writer to the next.
	buffer []byte
	plain  bool
	cause  error
	broken bool
}

// openStream takes a stream from the pool when it is one as others are.
func (p *pool) openStream(options []StreamOption) (*stream, error) {
	var config streamConfig
	for _, option := range options {
		option(&config)
	}
	if config.window < 0 {
		return nil, wrong("WithWindow needs 32 or more")
	}
	plain := config == streamConfig{}
	if plain {
		switch s, closed := p.streams.take(); {
		case closed:
			return nil, fail(ErrClosed)
		case s != nil:
			return s, nil
		}
	}
	s := &stream{of: p, buffer: make([]byte, chunk), plain: plain}
	err := p.of.open(func(handle *ffi.Policy) (status ffi.Status) {
		c := p.of.config
		s.handle, status = handle.OpenStream(int32(c.framing), int32(config.oversize), uint(config.window), c.hosts(&s.cause))
		return status
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *stream) close() { s.handle.Close() }

// release gives the stream back to the pool, or frees it.
func (s *stream) release() {
	if s.plain && !s.broken && s.handle.Reset() == ffi.OK {
		s.of.streams.give(s)
	} else {
		s.close()
	}
}

func (s *stream) report() (Report, error) { return newReport(s.of.of.rules, s.handle.Report) }

func (s *stream) push(input, room []byte) (ffi.Outcome, error) {
	return s.run(func() ffi.Outcome { return s.handle.Push(input, room) })
}

func (s *stream) finish(room []byte) (ffi.Outcome, error) {
	return s.run(func() ffi.Outcome { return s.handle.Finish(room) })
}

// run is that of maskers.
func (s *stream) run(call func() ffi.Outcome) (ffi.Outcome, error) {
	s.cause, s.broken = nil, true
	done := call()
	s.broken = done.Status == ffi.Panic
	if done.Status != ffi.OK {
		return ffi.Outcome{}, failure(done, s.of.of.rules, s.cause)
	}
	return done, nil
}
