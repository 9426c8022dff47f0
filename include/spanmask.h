/* spanmask: masks sensitive text in JSON. Apache-2.0 OR MIT.
 *
 * Generated from ffi/src by cbindgen; do not edit.
 *
 * The contract
 *
 * 1. Names are spanmask_<type>_<verb>. Arguments come in this order: handle, inputs, outputs.
 * 2. Every function answers with a spanmask_status. 0 is SPANMASK_OK; the numbers are frozen.
 * 3. Outputs are written on success only. One exception has it in its name: where spanmask_policy_options
 *    says that problems are told.
 * 4. The error of a failed call lives on its handle: spanmask_masker_error and so on. There is no errno and no
 *    thread-local. Compiling, which gives no handle when it fails, tells its problems by callback, into
 *    memory of the caller, or both.
 * 5. Handles are the only memory that the caller frees, each with the _free of its type. These take the
 *    variable that holds the handle and set it to NULL; freeing NULL does nothing. Everything else that the
 *    library hands out is lent: how long is said there.
 * 6. A policy may be used by any number of threads at once. A masker or stream works for one call at a time, in
 *    any thread: a second one at the same time gets SPANMASK_BUSY, also from a callback.
 * 7. Callbacks run in the thread of the call, before it returns. They must not throw or jump out.
 * 8. NULL where something must be is SPANMASK_NULL; it is fine where something has length 0, and where it is
 *    said. Any other pointer must lead to as much as its length says, or to what its type says, and a handle
 *    must be one that has not been freed: this the library cannot check. Nobody may change an input, or use
 *    an output, while a call works with it.
 * 9. A fault of the library is SPANMASK_PANIC, never an abort; the handle is then only good to be freed. The
 *    library prints nothing.
 * 10. Structs that callers fill, or have filled, begin with struct_size: set it to sizeof, and the rest to 0.
 *    A program and a library of different versions so agree on what both know.
 * 11. Texts are UTF-8 with a length, without NUL, unless it is said. No error or report holds a byte of an
 *    input; findings hold names of members in their paths.
 * 12. The library reads no file, no environment, no clock, and starts no thread. Masking allocates nothing.
 */


#ifndef SPANMASK_H
#define SPANMASK_H

#include <stddef.h>
#include <stdint.h>

/*
 The version of this interface: a program that was compiled with another number does not fit the library. Functions,
 statuses, and fields at the end of structs may come without a new number.
 */
#define SPANMASK_ABI_VERSION 1

/*
 What every function answers. The numbers are frozen: new ones may come, none is used again.
 */
enum spanmask_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /*
   Done.
   */
  SPANMASK_OK = 0,
  /*
   A pointer that must lead somewhere is NULL.
   */
  SPANMASK_NULL = 1,
  /*
   The struct_size of a struct is that of no version of it, or it was filled by a newer program that asks for
   what this library does not have.
   */
  SPANMASK_STRUCT_SIZE = 2,
  /*
   A number has no meaning here, a length is impossible, or a text is not UTF-8.
   */
  SPANMASK_ARGUMENT = 3,
  /*
   Input and output share memory.
   */
  SPANMASK_OVERLAP = 4,
  /*
   Another call works with this handle: in another thread, or the one whose callback this is.
   */
  SPANMASK_BUSY = 5,
  /*
   The library failed at something it should not have. The handle is only good to be freed.
   */
  SPANMASK_PANIC = 6,
  /*
   The policy has problems; the options say where they are told.
   */
  SPANMASK_POLICY = 7,
  /*
   The input is not JSON; the error of the handle says why and where.
   */
  SPANMASK_REFUSED = 8,
  /*
   The room does not suffice; the error of the handle says how many bytes do.
   */
  SPANMASK_CAPACITY = 9,
  /*
   A callback wanted to stop.
   */
  SPANMASK_CALLBACK = 10,
  /*
   A detector of the host failed, and the policy wants no text masked without it.
   */
  SPANMASK_DETECTOR = 11,
  /*
   The policy names a detector of the host that was not handed in.
   */
  SPANMASK_NO_DETECTOR = 12,
  /*
   The stream has been finished, and takes no more input before it is reset.
   */
  SPANMASK_ORDER = 13,
  /*
   A value, or an object that must be seen whole, is larger than the window of the stream.
   */
  SPANMASK_OVERSIZE = 14,
  /*
   The image of a policy is damaged, of another version, or none.
   */
  SPANMASK_IMAGE = 15,
  /*
   The policy has keys, and may not be saved with them unless that is asked for.
   */
  SPANMASK_KEYS = 16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum spanmask_status spanmask_status;
