#include "bridge.h"
#include "_cgo_export.h"
#include <stdlib.h>

/* A cgo.Handle travels through the library as the user pointer of a callback. */
static int32_t on_text(void *user, const char *text, size_t len, spanmask_span *spans, size_t capacity, size_t *count) {
    return spanmaskGoOnText((uintptr_t)user, (char *)text, len, spans, capacity, count);
}

static int32_t on_finding(void *user, const spanmask_finding *finding) {
    spanmaskGoOnFinding((uintptr_t)user, (spanmask_finding *)finding);
    return 0;
}

static void on_problem(void *user, const spanmask_problem *problem) {
    spanmaskGoOnProblem((uintptr_t)user, (spanmask_problem *)problem);
}

static spanmask_go_outcome failed(spanmask_status status, spanmask_status told, const spanmask_error *error) {
    spanmask_go_outcome outcome = {.status = status};
    /* The error of another call says nothing about this one. */
    if (told == SPANMASK_OK && error->status == status) {
        outcome.reason = error->reason;
        outcome.offset = error->offset;
        outcome.needed = error->needed;
        outcome.rule = error->rule;
    }
    return outcome;
}

static spanmask_go_outcome of_masker(const spanmask_masker *masker, spanmask_status status, size_t len) {
    if (status == SPANMASK_OK) return (spanmask_go_outcome){.len = len};
    spanmask_error error = {.struct_size = sizeof error};
    spanmask_status told = spanmask_masker_error(masker, &error);
    return failed(status, told, &error);
}

static spanmask_go_outcome of_stream(const spanmask_stream *stream, spanmask_status status,
                                     const spanmask_progress *progress) {
    if (status == SPANMASK_OK) {
        return (spanmask_go_outcome){
            .next = progress->next, .len = progress->produced, .consumed = progress->consumed};
    }
    spanmask_error error = {.struct_size = sizeof error};
    spanmask_status told = spanmask_stream_error(stream, &error);
    return failed(status, told, &error);
}

spanmask_go_outcome spanmask_go_work(int verb, void *handle, const uint8_t *input, size_t len, uint8_t *room,
                                     size_t capacity) {
    spanmask_progress progress = {.struct_size = sizeof progress};
    size_t masked = 0;
    spanmask_status status;
    switch (verb) {
    case SPANMASK_GO_IN_PLACE:
        status = spanmask_masker_mask_in_place(handle, room, len, capacity, &masked);
        return of_masker(handle, status, masked);
    case SPANMASK_GO_INTO:
        status = spanmask_masker_mask_into(handle, input, len, room, capacity, &masked);
        return of_masker(handle, status, masked);
    case SPANMASK_GO_PUSH:
        status = spanmask_stream_push(handle, input, len, room, capacity, &progress);
        return of_stream(handle, status, &progress);
    default:
        status = spanmask_stream_finish(handle, room, capacity, &progress);
        return of_stream(handle, status, &progress);
    }
}

spanmask_go_outcome spanmask_go_scan(spanmask_masker *masker, const uint8_t *input, size_t len, uintptr_t found) {
    size_t masked = 0;
    spanmask_status status = spanmask_masker_scan(masker, input, len, on_finding, (void *)found, &masked);
    return of_masker(masker, status, masked);
}

int32_t spanmask_go_compile(const char *text, size_t len, int32_t format, const spanmask_external *keys, size_t keys_len,
                            const spanmask_external *literals, size_t literals_len, uintptr_t problems,
                            spanmask_policy **policy) {
    spanmask_policy_options options = {
        .struct_size = sizeof options,
        .format = format,
        .keys = keys,
        .keys_len = keys_len,
        .literals = literals,
        .literals_len = literals_len,
        .on_problem = on_problem,
        .user = (void *)problems,
    };
    return spanmask_policy_compile(text, len, &options, policy);
}

int32_t spanmask_go_preset(const char *name, size_t len, uintptr_t problems, spanmask_policy **policy) {
    spanmask_policy_options options = {
        .struct_size = sizeof options, .on_problem = on_problem, .user = (void *)problems};
    return spanmask_policy_preset(name, len, &options, policy);
}

int32_t spanmask_go_masker_open(const spanmask_policy *policy, int32_t framing, const spanmask_detector *detectors,
                                size_t detectors_len, spanmask_masker **masker) {
    spanmask_masker_options options = {
        .struct_size = sizeof options, .framing = framing, .detectors = detectors, .detectors_len = detectors_len};
    return spanmask_masker_open(policy, &options, masker);
}

int32_t spanmask_go_stream_open(const spanmask_policy *policy, int32_t framing, int32_t oversize, size_t window,
                                const spanmask_detector *detectors, size_t detectors_len, spanmask_stream **stream) {
    spanmask_stream_options options = {.struct_size = sizeof options,
                                       .framing = framing,
                                       .oversize = oversize,
                                       .window = window,
                                       .detectors = detectors,
                                       .detectors_len = detectors_len};
    return spanmask_stream_open(policy, &options, stream);
}

spanmask_detector *spanmask_go_detectors(size_t len) { return calloc(len, sizeof(spanmask_detector)); }

void spanmask_go_detector_set(spanmask_detector *detectors, size_t index, char *name, size_t len, uintptr_t asked) {
    detectors[index] =
        (spanmask_detector){.name = {.data = name, .len = len}, .on_text = on_text, .user = (void *)asked};
}
