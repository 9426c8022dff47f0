/* Masking allocates nothing: the linker sends every allocation of the library through here (-Wl,--wrap). */
#include "check.h"
#include "spanmask.h"

static unsigned long allocations;

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
int __real_posix_memalign(void **, size_t, size_t);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
int __wrap_posix_memalign(void **, size_t, size_t);

void *__wrap_malloc(size_t size) {
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size) {
    allocations++;
    return __real_realloc(old, size);
}

int __wrap_posix_memalign(void **out, size_t align, size_t size) {
    allocations++;
    return __real_posix_memalign(out, align, size);
}

static uint8_t input[1 << 20], buffer[1 << 21];

static int32_t path_of(void *user, const spanmask_finding *finding) {
    static char path[4096];
    size_t len;
    (void)user;
    CHECK_OK(spanmask_path_write(finding->path, path, sizeof path, &len));
    return 0;
}

static void push_all(spanmask_stream *stream, const uint8_t *text, size_t len) {
    spanmask_progress progress = {0};
    size_t at = 0;
    progress.struct_size = sizeof progress;
    while (at < len) {
        size_t piece = len - at < 1000 ? len - at : 1000;
        CHECK_OK(spanmask_stream_push(stream, text + at, piece, buffer, 1000, &progress));
        at += progress.consumed;
        if (at % 5000 == 0) CHECK_OK(spanmask_stream_flush(stream, buffer, 1000, &progress));
    }
    do CHECK_OK(spanmask_stream_finish(stream, buffer, 1000, &progress));
    while (progress.next != SPANMASK_NEXT_NOTHING);
}

int main(int count, char **arguments) {
    spanmask_policy *policy = NULL;
    spanmask_masker *masker = NULL;
    spanmask_stream *stream = NULL;
    spanmask_report report = {0};
    spanmask_error error = {0};
    size_t len, masked;
    FILE *file;
    CHECK(count == 2);
    file = fopen(arguments[1], "rb");
    CHECK(file != NULL);
    len = fread(input, 1, sizeof input, file);
    fclose(file);
    memcpy(buffer, input, len);
    report.struct_size = sizeof report;
    error.struct_size = sizeof error;

    CHECK_OK(spanmask_policy_preset("default", 7, NULL, &policy));
    CHECK_OK(spanmask_masker_open(policy, NULL, &masker));
    CHECK_OK(spanmask_stream_open(policy, NULL, &stream));
    CHECK(allocations > 0); /* it does count */
    allocations = 0;
    CHECK_OK(spanmask_masker_mask_in_place(masker, buffer, len, sizeof buffer, &masked));
    CHECK_OK(spanmask_masker_report(masker, &report, NULL, 0));
    CHECK(report.parts > 0);
    CHECK_OK(spanmask_masker_mask_into(masker, input, len, buffer, sizeof buffer, &masked));
    CHECK_OK(spanmask_masker_scan(masker, input, len, path_of, NULL, &masked));
    CHECK_STATUS(SPANMASK_REFUSED, spanmask_masker_mask_in_place(masker, buffer, len / 2, sizeof buffer, &masked));
    CHECK_OK(spanmask_masker_error(masker, &error));
    push_all(stream, input, len);
    CHECK_OK(spanmask_stream_reset(stream));
    push_all(stream, input, len);
    CHECK_OK(spanmask_stream_report(stream, &report, NULL, 0));
    CHECK(report.parts > 0);
    CHECK(allocations == 0);
    CHECK_OK(spanmask_stream_free(&stream));
    CHECK_OK(spanmask_masker_free(&masker));
    CHECK_OK(spanmask_policy_free(&policy));
    return 0;
}