#else
typedef int32_t spanmask_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 What a policy is written in.
 */
enum spanmask_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /*
   YAML.
   */
  SPANMASK_FORMAT_YAML = 0,
  /*
   JSON.
   */
  SPANMASK_FORMAT_JSON = 1,
  /*
   TOML.
   */
  SPANMASK_FORMAT_TOML = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum spanmask_format spanmask_format;
#else
typedef int32_t spanmask_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 How many texts an input may hold.
 */
enum spanmask_framing
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /*
   Any number, also none: JSON Lines, or just one behind the other.
   */
  SPANMASK_FRAMING_SEQUENCE = 0,
  /*
   Exactly one.
   */
  SPANMASK_FRAMING_ONE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum spanmask_framing spanmask_framing;
#else
typedef int32_t spanmask_framing;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 Why an input is not JSON. The numbers are frozen.
 */
enum spanmask_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /*
   No input was refused.
   */
  SPANMASK_REASON_NONE = 0,
  /*
   A byte that RFC 8259 does not allow at this place.
   */
  SPANMASK_REASON_SYNTAX = 1,
  /*
   The text ends before it is complete.
   */
  SPANMASK_REASON_TRUNCATED = 2,
  /*
   Not UTF-8.
   */
  SPANMASK_REASON_UTF8 = 3,
  /*
   A control character inside a string.
   */
  SPANMASK_REASON_CONTROL = 4,
  /*
   A backslash that begins no escape.
   */
  SPANMASK_REASON_ESCAPE = 5,
  /*
   A number that breaks the grammar.
   */
  SPANMASK_REASON_NUMBER = 6,
  /*
   A word other than true, false, null.
   */
  SPANMASK_REASON_LITERAL = 7,
  /*
   More open containers than the policy allows.
   */
  SPANMASK_REASON_DEPTH = 8,
  /*
   A second text where only one was allowed.
   */
  SPANMASK_REASON_TRAILING = 9,
  /*
   No text at all where one was expected.
   */
  SPANMASK_REASON_EMPTY = 10,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum spanmask_reason spanmask_reason;
#else
typedef int32_t spanmask_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 Kinds of problems. The numbers are frozen.
 */
enum spanmask_problem_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /*
   No problem but a warning: allowed, but probably not meant. Compiling goes on.
   */
  SPANMASK_PROBLEM_WARNING = 0,
  /*
   Not YAML, JSON or TOML.
   */
  SPANMASK_PROBLEM_FORMAT = 1,
  /*
   A field that does not exist.
   */
  SPANMASK_PROBLEM_UNKNOWN_FIELD = 2,
  /*
   A field has a wrong type or value, or fields that do not go together.
   */
  SPANMASK_PROBLEM_INVALID = 3,
  /*
   A detector, validator, profile, preset or span kind that does not exist.
   */
  SPANMASK_PROBLEM_UNKNOWN_NAME = 4,
  /*
   Two rules with one id.
   */
  SPANMASK_PROBLEM_DUPLICATE_ID = 5,
  /*
   A pattern or path with wrong syntax.
   */
  SPANMASK_PROBLEM_SYNTAX = 6,
  /*
   Larger than a limit; the message names the limit.
   */
  SPANMASK_PROBLEM_TOO_LARGE = 7,
  /*
   A key, a list of literals, or a detector of the host that was not handed in.
   */
  SPANMASK_PROBLEM_EXTERNAL = 8,
  /*
   Of a kind that is newer than this list.
   */
  SPANMASK_PROBLEM_OTHER = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum spanmask_problem_kind spanmask_problem_kind;
#else
typedef int32_t spanmask_problem_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 What happens to a value, or an object that must be seen whole, that is larger than the window.
 */
enum spanmask_oversize
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /*
   As the policy says (oversize: error or mask).
   */
  SPANMASK_OVERSIZE_POLICY = 0,
  /*
   The stream fails: SPANMASK_OVERSIZE.
   */
  SPANMASK_OVERSIZE_ERROR = 1,
  /*
   It is masked whole. No rule counts it.
   */
  SPANMASK_OVERSIZE_MASK = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum spanmask_oversize spanmask_oversize;
