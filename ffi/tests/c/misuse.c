/* Whatever a caller does wrong, as far as a library can see it, has its status, and writes no output. */
#include "check.h"
#include "spanmask.h"

static const char POLICY[] = "version: 1\nrules: [{ id: E, detect: email, replace: '[EMAIL]' }]\n";
static const char INPUT[] = "{\"to\":\"jo@example.com\"}";
static const char OUTPUT[] = "{\"to\":\"[EMAIL]\"}";
#define POLICY_LEN (sizeof POLICY - 1)
#define INPUT_LEN (sizeof INPUT - 1)
#define OUTPUT_LEN (sizeof OUTPUT - 1)
#define HUGE ((size_t)-1)

static spanmask_policy *policy;
static spanmask_masker *masker;

static void open_both(void) {
    CHECK_OK(spanmask_policy_compile(POLICY, POLICY_LEN, NULL, &policy));
    CHECK_OK(spanmask_masker_open(policy, NULL, &masker));
}

static void free_both(void) {
    CHECK_OK(spanmask_policy_free(&policy));
    CHECK_OK(spanmask_masker_free(&masker));
    CHECK(policy == NULL && masker == NULL);
    /* Again: nothing to free. */
    CHECK_OK(spanmask_policy_free(&policy));
    CHECK_OK(spanmask_masker_free(&masker));
}

static void compiling(void) {
    spanmask_policy *none = NULL;
    spanmask_policy_options options = {0};
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_compile(POLICY, POLICY_LEN, NULL, NULL));
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_compile(NULL, 1, NULL, &none));
    CHECK_STATUS(SPANMASK_POLICY, spanmask_policy_compile(NULL, 0, NULL, &none));
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_policy_compile(POLICY, HUGE, NULL, &none));
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_policy_compile("\xff", 1, NULL, &none));
    /* Sizes of structs: not set, too small, absurd; larger and zero is a newer program that asks for nothing. */
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_policy_compile(POLICY, POLICY_LEN, &options, &none));
    options.struct_size = sizeof options - 1;
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_policy_compile(POLICY, POLICY_LEN, &options, &none));
    options.struct_size = 1 << 20;
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_policy_compile(POLICY, POLICY_LEN, &options, &none));
    options.struct_size = sizeof options;
    options.format = 7;
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_policy_compile(POLICY, POLICY_LEN, &options, &none));
    options.format = SPANMASK_FORMAT_YAML;
    options.keys_len = 1;
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_compile(POLICY, POLICY_LEN, &options, &none));
    options.keys_len = 0;
    options.message_capacity = 8;
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_compile(POLICY, POLICY_LEN, &options, &none));
    CHECK(none == NULL);
}

static void newer_program(void) {
    struct {
        spanmask_policy_options known;
        size_t unknown;
    } options = {{0}, 0};
    spanmask_policy *compiled = NULL;
    options.known.struct_size = sizeof options;
    options.unknown = 1;
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_policy_compile(POLICY, POLICY_LEN, &options.known, &compiled));
    CHECK(compiled == NULL);
    options.unknown = 0;
    CHECK_OK(spanmask_policy_compile(POLICY, POLICY_LEN, &options.known, &compiled));
    CHECK_OK(spanmask_policy_free(&compiled));
}

/* What is wrong is told in whatever room there is, always ended. */
static void messages(void) {
    static const char wrong[] = "version: 1\nrules: [{ id: E, detect: emial }, { id: E, pattern: '(' }]\n";
    spanmask_policy_options options = {0};
    spanmask_policy *none = NULL;
    size_t room;
    options.struct_size = sizeof options;
    for (room = 0; room < 300; room++) {
        char *message = malloc(room == 0 ? 1 : room);
        CHECK(message != NULL);
        memset(message, 'x', room);
        options.message = message;
        options.message_capacity = room;
        CHECK_STATUS(SPANMASK_POLICY, spanmask_policy_compile(wrong, sizeof wrong - 1, &options, &none));
        if (room > 0) CHECK(memchr(message, 0, room) != NULL);
        if (room == 299) CHECK(strstr(message, "rules[0].detect") != NULL && strstr(message, "email") != NULL);
        free(message);
    }
    CHECK_STATUS(SPANMASK_POLICY, spanmask_policy_preset("defualt", 7, NULL, &none));
    CHECK(none == NULL);
}

