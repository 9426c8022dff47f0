/* One policy, 64 threads with a masker each: all give what one thread gives. And one masker for all of them: each call
 * is done or says that it is busy (not when a second argument says that locks of the library cannot be seen). */
#include "check.h"
#include "spanmask.h"

#include <pthread.h>

#define THREADS 64
#define ROUNDS 20

static spanmask_policy *policy;
static spanmask_masker *shared;
static uint8_t *input, *expected;
static size_t len, expected_len;

static void read_input(const char *path) {
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    input = malloc(1 << 20);
    CHECK(input != NULL);
    len = fread(input, 1, 1 << 20, file);
    CHECK(len > 0);
    fclose(file);
}

static void streamed(uint8_t *buffer) {
    spanmask_stream *stream = NULL;
    spanmask_stream_options options = {0};
    spanmask_progress progress = {0};
    size_t at = 0, written = 0;
    options.struct_size = sizeof options;
    options.window = 1 << 16;
    progress.struct_size = sizeof progress;
    CHECK_OK(spanmask_stream_open(policy, &options, &stream));
    while (at < len) {
        size_t piece = len - at < 777 ? len - at : 777;
        CHECK_OK(spanmask_stream_push(stream, input + at, piece, buffer + written, 999, &progress));
        at += progress.consumed;
        written += progress.produced;
    }
    do {
        CHECK_OK(spanmask_stream_finish(stream, buffer + written, 999, &progress));
        written += progress.produced;
    } while (progress.next != SPANMASK_NEXT_NOTHING);
    CHECK(written == expected_len && memcmp(buffer, expected, written) == 0);
    CHECK_OK(spanmask_stream_free(&stream));
}

static void *own(void *unused) {
    spanmask_policy *mine = NULL;
    spanmask_masker *masker = NULL;
    uint8_t *buffer = malloc(len * 2 + 1000);
    int round;
    CHECK(buffer != NULL);
    CHECK_OK(spanmask_policy_clone(policy, &mine));
    CHECK_OK(spanmask_masker_open(mine, NULL, &masker));
    CHECK_OK(spanmask_policy_free(&mine));
    for (round = 0; round < ROUNDS; round++) {
        size_t masked = 0;
        memcpy(buffer, input, len);
        CHECK_OK(spanmask_masker_mask_in_place(masker, buffer, len, len * 2, &masked));
        CHECK(masked == expected_len && memcmp(buffer, expected, masked) == 0);
    }
    CHECK_OK(spanmask_masker_free(&masker));
    streamed(buffer);
    free(buffer);
    return unused;
}

static void *contended(void *unused) {
    uint8_t *buffer = malloc(len * 2 + 1000);
    int round;
    CHECK(buffer != NULL);
    for (round = 0; round < ROUNDS; round++) {
        size_t masked = 0;
        spanmask_status status = spanmask_masker_mask_into(shared, input, len, buffer, len * 2, &masked);
        CHECK(status == SPANMASK_OK || status == SPANMASK_BUSY);
        if (status == SPANMASK_OK) CHECK(masked == expected_len && memcmp(buffer, expected, masked) == 0);
    }
    free(buffer);
    return unused;
}

static void all(void *(*work)(void *)) {
    pthread_t threads[THREADS];
    int i;
    for (i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int count, char **arguments) {
    CHECK(count >= 2);
    read_input(arguments[1]);
    CHECK_OK(spanmask_policy_preset("default", 7, NULL, &policy));
    CHECK_OK(spanmask_masker_open(policy, NULL, &shared));
    expected = malloc(len * 2 + 1000);
    CHECK(expected != NULL);
    CHECK_OK(spanmask_masker_mask_into(shared, input, len, expected, len * 2, &expected_len));
    CHECK(expected_len != len || memcmp(expected, input, len) != 0);
    all(own);
    if (count == 2) all(contended);
    CHECK_OK(spanmask_masker_free(&shared));
    CHECK_OK(spanmask_policy_free(&policy));
    free(input);
    free(expected);
    return 0;
}