#else
typedef int32_t spanmask_oversize;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 What a stream wants next.
 */
enum spanmask_next
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /*
   More input: all that was given is taken.
   */
  SPANMASK_NEXT_INPUT = 0,
  /*
   More room: call again, with the rest of the input.
   */
  SPANMASK_NEXT_OUTPUT = 1,
  /*
   Nothing: all is written.
   */
  SPANMASK_NEXT_NOTHING = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum spanmask_next spanmask_next;
#else
typedef int32_t spanmask_next;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 The memory that masking with one policy needs. It may go from thread to thread, but works for one at a time.
 */
typedef struct spanmask_masker spanmask_masker;

/*
 Where a value stands. Lives until the callback returns.
 */
typedef struct spanmask_path spanmask_path;

/*
 A compiled policy. It never changes: any number of threads may use one at once.
 */
typedef struct spanmask_policy spanmask_policy;

/*
 Masks a text, or a sequence of them, that comes in pieces. It may go from thread to thread, but works for one at a time.
 */
typedef struct spanmask_stream spanmask_stream;

/*
 What this library is.
 */
typedef struct spanmask_library {
  /*
   sizeof(spanmask_library), set by the caller.
   */
  size_t struct_size;
  /*
   SPANMASK_ABI_VERSION of the library.
   */
  uint32_t abi_version;
  /*
   Version of the library, as in "0.1.0"; ends with NUL, lives as long as the library.
   */
  const char *version;
  /*
   Which instructions of this CPU are used: "scalar", "avx2", "avx512", "neon"; ends with NUL, lives as long as
   the library.
   */
  const char *cpu_path;
} spanmask_library;

/*
 UTF-8 that somebody else owns. It does not end with NUL, and may hold one.
 */
typedef struct spanmask_text {
  /*
   The first byte; may be NULL when len is 0.
   */
  const char *data;
  /*
   Bytes.
   */
  size_t len;
} spanmask_text;

/*
 Something that a policy names outside itself: a key (`hash: { key_env: NAME }`) or a list of literals
 (`literals_file: NAME`).
 */
typedef struct spanmask_external {
  /*
   What the policy calls it.
   */
  struct spanmask_text name;
  /*
   Its first byte: of the key, or of UTF-8 with one literal a line. May be NULL when len is 0.
   */
  const uint8_t *data;
  /*
   Its length in bytes.
   */
  size_t len;
} spanmask_external;

/*
 One problem of a policy. Its texts live until the callback returns.
 */
typedef struct spanmask_problem {
  /*
   sizeof(spanmask_problem) of the library.
   */
  size_t struct_size;
  /*
   A spanmask_problem_kind.
   */
  int32_t kind;
  /*
   The place in the policy: "rules[2].validate"; empty for the policy as a whole.
   */
  struct spanmask_text path;
  /*
   What is wrong, one sentence.
   */
  struct spanmask_text message;
  /*
   What to do about it; may be empty.
   */
  struct spanmask_text suggestion;
} spanmask_problem;

/*
 Is told each problem and each warning, in order, while the policy is compiled. It must not throw or jump out.
 */
typedef void (*spanmask_on_problem)(void *user,
                                    const struct spanmask_problem *problem);

/*
 How to compile a policy. All zero but struct_size is the same as no options.
 */
typedef struct spanmask_policy_options {
  /*
   sizeof(spanmask_policy_options), set by the caller.
   */
  size_t struct_size;
  /*
   A spanmask_format.
   */
  int32_t format;
  /*
   Keys that the policy names. They are copied, and wiped when the policy is freed.
   */
  const struct spanmask_external *keys;
  /*
   How many keys.
   */
  size_t keys_len;
  /*
   Lists of literals that the policy names. They are copied.
   */
  const struct spanmask_external *literals;
  /*
   How many lists of literals.
   */
  size_t literals_len;
  /*
   Is told each problem and warning; may be NULL.
   */
  spanmask_on_problem on_problem;
  /*
   Handed to on_problem as it is.
   */
  void *user;
  /*
   Room for all problems as one text, a line each, cut off where the room ends, always ended with NUL; empty when
   there is none. May be NULL when message_capacity is 0.
   */
  char *message;
  /*
   Bytes of that room. 1024 hold some ten problems.
   */
  size_t message_capacity;
} spanmask_policy_options;

