/* Fields on a pipe: a length in decimal, a line feed, so many bytes. */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct field {
    char *data; /* malloc'ed, exactly len bytes, so that sanitizers see every byte too far */
    size_t len;
} field;

static void die(const char *what) {
    fprintf(stderr, "runner: %s\n", what);
    exit(2);
}

static void *room_of(size_t len) {
    void *room = malloc(len == 0 ? 1 : len);
    if (room == NULL) die("no memory");
    return room;
}

/* 0 at the end of the input. */
static int get(field *out) {
    size_t len = 0;
    int c = getchar();
    if (c == EOF) return 0;
    for (; c != '\n'; c = getchar()) {
        if (c < '0' || c > '9') die("no length");
        len = len * 10 + (size_t)(c - '0');
    }
    out->data = room_of(len);
    out->len = len;
    if (fread(out->data, 1, len, stdin) != len) die("a field ends early");
    return 1;
}

static field need(void) {
    field got;
    if (!get(&got)) die("a field is missing");
    return got;
}

static size_t need_number(void) {
    field got = need();
    size_t number = 0, i;
    for (i = 0; i < got.len; i++) number = number * 10 + (size_t)(got.data[i] - '0');
    free(got.data);
    return number;
}

static void put(const void *data, size_t len) {
    printf("%lu\n", (unsigned long)len);
    if (len > 0) fwrite(data, 1, len, stdout);
}

static void put_number(unsigned long number) {
    char text[24];
    put(text, (size_t)sprintf(text, "%lu", number));
}

static int is(field what, const char *name) {
    return what.len == strlen(name) && memcmp(what.data, name, what.len) == 0;
}

#endif