static void policies(void) {
    spanmask_policy *clone = NULL;
    spanmask_text id = {NULL, 77};
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_clone(NULL, &clone));
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_clone(policy, NULL));
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_free(NULL));
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_rule(NULL, 0, &id));
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_rule(policy, 0, NULL));
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_policy_rule(policy, 1, &id));
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_policy_rule(policy, HUGE, &id));
    CHECK(clone == NULL && id.len == 77);
    CHECK_OK(spanmask_policy_rule(policy, 0, &id));
    CHECK(id.len == 1 && id.data[0] == 'E');
    CHECK_OK(spanmask_policy_clone(policy, &clone));
    CHECK_OK(spanmask_policy_free(&clone));
}

static void images(void) {
    spanmask_policy *loaded = NULL;
    size_t len = 77, needed = 0;
    uint8_t *image;
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_save(NULL, 0, NULL, 0, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_save(policy, 0, NULL, 0, NULL));
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_save(policy, 0, NULL, 1, &len));
    CHECK(len == 77);
    CHECK_OK(spanmask_policy_save(policy, 0, NULL, 0, &needed));
    image = malloc(needed + 1);
    CHECK(image != NULL && needed > 100);
    CHECK_STATUS(SPANMASK_CAPACITY, spanmask_policy_save(policy, 0, image, needed - 1, &len));
    CHECK(len == 77);
    /* At an address that is no multiple of anything. */
    CHECK_OK(spanmask_policy_save(policy, 0, image + 1, needed, &len));
    CHECK(len == needed);
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_load(NULL, 1, &loaded));
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_load(image + 1, needed, NULL));
    CHECK_STATUS(SPANMASK_IMAGE, spanmask_policy_load(NULL, 0, &loaded));
    CHECK_STATUS(SPANMASK_IMAGE, spanmask_policy_load(image + 1, needed - 1, &loaded));
    CHECK(loaded == NULL);
    CHECK_OK(spanmask_policy_load(image + 1, needed, &loaded));
    image[1 + needed / 2] ^= 1;
    CHECK_OK(spanmask_policy_free(&loaded));
    CHECK_STATUS(SPANMASK_IMAGE, spanmask_policy_load(image + 1, needed, &loaded));
    free(image);
}

static void opening(void) {
    spanmask_masker *none = NULL;
    spanmask_masker_options options = {0};
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_open(NULL, NULL, &none));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_open(policy, NULL, NULL));
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_masker_open(policy, &options, &none));
    options.struct_size = sizeof options;
    options.framing = 2;
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_masker_open(policy, &options, &none));
    CHECK(none == NULL);
}

static void in_place(void) {
    uint8_t buffer[64];
    size_t len = 77;
    spanmask_error error = {0};
    memcpy(buffer, INPUT, INPUT_LEN);
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_mask_in_place(NULL, buffer, INPUT_LEN, sizeof buffer, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_mask_in_place(masker, NULL, 0, 1, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_mask_in_place(masker, buffer, INPUT_LEN, sizeof buffer, NULL));
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_masker_mask_in_place(masker, buffer, 65, 64, &len));
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_masker_mask_in_place(masker, buffer, 1, HUGE, &len));
    CHECK_STATUS(SPANMASK_REFUSED, spanmask_masker_mask_in_place(masker, buffer, INPUT_LEN - 1, 64, &len));
    CHECK(len == 77 && memcmp(buffer, INPUT, INPUT_LEN) == 0);
    error.struct_size = sizeof error;
    CHECK_OK(spanmask_masker_error(masker, &error));
    CHECK(error.status == SPANMASK_REFUSED && error.reason == SPANMASK_REASON_TRUNCATED);
    CHECK(error.offset == INPUT_LEN - 1 && strlen(error.message) > 0);
    CHECK_OK(spanmask_masker_mask_in_place(masker, buffer, INPUT_LEN, INPUT_LEN, &len));
    CHECK(len == OUTPUT_LEN && memcmp(buffer, OUTPUT, OUTPUT_LEN) == 0);
    CHECK_OK(spanmask_masker_error(masker, &error));
    CHECK(error.status == SPANMASK_OK && error.struct_size == sizeof error);
    /* Nothing at all is a sequence of no texts. */
    CHECK_OK(spanmask_masker_mask_in_place(masker, NULL, 0, 0, &len));
    CHECK(len == 0);
}

