/* A panic comes back as a status, prints nothing, and leaves a handle that can only be freed. */
#include "check.h"
#include "spanmask.h"

spanmask_status spanmask_test_panic(spanmask_masker *masker);

int main(void) {
    spanmask_policy *policy = NULL;
    spanmask_masker *masker = NULL, *other = NULL;
    spanmask_report report = {0};
    spanmask_error error = {0};
    uint8_t buffer[8] = "[1]";
    size_t len = 77;
    report.struct_size = sizeof report;
    error.struct_size = sizeof error;
    CHECK_OK(spanmask_policy_compile("{ version: 1, rules: [] }", 25, NULL, &policy));
    CHECK_OK(spanmask_masker_open(policy, NULL, &masker));
    CHECK_STATUS(SPANMASK_PANIC, spanmask_test_panic(masker));
    CHECK_STATUS(SPANMASK_PANIC, spanmask_masker_mask_in_place(masker, buffer, 3, 8, &len));
    CHECK_STATUS(SPANMASK_PANIC, spanmask_masker_report(masker, &report, NULL, 0));
    CHECK_STATUS(SPANMASK_PANIC, spanmask_masker_error(masker, &error));
    CHECK(len == 77);
    CHECK_OK(spanmask_masker_free(&masker));
    /* Others are as good as before. */
    CHECK_OK(spanmask_masker_open(policy, NULL, &other));
    CHECK_OK(spanmask_masker_mask_in_place(other, buffer, 3, 8, &len));
    CHECK_OK(spanmask_masker_free(&other));
    CHECK_OK(spanmask_policy_free(&policy));
    return 0;
}