/*
 A part of a text: bytes start to end, end not included. It begins and ends where characters do.
 */
typedef struct spanmask_span {
  /*
   Offset of its first byte.
   */
  size_t start;
  /*
   Offset behind its last byte.
   */
  size_t end;
} spanmask_span;

/*
 Tells what in a text is to be masked. text, len: the text of a value, decoded; UTF-8, without NUL. spans, capacity: room
 for what it finds, in any order; overlaps are fine. count: to be set to how many there are. 0 when it could tell; anything
 else when it failed, and so do more parts than fit, and parts that are none: the policy says what happens then.

 It is called once or several times for a value, and must always tell the same of the same text. It must not use the handle
 that asks (SPANMASK_BUSY), throw, or jump out.
 */
typedef int32_t (*spanmask_on_text)(void *user,
                                    const char *text,
                                    size_t len,
                                    struct spanmask_span *spans,
                                    size_t capacity,
                                    size_t *count);

/*
 A detector that the host brings, for rules with detect: host:NAME. The policy says how long a text it is handed and what
 its failure means (max_bytes, fail).
 */
typedef struct spanmask_detector {
  /*
   NAME.
   */
  struct spanmask_text name;
  /*
   What answers. It is called in the thread of the call that masks.
   */
  spanmask_on_text on_text;
  /*
   Handed to on_text as it is. Must be good as long as the masker or stream lives.
   */
  void *user;
} spanmask_detector;

/*
 How to mask. All zero but struct_size is the same as no options.
 */
typedef struct spanmask_masker_options {
  /*
   sizeof(spanmask_masker_options), set by the caller.
   */
  size_t struct_size;
  /*
   A spanmask_framing.
   */
  int32_t framing;
  /*
   What answers for the rules with detect: host:NAME.
   */
  const struct spanmask_detector *detectors;
  /*
   How many detectors.
   */
  size_t detectors_len;
} spanmask_masker_options;

/*
 A part that would be masked. All of it lives until the callback returns. It never holds what is masked, but its path
 holds names of members, which are part of the input.
 */
typedef struct spanmask_finding {
  /*
   sizeof(spanmask_finding) of the library.
   */
  size_t struct_size;
  /*
   Index of the rule that masks it.
   */
  size_t rule;
  /*
   Id of this rule.
   */
  struct spanmask_text rule_id;
  /*
   Offset in the input of its first byte.
   */
  size_t start;
  /*
   Offset behind its last byte.
   */
  size_t end;
  /*
   Levels of JSON escapes over its text: 1 in a string value, one more for each nested text around it.
   */
  uint32_t level;
  /*
   Where its value stands: spanmask_path_write.
   */
  const struct spanmask_path *path;
  /*
   Bytes of this path, written out.
   */
  size_t path_len;
} spanmask_finding;

/*
 Is told each part that would be masked. 0 to go on; anything else to stop. It must not throw or jump out.
 */
typedef int32_t (*spanmask_on_finding)(void *user,
                                       const struct spanmask_finding *finding);

/*
 What the last call masked, in numbers.
 */
typedef struct spanmask_report {
  /*
   sizeof(spanmask_report), set by the caller.
   */
  size_t struct_size;
  /*
   Rules of the policy.
   */
  size_t rules;
  /*
   Parts that were masked, under all rules.
   */
  uint64_t parts;
  /*
   Bytes of the input that lay in them.
   */
  uint64_t bytes_masked;
  /*
   String values of the texts; those of nested texts are part of them.
   */
  uint64_t values;
  /*
   JSON texts in the input.
   */
  uint64_t texts;
  /*
   Of a stream: strings and objects that were larger than its window, and masked whole. No rule counts them.
   */
  uint64_t oversized;
} spanmask_report;

/*
 What went wrong in the last call that worked with a handle. It never holds a byte of an input.
 */