static void into(void) {
    uint8_t output[64], both[64];
    const uint8_t *input = (const uint8_t *)INPUT;
    size_t len = 77;
    spanmask_error error = {0};
    memcpy(both, INPUT, INPUT_LEN);
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_mask_into(NULL, input, INPUT_LEN, output, 64, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_mask_into(masker, NULL, 1, output, 64, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_mask_into(masker, input, INPUT_LEN, NULL, 64, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_mask_into(masker, input, INPUT_LEN, output, 64, NULL));
    /* The same memory, one inside the other, and a byte in common. */
    CHECK_STATUS(SPANMASK_OVERLAP, spanmask_masker_mask_into(masker, both, INPUT_LEN, both, 64, &len));
    CHECK_STATUS(SPANMASK_OVERLAP, spanmask_masker_mask_into(masker, both, INPUT_LEN, both + 3, 4, &len));
    CHECK_STATUS(SPANMASK_OVERLAP, spanmask_masker_mask_into(masker, both + 9, INPUT_LEN, both, 10, &len));
    CHECK_STATUS(SPANMASK_CAPACITY, spanmask_masker_mask_into(masker, input, INPUT_LEN, NULL, 0, &len));
    CHECK(len == 77);
    error.struct_size = sizeof error;
    CHECK_OK(spanmask_masker_error(masker, &error));
    CHECK(error.status == SPANMASK_CAPACITY && error.needed == OUTPUT_LEN);
    /* Side by side is fine. */
    CHECK_OK(spanmask_masker_mask_into(masker, both, INPUT_LEN, both + INPUT_LEN, OUTPUT_LEN, &len));
    CHECK(len == OUTPUT_LEN && memcmp(both + INPUT_LEN, OUTPUT, OUTPUT_LEN) == 0);
}

static int32_t uses_the_masker(void *user, const spanmask_finding *finding) {
    int *times = user;
    size_t len = 77;
    uint8_t buffer[8] = "1";
    char path[64];
    spanmask_report report = {0};
    report.struct_size = sizeof report;
    *times += 1;
    CHECK_STATUS(SPANMASK_BUSY, spanmask_masker_mask_in_place(masker, buffer, 1, 8, &len));
    CHECK_STATUS(SPANMASK_BUSY, spanmask_masker_report(masker, &report, NULL, 0));
    CHECK_STATUS(SPANMASK_BUSY, spanmask_masker_free(&masker));
    CHECK(masker != NULL);
    CHECK_STATUS(SPANMASK_NULL, spanmask_path_write(NULL, path, sizeof path, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_path_write(finding->path, NULL, 1, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_path_write(finding->path, path, sizeof path, NULL));
    CHECK_STATUS(SPANMASK_CAPACITY, spanmask_path_write(finding->path, path, finding->path_len - 1, &len));
    CHECK(len == 77);
    return 1;
}

static void scanning(void) {
    static const char two[] = "[\"jo@example.com\",\"al@example.com\"]";
    const uint8_t *input = (const uint8_t *)two;
    size_t len = 77;
    int times = 0;
    spanmask_error error = {0};
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_scan(NULL, input, sizeof two - 1, NULL, NULL, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_scan(masker, NULL, 1, NULL, NULL, &len));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_scan(masker, input, sizeof two - 1, NULL, NULL, NULL));
    CHECK_STATUS(SPANMASK_CALLBACK,
                 spanmask_masker_scan(masker, input, sizeof two - 1, uses_the_masker, &times, &len));
    CHECK(times == 1 && len == 77);
    error.struct_size = sizeof error;
    CHECK_OK(spanmask_masker_error(masker, &error));
    CHECK(error.status == SPANMASK_CALLBACK);
    CHECK_OK(spanmask_masker_scan(masker, input, sizeof two - 1, NULL, NULL, &len));
    CHECK(len == sizeof "[\"[EMAIL]\",\"[EMAIL]\"]" - 1);
}

static void numbers(void) {
    spanmask_report report = {0};
    spanmask_error error = {0};
    uint64_t count = 77;
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_masker_report(masker, &report, NULL, 0));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_report(masker, NULL, NULL, 0));
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_masker_error(masker, &error));
    error.struct_size = sizeof error;
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_error(NULL, &error));
    report.struct_size = sizeof report;
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_report(NULL, &report, NULL, 0));
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_report(masker, &report, NULL, 1));
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_masker_report(masker, &report, &count, HUGE));
    CHECK(count == 77);
    CHECK_OK(spanmask_masker_report(masker, &report, NULL, 0));
    CHECK(report.parts == 2 && report.rules == 1 && report.texts == 1);
    CHECK_OK(spanmask_masker_report(masker, &report, &count, 1));
    CHECK(count == 2);
}

