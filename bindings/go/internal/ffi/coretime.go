//go:build spanmask_coretime

package ffi

// How long the core takes without Go: only for benchmarks.

/*
#include "bridge.h"
#include <string.h>
#include <time.h>

static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Masks copies texts of len bytes, each in a slot of slot bytes, where they lie. Gives the seconds, or -1.
static double mask_copies(spanmask_masker *masker, uint8_t *copies, size_t count, size_t len, size_t slot, size_t *masked) {
    double start = cpu_seconds();
    for (size_t i = 0; i < count; i++) {
        if (spanmask_masker_mask_in_place(masker, copies + i * slot, len, slot, masked) != SPANMASK_OK) return -1;
    }
    return cpu_seconds() - start;
}
*/
import "C"

import "time"

// CPUTime is what this thread has used of the CPU.
func CPUTime() time.Duration { return seconds(C.cpu_seconds()) }

// CoreTime masks the texts at the front of slots that stand in copies, in a loop in C, and says how long that took, and how
// long the last result is; a negative time when a call failed.
func (m *Masker) CoreTime(copies []byte, count, length, slot int) (time.Duration, int) {
	var masked C.size_t
	took := C.mask_copies(m.c, bytes(copies), C.size_t(count), C.size_t(length), C.size_t(slot), &masked)
	return seconds(took), int(masked)
}

func seconds(s C.double) time.Duration { return time.Duration(float64(s) * float64(time.Second)) }
