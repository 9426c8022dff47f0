/* Does through the C ABI what it is told on standard input, and tells what came of it: tests/conformance.rs drives it. */
#include "fields.h"
#include "spanmask.h"

#define MANY 8

static spanmask_policy *policy;
static spanmask_masker *masker;
static spanmask_stream *stream;

static void put_text(spanmask_text text) { put(text.data, text.len); }

/* Problems and findings are kept until their number is known. */
typedef struct kept {
    spanmask_problem *problems;
    size_t len;
} kept;

static spanmask_text copy_of(spanmask_text text) {
    char *copy = room_of(text.len);
    if (text.len > 0) memcpy(copy, text.data, text.len);
    text.data = copy;
    return text;
}

static void keep_problem(void *user, const spanmask_problem *problem) {
    kept *all = user;
    spanmask_problem copy = *problem;
    if (problem->struct_size != sizeof *problem) die("a problem of another size");
    copy.path = copy_of(problem->path);
    copy.message = copy_of(problem->message);
    copy.suggestion = copy_of(problem->suggestion);
    all->problems = realloc(all->problems, (all->len + 1) * sizeof copy);
    if (all->problems == NULL) die("no memory");
    all->problems[all->len++] = copy;
}

static void put_problems(kept *all) {
    size_t i;
    put_number(all->len);
    for (i = 0; i < all->len; i++) {
        put_number((unsigned long)all->problems[i].kind);
        put_text(all->problems[i].path);
        put_text(all->problems[i].suggestion);
        free((char *)all->problems[i].path.data);
        free((char *)all->problems[i].message.data);
        free((char *)all->problems[i].suggestion.data);
    }
    free(all->problems);
}

static size_t get_externals(spanmask_external *externals) {
    size_t len = need_number(), i;
    if (len > MANY) die("too many externals");
    for (i = 0; i < len; i++) {
        field name = need(), data = need();
        externals[i].name.data = name.data;
        externals[i].name.len = name.len;
        externals[i].data = (const uint8_t *)data.data;
        externals[i].len = data.len;
    }
    return len;
}

static void free_externals(spanmask_external *externals, size_t len) {
    size_t i;
    for (i = 0; i < len; i++) {
        free((char *)externals[i].name.data);
        free((uint8_t *)externals[i].data);
    }
}

/* format, text, keys, literals: status, problems and warnings, message */
static void do_policy(void) {
    field format = need(), text = need();
    spanmask_external keys[MANY], literals[MANY];
    spanmask_policy_options options = {0};
    kept all = {0};
    char message[512];
    spanmask_status status;
    options.struct_size = sizeof options;
    options.keys = keys;
    options.keys_len = get_externals(keys);
    options.literals = literals;
    options.literals_len = get_externals(literals);
    options.on_problem = keep_problem;
    options.user = &all;
    options.message = message;
    options.message_capacity = sizeof message;
    options.format = is(format, "json") ? SPANMASK_FORMAT_JSON
                     : is(format, "toml") ? SPANMASK_FORMAT_TOML
                                          : SPANMASK_FORMAT_YAML;
    spanmask_policy_free(&policy);
    if (is(format, "preset"))
        status = spanmask_policy_preset(text.data, text.len, &options, &policy);
    else
        status = spanmask_policy_compile(text.data, text.len, &options, &policy);
    free_externals(keys, options.keys_len);
    free_externals(literals, options.literals_len);
    free(format.data);
    free(text.data);
    put_number((unsigned long)status);
    put_problems(&all);
    put(message, strlen(message));
}

/* framing: status */
static void do_masker(void) {
    spanmask_masker_options options = {0};
    spanmask_stream_options pieces = {0};
    options.struct_size = sizeof options;
    options.framing = (int32_t)need_number();
    spanmask_masker_free(&masker);
    pieces.struct_size = sizeof pieces;
    pieces.framing = options.framing;
    spanmask_stream_free(&stream);
    if (spanmask_stream_open(policy, &pieces, &stream) != SPANMASK_OK) die("no stream");
    put_number((unsigned long)spanmask_masker_open(policy, &options, &masker));
}

/* status, reason, offset, needed, length */
static void put_result(spanmask_status status, size_t len) {
    spanmask_error error = {0};
    error.struct_size = sizeof error;
    if (spanmask_masker_error(masker, &error) != SPANMASK_OK) die("no error");
    if (error.status != (int32_t)status) die("another error");
    put_number((unsigned long)status);
    put_number((unsigned long)error.reason);
    put_number(error.offset);
    put_number(error.needed);
    put_number(len);
}

/* input, capacity: result, the whole room */
static void do_in_place(void) {
    field input = need();
    size_t capacity = need_number(), len = 0;
    uint8_t *buffer = room_of(capacity);
    spanmask_status status;
    memset(buffer, 0xaa, capacity);
    memcpy(buffer, input.data, input.len);
    status = spanmask_masker_mask_in_place(masker, buffer, input.len, capacity, &len);
    put_result(status, len);
    put(buffer, capacity);
    free(buffer);
    free(input.data);
}

/* input, capacity: result, the whole room */
static void do_into(void) {
    field input = need();
    size_t capacity = need_number(), len = 0;
    uint8_t *output = room_of(capacity);
    spanmask_status status;
    memset(output, 0xaa, capacity);
    status = spanmask_masker_mask_into(masker, (uint8_t *)input.data, input.len, output, capacity, &len);
    put_result(status, len);
    put(output, capacity);
    free(output);
    free(input.data);
}

