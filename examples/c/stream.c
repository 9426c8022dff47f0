/* Masks a file of any size as it is read: stream POLICY INPUT > OUTPUT
 * cc stream.c $(pkg-config --cflags --libs spanmask) */
#include <spanmask.h>
#include <stdio.h>
#include <stdlib.h>

static uint8_t input[1 << 16], output[1 << 16];

static spanmask_policy *read_policy(const char *path) {
    static char text[1 << 20];
    char problems[1024] = "";
    spanmask_policy_options options = {.struct_size = sizeof options};
    spanmask_policy *policy = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    options.message = problems;
    options.message_capacity = sizeof problems;
    if (spanmask_policy_compile(text, len, &options, &policy) != SPANMASK_OK) fprintf(stderr, "%s\n", problems);
    return policy;
}

/* What was written before a failure is masked text. */
static int mask(spanmask_stream *stream, FILE *file) {
    spanmask_progress progress = {.struct_size = sizeof progress};
    size_t len;
    while ((len = fread(input, 1, sizeof input, file)) > 0) {
        size_t taken = 0;
        do {
            if (spanmask_stream_push(stream, input + taken, len - taken, output, sizeof output, &progress) != SPANMASK_OK)
                return 0;
            fwrite(output, 1, progress.produced, stdout);
            taken += progress.consumed;
        } while (progress.next == SPANMASK_NEXT_OUTPUT);
    }
    do {
        if (spanmask_stream_finish(stream, output, sizeof output, &progress) != SPANMASK_OK) return 0;
        fwrite(output, 1, progress.produced, stdout);
    } while (progress.next != SPANMASK_NEXT_NOTHING);
    return 1;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    spanmask_policy *policy = read_policy(arguments[1]);
    FILE *file = fopen(arguments[2], "rb");
    spanmask_stream *stream = NULL;
    if (policy == NULL || file == NULL || spanmask_stream_open(policy, NULL, &stream) != SPANMASK_OK) return 2;
    int done = mask(stream, file);
    if (!done) {
        spanmask_error error = {.struct_size = sizeof error};
        spanmask_stream_error(stream, &error);
        fprintf(stderr, "%s at byte %zu\n", error.message, error.offset);
    }
    spanmask_stream_free(&stream);
    spanmask_policy_free(&policy);
    fclose(file);
    return done ? 0 : 1;
}
