/* vectorscan or hyperscan: searches the raw bytes for all expressions at once, and counts the ends of matches.
   It changes nothing, decodes nothing, and reports no starts: less than masking needs, so an upper bound. */
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_RULES = 256 };

static char *read_file(const char *folder, const char *name, size_t *length) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) exit(1);
    long size = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)size + 1);
    if (size < 0 || !bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size) exit(1);
    fclose(file);
    bytes[size] = 0;
    *length = (size_t)size;
    return bytes;
}

/* The next string of a JSON array of strings, whose only escapes are of one character; in place. */
static char *next_string(char **at) {
    char *from = strchr(*at, '"');
    if (!from) return NULL;
    char *read = from + 1, *write = from + 1;
    while (*read && *read != '"') {
        if (*read == '\\') read++;
        *write++ = *read++;
    }
    *at = read + 1;
    *write = 0;
    return from + 1;
}

static hs_database_t *compile(char *rules) {
    const char *patterns[MOST_RULES];
    unsigned flags[MOST_RULES], ids[MOST_RULES], count = 0;
    for (char *pattern; count < MOST_RULES && (pattern = next_string(&rules)); count++) {
        next_string(&rules); /* The replacement. */
        patterns[count] = pattern;
        flags[count] = HS_FLAG_UTF8;
        ids[count] = count;
    }
    hs_database_t *database;
    hs_compile_error_t *error;
    if (hs_compile_multi(patterns, flags, ids, count, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) {
        fprintf(stderr, "vectorscan: %s\n", error->message);
        exit(1);
    }
    return database;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *count) {
    (void)id, (void)from, (void)to, (void)flags;
    ++*(unsigned long long *)count;
    return 0;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void write_count(const char *folder, unsigned long long count) {
    char path[4096];
    snprintf(path, sizeof path, "%s/output", folder);
    FILE *file = fopen(path, "wb");
    if (!file) exit(1);
    fprintf(file, "%llu", count);
    fclose(file);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    size_t length, unused;
    char *text = read_file(argv[1], "input", &length), *rules = read_file(argv[1], "rules", &unused);
    hs_database_t *database = compile(rules);
    hs_scratch_t *scratch = NULL;
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return 1;
    puts("ready");
    fflush(stdout);
    unsigned long long count = 0;
    for (char line[64]; fgets(line, sizeof line, stdin); fflush(stdout)) {
        long times = 0;
        if (sscanf(line, "run %ld", &times) == 1) {
            long long start = now();
            for (; times > 0; times--) {
                count = 0;
                if (hs_scan(database, text, (unsigned)length, 0, scratch, on_match, &count) != HS_SUCCESS) return 1;
            }
            printf("%lld\n", now() - start);
        } else {
            write_count(argv[1], count);
            puts("ok");
        }
    }
    return 0;
}
