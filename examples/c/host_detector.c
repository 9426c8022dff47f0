/* A detector of the host: what a model would plug into. This one finds a few names.
 * cc host_detector.c $(pkg-config --cflags --libs spanmask) */
#include <spanmask.h>
#include <stdio.h>
#include <string.h>

static const char POLICY[] =
    "version: 1\n"
    "rules:\n"
    "  - { id: EMAIL, detect: email, replace: '[EMAIL]' }\n"
    "  - { id: NAME, detect: host:names, max_bytes: 10000, fail: refuse, replace: '[NAME]' }\n";

/* Bytes, not escapes: the text is what a person reads. */
static const char *const NAMES[] = {"Jo Doe", "Zo\xc3\xab", NULL};

static int32_t find_names(void *user, const char *text, size_t len, spanmask_span *spans, size_t capacity, size_t *count) {
    const char *const *names = user;
    size_t found = 0;
    for (; *names != NULL; names++) {
        size_t name = strlen(*names);
        for (size_t at = 0; at + name <= len; at++) {
            if (memcmp(text + at, *names, name) != 0) continue;
            if (found == capacity) return 1; /* it failed: the policy says what then */
            spans[found].start = at;
            spans[found].end = at + name;
            found++;
        }
    }
    *count = found;
    return 0;
}

int main(void) {
    uint8_t buffer[256] = "{\"chat\": \"{\\\"text\\\": \\\"Zo\\\\u00eb, call Jo Doe (jo@example.com)\\\"}\"}";
    size_t len = strlen((char *)buffer);
    spanmask_detector detector = {{"names", 5}, find_names, (void *)NAMES};
    spanmask_masker_options options = {.struct_size = sizeof options};
    options.detectors = &detector;
    options.detectors_len = 1;
    spanmask_policy *policy = NULL;
    spanmask_masker *masker = NULL;
    if (spanmask_policy_compile(POLICY, strlen(POLICY), NULL, &policy) != SPANMASK_OK) return 2;
    if (spanmask_masker_open(policy, &options, &masker) != SPANMASK_OK) return 2;
    spanmask_status status = spanmask_masker_mask_in_place(masker, buffer, len, sizeof buffer, &len);
    if (status == SPANMASK_OK) printf("%.*s\n", (int)len, (char *)buffer);
    spanmask_masker_free(&masker);
    spanmask_policy_free(&policy);
    return status == SPANMASK_OK ? 0 : 1;
}
