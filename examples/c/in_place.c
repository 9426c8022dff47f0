/* Masks a text in place: cc in_place.c $(pkg-config --cflags --libs spanmask) */
#include <spanmask.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char POLICY[] =
    "version: 1\n"
    "rules:\n"
    "  - { id: EMAIL, detect: email, replace: '[EMAIL]' }\n"
    "  - { id: SECRET, keys: ['*_token'] }\n";

static const char INPUT[] = "{\"note\": \"{\\\"to\\\": \\\"jo\\\\u0040example.com\\\"}\", \"api_token\": \"s3cr3t\"}";

int main(void) {
    char problems[1024];
    spanmask_policy_options options = {.struct_size = sizeof options};
    options.message = problems;
    options.message_capacity = sizeof problems;
    spanmask_policy *policy = NULL;
    if (spanmask_policy_compile(POLICY, strlen(POLICY), &options, &policy) != SPANMASK_OK) {
        fprintf(stderr, "%s\n", problems);
        return 2;
    }
    spanmask_masker *masker = NULL; /* one a thread; the policy is shared */
    if (spanmask_masker_open(policy, NULL, &masker) != SPANMASK_OK) return 2;

    /* A replacement may be longer than what it replaces: room to spare. */
    uint8_t buffer[256];
    size_t len = strlen(INPUT);
    memcpy(buffer, INPUT, len);
    spanmask_status status = spanmask_masker_mask_in_place(masker, buffer, len, sizeof buffer, &len);
    if (status == SPANMASK_OK) {
        printf("%.*s\n", (int)len, (char *)buffer);
    } else {
        spanmask_error error = {.struct_size = sizeof error};
        spanmask_masker_error(masker, &error);
        fprintf(stderr, "%s at byte %zu\n", error.message, error.offset);
    }

    spanmask_report report = {.struct_size = sizeof report};
    spanmask_masker_report(masker, &report, NULL, 0);
    printf("%llu parts\n", (unsigned long long)report.parts);
    spanmask_masker_free(&masker);
    spanmask_policy_free(&policy);
    return status == SPANMASK_OK ? 0 : 1;
}