static int32_t put_finding(void *user, const spanmask_finding *finding) {
    char *path = room_of(finding->path_len);
    size_t len = 0;
    (void)user;
    if (finding->struct_size != sizeof *finding) die("a finding of another size");
    if (spanmask_path_write(finding->path, path, finding->path_len, &len) != SPANMASK_OK) die("no path");
    if (len != finding->path_len) die("a path of another length");
    put("finding", 7);
    put_text(finding->rule_id);
    put_number(finding->rule);
    put(path, len);
    put_number(finding->start);
    put_number(finding->end);
    put_number(finding->level);
    free(path);
    return 0;
}

/* input: findings, result */
static void do_scan(void) {
    field input = need();
    size_t len = 0;
    spanmask_status status =
        spanmask_masker_scan(masker, (uint8_t *)input.data, input.len, put_finding, NULL, &len);
    put("end", 3);
    put_result(status, len);
    free(input.data);
}

/* parts, bytes_masked, values, texts, rules: id and count */
static void do_report(void) {
    spanmask_report report = {0};
    uint64_t *counts;
    size_t i;
    report.struct_size = sizeof report;
    if (spanmask_masker_report(masker, &report, NULL, 0) != SPANMASK_OK) die("no report");
    counts = room_of(report.rules * sizeof *counts);
    if (spanmask_masker_report(masker, &report, counts, report.rules) != SPANMASK_OK) die("no counts");
    put_number((unsigned long)report.parts);
    put_number((unsigned long)report.bytes_masked);
    put_number((unsigned long)report.values);
    put_number((unsigned long)report.texts);
    put_number(report.rules);
    for (i = 0; i < report.rules; i++) {
        spanmask_text id;
        if (spanmask_policy_rule(policy, i, &id) != SPANMASK_OK) die("no rule");
        put_text(id);
        put_number((unsigned long)counts[i]);
    }
    free(counts);
}

static spanmask_status push_all(field piece, uint8_t *room, size_t capacity, uint8_t *output, size_t *len) {
    size_t taken = 0;
    spanmask_progress progress = {0};
    progress.struct_size = sizeof progress;
    do {
        uint8_t *rest = (uint8_t *)piece.data + taken;
        spanmask_status status = spanmask_stream_push(stream, rest, piece.len - taken, room, capacity, &progress);
        if (status != SPANMASK_OK) return status;
        memcpy(output + *len, room, progress.produced);
        *len += progress.produced;
        taken += progress.consumed;
    } while (progress.next == SPANMASK_NEXT_OUTPUT);
    if (taken != piece.len) die("a piece is not taken");
    return SPANMASK_OK;
}

typedef spanmask_status give(spanmask_stream *, uint8_t *, size_t, spanmask_progress *);

/* Flushes or finishes. */
static spanmask_status give_all(give *give, uint8_t *room, size_t capacity, uint8_t *output, size_t *len) {
    spanmask_progress progress = {0};
    progress.struct_size = sizeof progress;
    do {
        spanmask_status status = give(stream, room, capacity, &progress);
        if (status != SPANMASK_OK) return status;
        memcpy(output + *len, room, progress.produced);
        *len += progress.produced;
    } while (progress.next == SPANMASK_NEXT_OUTPUT);
    return SPANMASK_OK;
}

/* input, length of the first piece, of the others, of the room, whether to flush, most output: result, output */
static void do_stream(void) {
    field input = need();
    size_t first = need_number(), others = need_number(), capacity = need_number();
    size_t flush = need_number(), most = need_number();
    size_t at = 0, len = 0;
    uint8_t *room = room_of(capacity), *output = room_of(most);
    spanmask_status status = spanmask_stream_reset(stream);
    spanmask_error error = {0};
    while (status == SPANMASK_OK && at < input.len) {
        field piece;
        size_t want = at == 0 ? first : others;
        piece.len = input.len - at < want ? input.len - at : want;
        piece.data = room_of(piece.len); /* of its own, so that nobody reads on */
        memcpy(piece.data, input.data + at, piece.len);
        at += piece.len;
        status = push_all(piece, room, capacity, output, &len);
        if (status == SPANMASK_OK && flush) status = give_all(spanmask_stream_flush, room, capacity, output, &len);
        free(piece.data);
    }
    if (status == SPANMASK_OK) status = give_all(spanmask_stream_finish, room, capacity, output, &len);
    error.struct_size = sizeof error;
    if (spanmask_stream_error(stream, &error) != SPANMASK_OK) die("no error");
    put_number((unsigned long)status);
    put_number((unsigned long)error.reason);
    put_number(error.offset);
    put_number(error.needed);
    put_number(len);
    put(output, len);
    free(room);
    free(output);
    free(input.data);
}

int main(void) {
    field command;
    while (get(&command)) {
        if (is(command, "policy")) do_policy();
        else if (is(command, "masker")) do_masker();
        else if (is(command, "in_place")) do_in_place();
        else if (is(command, "into")) do_into();
        else if (is(command, "scan")) do_scan();
        else if (is(command, "stream")) do_stream();
        else if (is(command, "report")) do_report();
        else die("no such command");
        free(command.data);
        fflush(stdout);
    }
    spanmask_masker_free(&masker);
    spanmask_stream_free(&stream);
    spanmask_policy_free(&policy);
    return 0;
}