static void streams(void) {
    static uint8_t both[64];
    const uint8_t *input = (const uint8_t *)INPUT;
    uint8_t output[64];
    spanmask_stream *stream = NULL;
    spanmask_stream_options options = {0};
    spanmask_progress progress = {0};
    spanmask_report report = {0};
    spanmask_error error = {0};
    report.struct_size = sizeof report;
    error.struct_size = sizeof error;
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_open(NULL, NULL, &stream));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_open(policy, NULL, NULL));
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_stream_open(policy, &options, &stream));
    options.struct_size = sizeof options;
    options.window = 31;
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_stream_open(policy, &options, &stream));
    options.window = HUGE;
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_stream_open(policy, &options, &stream));
    options.window = 32;
    options.oversize = 3;
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_stream_open(policy, &options, &stream));
    options.oversize = SPANMASK_OVERSIZE_ERROR;
    CHECK(stream == NULL);
    CHECK_OK(spanmask_stream_open(policy, &options, &stream));
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_stream_push(stream, input, INPUT_LEN, output, 64, &progress));
    progress.struct_size = sizeof progress;
    progress.consumed = 77;
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_push(NULL, input, INPUT_LEN, output, 64, &progress));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_push(stream, NULL, 1, output, 64, &progress));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_push(stream, input, INPUT_LEN, NULL, 64, &progress));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_push(stream, input, INPUT_LEN, output, 64, NULL));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_finish(stream, NULL, 1, &progress));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_flush(NULL, output, 64, &progress));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_flush(stream, NULL, 1, &progress));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_flush(stream, output, 64, NULL));
    CHECK_STATUS(SPANMASK_OVERLAP, spanmask_stream_push(stream, both, 9, both + 8, 9, &progress));
    CHECK(progress.consumed == 77);
    /* The order: behind the end only the rest, until it is reset. */
    CHECK_OK(spanmask_stream_push(stream, input, INPUT_LEN, output, 64, &progress));
    CHECK(progress.consumed == INPUT_LEN && progress.next == SPANMASK_NEXT_INPUT);
    CHECK_OK(spanmask_stream_finish(stream, NULL, 0, &progress));
    CHECK(progress.next == SPANMASK_NEXT_OUTPUT);
    CHECK_STATUS(SPANMASK_ORDER, spanmask_stream_push(stream, input, 1, output, 64, &progress));
    CHECK_STATUS(SPANMASK_ORDER, spanmask_stream_flush(stream, output, 64, &progress));
    CHECK_OK(spanmask_stream_finish(stream, output, 64, &progress));
    CHECK(progress.produced == OUTPUT_LEN && memcmp(output, OUTPUT, OUTPUT_LEN) == 0);
    CHECK(progress.next == SPANMASK_NEXT_NOTHING);
    CHECK_OK(spanmask_stream_report(stream, &report, NULL, 0));
    CHECK(report.parts == 1 && report.texts == 1 && report.oversized == 0);
    CHECK_OK(spanmask_stream_finish(stream, output, 64, &progress));
    CHECK(progress.produced == 0 && progress.next == SPANMASK_NEXT_NOTHING);
    /* What has been pushed comes out before more is pushed, but for a value that has not ended. */
    CHECK_OK(spanmask_stream_reset(stream));
    CHECK_OK(spanmask_stream_flush(stream, output, 64, &progress));
    CHECK(progress.produced == 0 && progress.next == SPANMASK_NEXT_INPUT);
    CHECK_OK(spanmask_stream_push(stream, input, INPUT_LEN, output, 64, &progress));
    CHECK(progress.produced == 0);
    CHECK_OK(spanmask_stream_push(stream, (const uint8_t *)"[\"jo@", 5, output, 64, &progress));
    CHECK(progress.produced == 0);
    CHECK_OK(spanmask_stream_flush(stream, output, 5, &progress));
    CHECK(progress.consumed == 0 && progress.produced == 5 && progress.next == SPANMASK_NEXT_OUTPUT);
    CHECK_OK(spanmask_stream_flush(stream, output + 5, 59, &progress));
    CHECK(progress.produced == OUTPUT_LEN + 1 - 5 && progress.next == SPANMASK_NEXT_INPUT);
    CHECK(memcmp(output, OUTPUT, OUTPUT_LEN) == 0 && output[OUTPUT_LEN] == '[');
    /* What has failed goes on failing until it is reset. */
    CHECK_OK(spanmask_stream_reset(stream));
    CHECK_OK(spanmask_stream_push(stream, (const uint8_t *)"]", 1, output, 64, &progress));
    CHECK_STATUS(SPANMASK_REFUSED, spanmask_stream_flush(stream, output, 64, &progress));
    CHECK_STATUS(SPANMASK_REFUSED, spanmask_stream_finish(stream, output, 64, &progress));
    CHECK_STATUS(SPANMASK_REFUSED, spanmask_stream_finish(stream, output, 64, &progress));
    CHECK_OK(spanmask_stream_error(stream, &error));
    CHECK(error.status == SPANMASK_REFUSED && error.reason == SPANMASK_REASON_SYNTAX && error.offset == 0);
    CHECK_OK(spanmask_stream_reset(stream));
    memset(both, 'x', sizeof both);
    both[0] = '"';
    CHECK_STATUS(SPANMASK_OVERSIZE, spanmask_stream_push(stream, both, sizeof both, output, 64, &progress));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_reset(NULL));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_report(NULL, &report, NULL, 0));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_error(stream, NULL));
    CHECK_OK(spanmask_stream_free(&stream));
    CHECK_OK(spanmask_stream_free(&stream));
    CHECK_STATUS(SPANMASK_NULL, spanmask_stream_free(NULL));
}

