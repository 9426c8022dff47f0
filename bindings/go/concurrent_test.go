package spanmask

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// ways masks a text in each way that one call or one stream is enough for.
func ways(policy *Policy, text []byte) map[string]func() ([]byte, error) {
	return map[string]func() ([]byte, error){
		"Mask":        func() ([]byte, error) { return policy.Mask(nil, text) },
		"MaskInPlace": func() ([]byte, error) { return policy.MaskInPlace(bytes.Clone(text)) },
		"Reader":      func() ([]byte, error) { return io.ReadAll(policy.NewReader(bytes.NewReader(text))) },
		"Writer": func() ([]byte, error) {
			var written bytes.Buffer
			writer := policy.NewWriter(&written)
			_, err := writer.Write(text)
			err = errors.Join(err, writer.Close())
			return written.Bytes(), err
		},
	}
}

// Many goroutines use one policy at once, in every way: each gets its own text back, masked.
func TestManyGoroutines(t *testing.T) {
	slow := func(text string) ([]Span, error) {
		runtime.Gosched()
		return findNames(text)
	}
	for name, policy := range map[string]*Policy{
		"plain":     compile(t, emails),
		"one call":  compile(t, emails, WithMaxCalls(1)),
		"detecting": withDetector(t, "refuse", slow),
	} {
		t.Run(name, func(t *testing.T) {
			var wait sync.WaitGroup
			for g := range 32 {
				wait.Go(func() {
					for round := range 20 {
						mine := fmt.Sprintf("%d of %d", round, g)
						filler := strings.Repeat(fmt.Sprintf(`"text %s", `, mine), 1+g*10)
						text := []byte(fmt.Sprintf(`{%q: [%s "Zoë, jo@example.com"]}`, mine, filler))
						expected := bytes.Replace(text, []byte("jo@example.com"), []byte("[EMAIL]"), 1)
						if name == "detecting" {
							expected = bytes.Replace(text, []byte("Zoë"), []byte("[NAME]"), 1)
						}
						for way, mask := range ways(policy, text) {
							if masked, err := mask(); err != nil || !bytes.Equal(masked, expected) {
								t.Errorf("%s: %s, %v", way, masked, err)
							}
						}
						_, err := policy.Mask(nil, text[:len(text)-1])
						var refused *Error
						if !errors.As(err, &refused) || refused.Offset != int64(len(text)-1) {
							t.Error(err)
						}
					}
				})
			}
			wait.Wait()
		})
	}
}

// A policy that is closed while others use it: they get their text, or are told so.
func TestCloseWhileMasking(t *testing.T) {
	image := must(compile(t, emails).Save())
	for range 20 {
		policy := must(Load(image, WithMaxCalls(2)))
		var wait sync.WaitGroup
		var done atomic.Int32
		for range 8 {
			wait.Go(func() {
				for {
					for way, mask := range ways(policy, []byte(`["jo@example.com"]`)) {
						masked, err := mask()
						if errors.Is(err, ErrClosed) {
							return
						}
						if err != nil || string(masked) != `["[EMAIL]"]` {
							t.Errorf("%s: %s, %v", way, masked, err)
							return
						}
						done.Add(1)
					}
				}
			})
		}
		for done.Load() < 50 && !t.Failed() {
			runtime.Gosched()
		}
		policy.Close()
		wait.Wait()
	}
}

// One masker, reader or writer in two goroutines: one call is done, or told that it is busy.
func TestBusy(t *testing.T) {
	policy := compile(t, emails)
	masker := must(policy.NewMasker())
	defer masker.Close()
	text := []byte(`["` + strings.Repeat("text ", 10_000) + `jo@example.com"]`)
	expected := must(policy.Mask(nil, text))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 50 {
				masked, err := masker.Mask(nil, text)
				if err == nil && !bytes.Equal(masked, expected) || err != nil && !errors.Is(err, ErrBusy) {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

// No more calls work at once than are allowed.
func TestMaxCalls(t *testing.T) {
	var working, most atomic.Int32
	policy := withDetector(t, "refuse", func(string) ([]Span, error) {
		now := working.Add(1)
		defer working.Add(-1)
		for {
			seen := most.Load()
			if now <= seen || most.CompareAndSwap(seen, now) {
				break
			}
		}
		time.Sleep(time.Millisecond)
		return nil, nil
	}, WithMaxCalls(3))
	var wait sync.WaitGroup
	for range 12 {
		wait.Go(func() { must(policy.Mask(nil, []byte(`["a"]`))) })
	}
	wait.Wait()
	if most := most.Load(); most > 3 || most < 2 {
		t.Errorf("%d at once", most)
	}
}

// resident is the memory of this process in bytes.
func resident(t *testing.T) int {
	t.Helper()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("SKIP: memory is measured on Linux only")
	}
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// A long run keeps no memory, with everything closed, given back, abandoned to the garbage collector, or failed.
func TestMemory(t *testing.T) {
	image := must(compile(t, emails).Save())
	shared := withDetector(t, "refuse", findNames)
	text := []byte(`["jo@example.com", "` + strings.Repeat("text ", 1000) + `"]`)
	round := func() {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				for way, mask := range ways(shared, text) {
					if _, err := mask(); err != nil {
						t.Error(way, err)
					}
				}
				shared.Mask(nil, text[:99])
				must(shared.Scan(text))
				policy := must(Load(image))
				defer policy.Close()
				masker := must(policy.NewMasker())
				must(masker.Mask(nil, text))
				masker.Close()
				reader := policy.NewReader(bytes.NewReader(text), WithWindow(1<<16))
				must(reader.Read(make([]byte, 1)))
				reader.Close()
			})
		}
		// Nobody closes these.
		policy := must(Load(image))
		must(policy.Mask(nil, text))
		must(must(policy.NewMasker()).Mask(nil, text))
		must(policy.NewReader(bytes.NewReader(text)).Read(make([]byte, 1)))
		must(policy.NewWriter(io.Discard).Write(text))
		wait.Wait()
		runtime.GC()
	}
	for range 30 {
		round()
	}
	before := resident(t)
	const rounds = 300
	for range rounds {
		round()
	}
	runtime.GC()
	grown := resident(t) - before
	t.Logf("%d MB, and %d KB more after %d rounds", before>>20, grown>>10, rounds)
	// A masker, reader and writer that leak take 10 MB a round.
	if grown > 32<<20 {
		t.Errorf("%d bytes more than after the first rounds", grown)
	}
}

// What nobody holds any more is closed by the garbage collector.
func TestCleanup(t *testing.T) {
	of := func() *pool {
		policy := must(Compile(emails))
		must(policy.Mask(nil, []byte(`[]`)))
		return policy.p
	}()
	for !of.closed() {
		runtime.GC()
	}
}

func (p *pool) closed() bool {
	p.of.life.RLock()
	defer p.of.life.RUnlock()
	_, closed := p.maskers.take()
	return closed && p.of.handle == nil
}