typedef struct spanmask_error {
  /*
   sizeof(spanmask_error), set by the caller.
   */
  size_t struct_size;
  /*
   The spanmask_status of that call; SPANMASK_OK when nothing went wrong.
   */
  int32_t status;
  /*
   SPANMASK_REFUSED: the spanmask_reason; otherwise 0.
   */
  int32_t reason;
  /*
   SPANMASK_REFUSED: offset in the input of the byte that shows the fault. SPANMASK_DETECTOR, SPANMASK_OVERSIZE: offset of
   the value.
   */
  size_t offset;
  /*
   SPANMASK_CAPACITY: bytes that the call needs.
   */
  size_t needed;
  /*
   SPANMASK_DETECTOR: index of its rule in the policy.
   */
  size_t rule;
  /*
   One phrase; ends with NUL, lives as long as the library.
   */
  const char *message;
} spanmask_error;

/*
 How a stream masks. All zero but struct_size is the same as no options.
 */
typedef struct spanmask_stream_options {
  /*
   sizeof(spanmask_stream_options), set by the caller.
   */
  size_t struct_size;
  /*
   A spanmask_framing.
   */
  int32_t framing;
  /*
   A spanmask_oversize.
   */
  int32_t oversize;
  /*
   Bytes of the input that are looked at together: what is larger than that is oversize. 0 for 1 MiB; 32 at least. The
   stream takes 2.5 bytes for each one of them, and some 0.7 MB.
   */
  size_t window;
  /*
   What answers for the rules with detect: host:NAME.
   */
  const struct spanmask_detector *detectors;
  /*
   How many detectors.
   */
  size_t detectors_len;
} spanmask_stream_options;

/*
 What a call did with its input and its room.
 */
typedef struct spanmask_progress {
  /*
   sizeof(spanmask_progress), set by the caller.
   */
  size_t struct_size;
  /*
   Bytes of the input that were taken; the others are to be given again.
   */
  size_t consumed;
  /*
   Bytes at the front of the room that are masked text now.
   */
  size_t produced;
  /*
   A spanmask_next.
   */
  int32_t next;
} spanmask_progress;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Says in a few words what a status means.

 Writes a text that ends with NUL and lives as long as the library; nobody frees it. SPANMASK_ARGUMENT for a number
 that is no status. Any thread.
 */
spanmask_status spanmask_status_describe(int32_t status,
                                         const char **text);

/*
 Says which version this library has and what it uses of the CPU. Any thread.
 */
spanmask_status spanmask_library_describe(struct spanmask_library *library);

/*
 Compiles a policy.

 text, len: the policy, UTF-8. options: NULL for YAML that names nothing outside itself. policy: gets the handle; the
 caller frees it with spanmask_policy_free. Nothing of what is handed in is needed afterwards.

 SPANMASK_POLICY when the policy has problems: options says where they are told, the one thing that is written when
 a call fails. SPANMASK_ARGUMENT when the text or a name is not UTF-8, or the format does not exist. Any thread.
 */
spanmask_status spanmask_policy_compile(const char *text,
                                        size_t len,
                                        const struct spanmask_policy_options *options,
                                        struct spanmask_policy **policy);

/*
 Compiles a policy that the library brings along: "default" or "langfuse-docs".

 name, len: its name. options: NULL, or where problems are told; the rest of it is not looked at. policy: as in
 spanmask_policy_compile. SPANMASK_POLICY when there is no preset of this name. Any thread.
 */
spanmask_status spanmask_policy_preset(const char *name,
                                       size_t len,
                                       const struct spanmask_policy_options *options,
                                       struct spanmask_policy **policy);

/*
 Makes another handle of the same policy; both are to be freed, in any order. Costs next to nothing. Any thread.
 */
spanmask_status spanmask_policy_clone(const struct spanmask_policy *policy,
                                      struct spanmask_policy **clone);

/*
 Saves a compiled policy as an image, which loads in a fraction of the time that compiling takes.

 keys: not 0 to write the keys of hash actions as they are; whoever has the image can then find out which texts a
 pseudonym stands for. image, capacity: room for the image; when image is NULL and capacity 0, only the length is given.
 len: gets the length of the image. The same policy gives the same bytes.

 SPANMASK_KEYS when the policy has keys and keys is 0, SPANMASK_CAPACITY when the image does not fit. Any thread.
 */
spanmask_status spanmask_policy_save(const struct spanmask_policy *policy,
                                     int32_t keys,
                                     uint8_t *image,
                                     size_t capacity,
                                     size_t *len);

