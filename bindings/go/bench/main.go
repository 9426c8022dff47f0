// Command bench masks captured traces with spanmask and with what Go programs use now, checks what comes out, and tells the
// CPU time of each, as a ratio to spanmask in place.
//
//	go run . [-seconds 2] [-copies 32]
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// patterns are what all engines look for.
var patterns = []string{
	`[a-zA-Z0-9._%+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+`,
	`\b(?:\d{1,3}\.){3}\d{1,3}\b`,
	`\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b`,
}

// token is what all write instead.
const token = "****"

// engine masks one OTLP/JSON text.
type engine struct {
	name string
	// prepare runs before the clock does.
	prepare func(text []byte)
	mask    func() ([]byte, error)
	took    []time.Duration
}

func main() {
	seconds := flag.Float64("seconds", 2, "how long to measure each input")
	copies := flag.Int("copies", 32, "how often the larger input repeats a trace")
	traces := flag.String("traces", filepath.Join("..", "..", "..", "conformance", "traces"), "where the traces are")
	flag.Parse()
	log.SetFlags(0)
	for _, name := range []string{"py5_small.otlp.json", "js_small.otlp.json"} {
		text, err := os.ReadFile(filepath.Join(*traces, name))
		if err != nil {
			log.Fatal(err)
		}
		for _, n := range slices.Compact([]int{1, *copies}) {
			if err := compare(fmt.Sprintf("%s x %d", name, n), repeated(text, n), *seconds); err != nil {
				log.Fatal(err)
			}
		}
	}
}

// repeated is an export with all resources of the trace n times.
func repeated(text []byte, n int) []byte {
	head := []byte(`{"resourceSpans":[`)
	resources := bytes.TrimSuffix(bytes.TrimPrefix(bytes.TrimSpace(text), head), []byte(`]}`))
	all := bytes.Repeat(append(slices.Clone(resources), ','), n)
	return append(append(head, all[:len(all)-1]...), `]}`...)
}

func compare(name string, text []byte, seconds float64) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	engines, err := all()
	if err != nil {
		return err
	}
	fmt.Printf("\n%s: %d bytes\n%-24s %10s %8s %8s %8s\n", name, len(text), "", "us", "x", "left", "broken")
	before, err := look(text)
	if err != nil {
		return err
	}
	answers := make([]findings, len(engines))
	for i, e := range engines {
		e.prepare(text)
		masked, err := e.mask()
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if answers[i], err = look(masked); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	// Both look into nested texts: every value must be the same.
	if !reflect.DeepEqual(answers[0].values, answers[1].values) || answers[0].matches > 0 || before.matches == 0 {
		return fmt.Errorf("%s and %s differ, or leave something", engines[0].name, engines[1].name)
	}
	for end := time.Now().Add(time.Duration(seconds * float64(time.Second))); time.Now().Before(end) || len(engines[0].took) < 5; {
		for _, e := range engines {
			e.prepare(text)
			start := cpu()
			if _, err := e.mask(); err != nil {
				return err
			}
			e.took = append(e.took, cpu()-start)
		}
	}
	base := median(engines[0].took)
	for i, e := range engines {
		took := median(e.took)
		fmt.Printf("%-24s %10.1f %8.2f %8d %8d\n", e.name, float64(took)/1e3, float64(took)/float64(base),
			answers[i].matches, before.nested-answers[i].nested)
	}
	fmt.Printf("%d rounds; %d matches before\n", len(engines[0].took), before.matches)
	return nil
}

func median(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}

// cpu is what this thread has used. What the garbage collector does beside it is not in it.
func cpu() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		log.Fatal(err)
	}
	return time.Duration(now.Nano())
}