/* What the detector does next, and how often it was asked. */
typedef struct script {
    int32_t answer;
    size_t count;
    spanmask_span first;
    int asked;
    spanmask_masker *masker;
} script;

static int32_t scripted(void *user, const char *text, size_t len, spanmask_span *spans, size_t capacity, size_t *count) {
    script *what = user;
    size_t masked;
    CHECK(len == 9 && memcmp(text, "ask \303\251 me", 9) == 0 && capacity >= 1024);
    CHECK_STATUS(SPANMASK_BUSY, spanmask_masker_mask_in_place(what->masker, NULL, 0, 0, &masked));
    spans[0] = what->first;
    *count = what->count;
    what->asked++;
    return what->answer;
}

static void detectors(void) {
    static const char mask[] = "{ version: 1, rules: [{ id: H, detect: host:h, replace: '#' }] }";
    static const char refuse[] = "{ version: 1, rules: [{ id: H, detect: host:h, fail: refuse }] }";
    static const char text[] = "[\"ask \\u00e9 me\"]";
    /* Failing, more than fit, none of the text, back to front, half a character. */
    static const script broken[] = {{1, 0, {0, 1}, 0, NULL},
                                    {0, HUGE, {0, 1}, 0, NULL},
                                    {0, 1, {0, 10}, 0, NULL},
                                    {0, 1, {3, 2}, 0, NULL},
                                    {0, 1, {0, 5}, 0, NULL}};
    script now = {0, 1, {4, 6}, 0, NULL};
    spanmask_detector detector = {{"h", 1}, NULL, NULL};
    spanmask_masker_options options = {0};
    spanmask_policy *asks = NULL;
    spanmask_stream *stream = NULL;
    spanmask_text name;
    spanmask_error error = {0};
    char output[64];
    size_t i, len = 0;
    error.struct_size = sizeof error;
    options.struct_size = sizeof options;
    for (i = 0; i < 2; i++) {
        size_t j;
        if (i == 0) CHECK_OK(spanmask_policy_compile(mask, sizeof mask - 1, NULL, &asks));
        else CHECK_OK(spanmask_policy_compile(refuse, sizeof refuse - 1, NULL, &asks));
        CHECK_OK(spanmask_policy_detector(asks, 0, &name));
        CHECK(name.len == 1 && name.data[0] == 'h');
        CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_policy_detector(asks, 1, &name));
        CHECK_STATUS(SPANMASK_NO_DETECTOR, spanmask_masker_open(asks, NULL, &now.masker));
        CHECK_STATUS(SPANMASK_NO_DETECTOR, spanmask_stream_open(asks, NULL, &stream));
        options.detectors = NULL;
        options.detectors_len = 1;
        CHECK_STATUS(SPANMASK_NULL, spanmask_masker_open(asks, &options, &now.masker));
        options.detectors = &detector;
        detector.on_text = NULL;
        CHECK_STATUS(SPANMASK_NULL, spanmask_masker_open(asks, &options, &now.masker));
        detector.on_text = scripted;
        detector.user = &now;
        CHECK_OK(spanmask_masker_open(asks, &options, &now.masker));
        for (j = 0; j < sizeof broken / sizeof *broken; j++) {
            spanmask_status status;
            now.answer = broken[j].answer;
            now.count = broken[j].count;
            now.first = broken[j].first;
            memcpy(output, text, sizeof text);
            status = spanmask_masker_mask_in_place(now.masker, (uint8_t *)output, sizeof text - 1, sizeof output, &len);
            if (i == 0) CHECK(status == SPANMASK_OK && len == 5 && memcmp(output, "[\"#\"]", 5) == 0);
            else CHECK(status == SPANMASK_DETECTOR && memcmp(output, text, sizeof text) == 0);
            if (i == 1) CHECK_OK(spanmask_masker_error(now.masker, &error));
            if (i == 1) CHECK(error.status == SPANMASK_DETECTOR && error.offset == 2 && error.rule == 0);
        }
        CHECK_OK(spanmask_masker_free(&now.masker));
        CHECK_OK(spanmask_policy_free(&asks));
    }
    CHECK(now.asked == 10);
    CHECK_STATUS(SPANMASK_NULL, spanmask_policy_detector(NULL, 0, &name));
    CHECK(stream == NULL);
}