/*
 Loads a policy from an image that spanmask_policy_save or "spanmask policy compile" has written.

 image, len: the image, at any address; it is checked in full and copied. policy: gets the handle, as in
 spanmask_policy_compile. SPANMASK_IMAGE when it is damaged, of another version, or no image. No bytes make masking
 unsafe, but they decide what is masked: take images from those from whom you would take policies. Any thread.
 */
spanmask_status spanmask_policy_load(const uint8_t *image,
                                     size_t len,
                                     struct spanmask_policy **policy);

/*
 Gives the id of a rule; the first rule has index 0.

 id: gets a text that lives as long as the handle. SPANMASK_ARGUMENT when there are not so many rules. Any thread.
 */
spanmask_status spanmask_policy_rule(const struct spanmask_policy *policy,
                                     size_t index,
                                     struct spanmask_text *id);

/*
 Gives the name of a detector of the host that the policy asks (detect: host:NAME); the first one has index 0.

 name: gets a text that lives as long as the handle. SPANMASK_ARGUMENT when there are not so many. Any thread.
 */
spanmask_status spanmask_policy_detector(const struct spanmask_policy *policy,
                                         size_t index,
                                         struct spanmask_text *name);

/*
 Frees a policy and sets the variable that held it to NULL; does nothing when it is NULL already. Maskers that were
 opened with it go on. Any thread, once nobody uses this handle any more.
 */
spanmask_status spanmask_policy_free(struct spanmask_policy **policy);

/*
 Takes the memory that masking needs, some 0.7 MB, and up to 5.4 where texts have many parts, all now: masking allocates nothing.

 policy: may be freed while the masker lives. options: NULL for inputs of any number of texts. masker: gets the
 handle; the caller frees it with spanmask_masker_free. SPANMASK_ARGUMENT when the framing does not exist;
 SPANMASK_NO_DETECTOR when the policy names a detector of the host that options does not. Any thread.
 */
spanmask_status spanmask_masker_open(const struct spanmask_policy *policy,
                                     const struct spanmask_masker_options *options,
                                     struct spanmask_masker **masker);

/*
 Masks a text where it lies.

 buffer, capacity: the room; len: how much of it is the input. masked_len: gets the length of the result, which
 begins where the input did; what lies behind it is not for use. len may be 0, and buffer NULL when capacity is 0.

 When the call fails, the buffer is as it was: SPANMASK_REFUSED for what is not JSON, SPANMASK_CAPACITY when the
 result does not fit, SPANMASK_DETECTOR, SPANMASK_ARGUMENT when len is more than capacity.
 */
spanmask_status spanmask_masker_mask_in_place(struct spanmask_masker *masker,
                                              uint8_t *buffer,
                                              size_t len,
                                              size_t capacity,
                                              size_t *masked_len);

/*
 Masks a text into other memory.

 input, len: the text, which stays as it is. output, capacity: room for the result; it may not share memory with the
 input. masked_len: gets the length of the result. Pointers of nothing may be NULL.

 When the call fails, output is not for use: SPANMASK_REFUSED for what is not JSON, SPANMASK_CAPACITY when the result
 does not fit, SPANMASK_OVERLAP when input and output share memory.
 */
spanmask_status spanmask_masker_mask_into(struct spanmask_masker *masker,
                                          const uint8_t *input,
                                          size_t len,
                                          uint8_t *output,
                                          size_t capacity,
                                          size_t *masked_len);

/*
 Finds what would be masked, without masking it.

 input, len: the text. on_finding: is told each part, in order; may be NULL. user: handed to it as it is. masked_len:
 gets the length that the masked text would have.

 SPANMASK_REFUSED for what is not JSON, after some findings maybe. SPANMASK_CALLBACK when on_finding wanted to stop.
 The callback must not use this masker (SPANMASK_BUSY), throw, or jump out.
 */
spanmask_status spanmask_masker_scan(struct spanmask_masker *masker,
                                     const uint8_t *input,
                                     size_t len,
                                     spanmask_on_finding on_finding,
                                     void *user,
                                     size_t *masked_len);

/*
 Gives the numbers of the last call that masked or scanned.

 report: gets the totals. counts, counts_len: room for the parts of each rule, in the order of the policy; as many are
 written as there is room for. May be NULL when counts_len is 0.
 */
