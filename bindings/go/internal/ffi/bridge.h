/* What Go calls: calls with fewer crossings than the C ABI alone would need, and the ways back into Go. */
#ifndef SPANMASK_GO_BRIDGE_H
#define SPANMASK_GO_BRIDGE_H

#if defined(__has_include)
#if !__has_include("spanmask.h")
#error "spanmask.h is missing: run 'go generate' in bindings/go, or 'make install'. README.md of this package says more."
#endif
/* Changes with the library, so that go build sees it. */
#if __has_include("library.h")
#include "library.h"
#endif
#endif
#include "spanmask.h"

/* What a call did: numbers of spanmask_error when it failed, of spanmask_progress when it was one of a stream. */
typedef struct spanmask_go_outcome {
    int32_t status;
    int32_t reason;
    int32_t next;
    size_t len;
    size_t consumed;
    size_t offset;
    size_t needed;
    size_t rule;
} spanmask_go_outcome;

enum spanmask_go_verb {
    SPANMASK_GO_IN_PLACE, /* a masker; the input is what lies at the front of the room */
    SPANMASK_GO_INTO,     /* a masker */
    SPANMASK_GO_PUSH,     /* a stream */
    SPANMASK_GO_FINISH    /* a stream, no input */
};

spanmask_go_outcome spanmask_go_work(int verb, void *handle, const uint8_t *input, size_t len, uint8_t *room,
                                     size_t capacity);
/* found is handed to spanmaskGoOnFinding. */
spanmask_go_outcome spanmask_go_scan(spanmask_masker *masker, const uint8_t *input, size_t len, uintptr_t found);

/* problems is handed to spanmaskGoOnProblem. */
int32_t spanmask_go_compile(const char *text, size_t len, int32_t format, const spanmask_external *keys, size_t keys_len,
                            const spanmask_external *literals, size_t literals_len, uintptr_t problems,
                            spanmask_policy **policy);
int32_t spanmask_go_preset(const char *name, size_t len, uintptr_t problems, spanmask_policy **policy);

int32_t spanmask_go_masker_open(const spanmask_policy *policy, int32_t framing, const spanmask_detector *detectors,
                                size_t detectors_len, spanmask_masker **masker);
int32_t spanmask_go_stream_open(const spanmask_policy *policy, int32_t framing, int32_t oversize, size_t window,
                                const spanmask_detector *detectors, size_t detectors_len, spanmask_stream **stream);

/* Room for so many detectors, to be freed once the handle is open; NULL when there is no memory. */
spanmask_detector *spanmask_go_detectors(size_t len);
/* Sets one of them. name must live until the handle is open; asked is handed to spanmaskGoOnText. */
void spanmask_go_detector_set(spanmask_detector *detectors, size_t index, char *name, size_t len, uintptr_t asked);

#endif
