package spanmask

import (
	"runtime"
	"sync"
)

// pool keeps maskers and streams between calls. It outlives its policy until all are given back.
type pool struct {
	of      *compiled
	maskers shelf[*masker]
	streams shelf[*stream]
	// A slot for each call that may work; nil for any number.
	calls chan struct{}
}

func newPool(of *compiled) *pool {
	calls := of.config.calls
	if calls == 0 && len(of.config.detectors) == 0 {
		calls = runtime.GOMAXPROCS(0)
	}
	p := &pool{of: of}
	p.maskers.room, p.streams.room = runtime.GOMAXPROCS(0), runtime.GOMAXPROCS(0)
	if calls > 0 {
		p.calls = make(chan struct{}, calls)
	}
	return p
}

// take gives a masker to one goroutine, which gives it back.
func (p *pool) take() (*masker, error) {
	if p.calls != nil {
		p.calls <- struct{}{}
	}
	m, closed := p.maskers.take()
	if closed {
		p.leave()
		return nil, fail(ErrClosed)
	}
	if m != nil {
		return m, nil
	}
	m, err := p.of.openMasker()
	if err != nil {
		p.leave()
	}
	return m, err
}

func (p *pool) give(m *masker) {
	if m.broken {
		m.close()
	} else {
		p.maskers.give(m)
	}
	p.leave()
}

func (p *pool) leave() {
	if p.calls != nil {
		<-p.calls
	}
}

func (p *pool) close() {
	p.of.close()
	p.maskers.close()
	p.streams.close()
}

// shelf keeps what is costly to make. The last that was given is the first to be taken: it is still in the caches.
type shelf[T interface{ close() }] struct {
	mu     sync.Mutex
	items  []T
	room   int
	closed bool
}

// take gives nothing when there is nothing.
func (s *shelf[T]) take() (item T, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := len(s.items) - 1; last >= 0 {
		item, s.items = s.items[last], s.items[:last]
	}
	return item, s.closed
}

func (s *shelf[T]) give(item T) {
	s.mu.Lock()
	kept := !s.closed && len(s.items) < s.room
	if kept {
		s.items = append(s.items, item)
	}
	s.mu.Unlock()
	if !kept {
		item.close()
	}
}

func (s *shelf[T]) close() {
	s.mu.Lock()
	items := s.items
	s.items, s.closed = nil, true
	s.mu.Unlock()
	for _, item := range items {
		item.close()
	}
}