spanmask_status spanmask_masker_report(const struct spanmask_masker *masker,
                                       struct spanmask_report *report,
                                       uint64_t *counts,
                                       size_t counts_len);

/*
 Gives what went wrong in the last call that masked or scanned: why and where an input was refused, how many bytes
 a result needs.
 */
spanmask_status spanmask_masker_error(const struct spanmask_masker *masker,
                                      struct spanmask_error *error);

/*
 Frees a masker and sets the variable that held it to NULL; does nothing when it is NULL already. SPANMASK_BUSY, and
 nothing is freed, while a call works with it.
 */
spanmask_status spanmask_masker_free(struct spanmask_masker **masker);

/*
 Takes the memory that a stream needs, all of it now: pushing allocates nothing.

 policy: may be freed while the stream lives. options: NULL for a window of 1 MiB. stream: gets the handle; the caller frees
 it with spanmask_stream_free. SPANMASK_ARGUMENT when a number in options has no meaning; SPANMASK_NO_DETECTOR when the
 policy names a detector of the host that options does not. Any thread.
 */
spanmask_status spanmask_stream_open(const struct spanmask_policy *policy,
                                     const struct spanmask_stream_options *options,
                                     struct spanmask_stream **stream);

/*
 Takes what it can of a piece of the input, and writes what it can of the masked text.

 input, len: the piece. output, capacity: room, which may not share memory with it. progress: says how much was taken and
 written, and what is wanted next. However the input is cut, the output is that of spanmask_masker_mask_in_place.

 SPANMASK_REFUSED for what is not JSON, SPANMASK_OVERSIZE for what is larger than the window, SPANMASK_DETECTOR; all that
 was written is masked text, and every call fails in the same way until spanmask_stream_reset. SPANMASK_ORDER behind
 spanmask_stream_finish. SPANMASK_OVERLAP when input and output share memory.
 */
spanmask_status spanmask_stream_push(struct spanmask_stream *stream,
                                     const uint8_t *input,
                                     size_t len,
                                     uint8_t *output,
                                     size_t capacity,
                                     struct spanmask_progress *progress);

/*
 Writes what can be masked already, for whoever waits for it: pushing alone may hold back a window of the input, also texts
 that have ended. What is left is a value, or an object that must be seen whole, that has not ended.

 As spanmask_stream_push without an input; to be called again while progress says SPANMASK_NEXT_OUTPUT. It costs a walk over
 what is held back, so it is for a pause in the input, not for every piece.
 */
spanmask_status spanmask_stream_flush(struct spanmask_stream *stream,
                                      uint8_t *output,
                                      size_t capacity,
                                      struct spanmask_progress *progress);

/*
 Ends the input and writes the rest: to be called until progress says SPANMASK_NEXT_NOTHING. The next input begins with
 spanmask_stream_reset.

 As spanmask_stream_push without an input. SPANMASK_REFUSED, too, when the input ends too early.
 */
spanmask_status spanmask_stream_finish(struct spanmask_stream *stream,
                                       uint8_t *output,
                                       size_t capacity,
                                       struct spanmask_progress *progress);

/*
 Begins anew, whatever happened before; but for a panic.
 */
spanmask_status spanmask_stream_reset(struct spanmask_stream *stream);

/*
 Gives the numbers since the beginning; they run ahead of what was written. As spanmask_masker_report.
 */
spanmask_status spanmask_stream_report(const struct spanmask_stream *stream,
                                       struct spanmask_report *report,
                                       uint64_t *counts,
                                       size_t counts_len);

/*
 Gives what went wrong in the last call that pushed, flushed, finished or reset. As spanmask_masker_error; offsets count
 from the beginning of the stream.
 */
spanmask_status spanmask_stream_error(const struct spanmask_stream *stream,
                                      struct spanmask_error *error);

/*
 Frees a stream, as spanmask_masker_free.
 */
spanmask_status spanmask_stream_free(struct spanmask_stream **stream);

/*
 Writes the path of a finding, as RFC 9535 normalizes them, on through nested texts: $['a'][0]. UTF-8, no NUL.

 buffer, capacity: room for path_len bytes. len: gets path_len. SPANMASK_CAPACITY when the room does not suffice. Only
 in the callback that was told the finding.
 */
spanmask_status spanmask_path_write(const struct spanmask_path *path,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *len);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SPANMASK_H */