static void library(void) {
    spanmask_library about = {0};
    const char *text = NULL;
    int32_t status;
    CHECK_STATUS(SPANMASK_NULL, spanmask_library_describe(NULL));
    CHECK_STATUS(SPANMASK_STRUCT_SIZE, spanmask_library_describe(&about));
    about.struct_size = sizeof about;
    CHECK_OK(spanmask_library_describe(&about));
    CHECK(about.abi_version == SPANMASK_ABI_VERSION && about.struct_size == sizeof about);
    CHECK(strlen(about.version) > 0 && strlen(about.cpu_path) > 0);
    CHECK_STATUS(SPANMASK_NULL, spanmask_status_describe(0, NULL));
    CHECK_STATUS(SPANMASK_ARGUMENT, spanmask_status_describe(-1, &text));
    CHECK(text == NULL);
    for (status = 0; spanmask_status_describe(status, &text) == SPANMASK_OK; status++) CHECK(strlen(text) > 0);
    CHECK(status > SPANMASK_OVERSIZE);
}

int main(void) {
    open_both();
    compiling();
    newer_program();
    messages();
    policies();
    images();
    opening();
    in_place();
    into();
    scanning();
    numbers();
    streams();
    detectors();
    library();
    free_both();
    CHECK_STATUS(SPANMASK_NULL, spanmask_masker_free(NULL));
    return 0;
}
