// spanmask for C++17: handles that free themselves, errors that are thrown. Header only; link with libspanmask.
//
//     spanmask::Policy policy = spanmask::Policy::compile(yaml);
//     spanmask::Masker masker(policy);            // one a thread; the policy is shared
//     std::string text = masker.mask(input);
//
// The contract of spanmask.h holds here too. What it calls SPANMASK_BUSY, and so on, is the status of an Error.

#ifndef SPANMASK_HPP
#define SPANMASK_HPP

#include "spanmask.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spanmask {

/// What went wrong. Its message never holds a byte of an input.
class Error : public std::runtime_error {
public:
    Error(spanmask_status status, const std::string &message, const spanmask_error &details = spanmask_error{})
        : std::runtime_error(message), status_(status), details_(details) {}

    /// SPANMASK_REFUSED, SPANMASK_POLICY, and so on.
    spanmask_status status() const noexcept { return status_; }
    /// Reason and offset of a refusal, needed bytes; zero where it says nothing.
    const spanmask_error &details() const noexcept { return details_; }

private:
    spanmask_status status_;
    spanmask_error details_;
};

namespace detail {

inline std::string text_of(spanmask_status status) {
    const char *text = "";
    spanmask_status_describe(static_cast<int32_t>(status), &text);
    return text;
}

inline void check(spanmask_status status) {
    if (status != SPANMASK_OK) throw Error(status, text_of(status));
}

inline std::string_view view(const spanmask_text &text) { return {text.data, text.len}; }

inline spanmask_text lend(std::string_view text) { return spanmask_text{text.data(), text.size()}; }

struct Free {
    void operator()(spanmask_policy *policy) const noexcept { spanmask_policy_free(&policy); }
    void operator()(spanmask_masker *masker) const noexcept { spanmask_masker_free(&masker); }
    void operator()(spanmask_stream *stream) const noexcept { spanmask_stream_free(&stream); }
};

} // namespace detail

/// What a policy names outside itself, by name.
struct Externals {
    std::map<std::string, std::string> keys;
    std::map<std::string, std::string> literals;
};

/// Something that is probably not meant.
struct Warning {
    std::string path;
    std::string message;
};

/// A compiled policy. Copies share it; any number of threads may use one at once.
class Policy {
public:
    /// Compiles a policy. Throws Error with all its problems, a line each.
    static Policy compile(std::string_view text, spanmask_format format = SPANMASK_FORMAT_YAML,
                          const Externals &externals = {}) {
        return make(format, externals, [text](const spanmask_policy_options &options, spanmask_policy **policy) {
            return spanmask_policy_compile(text.data(), text.size(), &options, policy);
        });
    }

    /// Compiles a policy that the library brings along: "default", "langfuse-docs".
    static Policy preset(std::string_view name) {
        return make(SPANMASK_FORMAT_YAML, {}, [name](const spanmask_policy_options &options, spanmask_policy **policy) {
            return spanmask_policy_preset(name.data(), name.size(), &options, policy);
        });
    }

    /// Loads a policy from an image that save() or "spanmask policy compile" has written.
    static Policy load(std::string_view image) {
        spanmask_policy *handle = nullptr;
        detail::check(spanmask_policy_load(reinterpret_cast<const uint8_t *>(image.data()), image.size(), &handle));
        Policy policy;
        policy.handle_.reset(handle);
        return policy;
    }

    /// The policy as an image, which loads in a fraction of the time that compiling takes. Keys of hash actions are written
    /// only when asked for: the image then has to be kept as they are.
    std::string save(bool with_keys = false) const {
        std::size_t len = 0;
        detail::check(spanmask_policy_save(get(), with_keys, nullptr, 0, &len));
        std::string image(len, '\0');
        detail::check(spanmask_policy_save(get(), with_keys, reinterpret_cast<uint8_t *>(&image[0]), len, &len));
        return image;
    }

    Policy(const Policy &other) : warnings_(other.warnings_) {
        spanmask_policy *clone = nullptr;
        detail::check(spanmask_policy_clone(other.get(), &clone));
        handle_.reset(clone);
    }
    Policy(Policy &&) noexcept = default;
    Policy &operator=(Policy other) noexcept {
        std::swap(handle_, other.handle_);
        std::swap(warnings_, other.warnings_);
        return *this;
    }

    /// The ids of its rules, in order. They live as long as this policy.
    std::vector<std::string_view> rules() const {
        std::vector<std::string_view> all;
        spanmask_text id{};
        while (spanmask_policy_rule(get(), all.size(), &id) == SPANMASK_OK) all.push_back(detail::view(id));
        return all;
    }

    const std::vector<Warning> &warnings() const noexcept { return warnings_; }

    /// For functions of spanmask.h; null in what has been moved from.
    spanmask_policy *get() const noexcept { return handle_.get(); }

private:
    Policy() = default;

    /// What on_problem collects. It must not throw, so what fails in it is kept.
    struct Told {
        std::vector<Warning> warnings;
        std::string problems;
        std::exception_ptr failed;
    };

    static void on_problem(void *user, const spanmask_problem *problem) noexcept {
        Told &told = *static_cast<Told *>(user);
        try {
            const std::string_view path = detail::view(problem->path), message = detail::view(problem->message);
            if (problem->kind == SPANMASK_PROBLEM_WARNING) {
                told.warnings.push_back({std::string(path), std::string(message)});
                return;
            }
            if (!told.problems.empty()) told.problems += '\n';
            if (!path.empty()) told.problems.append(path).append(": ");
            told.problems += message;
            if (problem->suggestion.len > 0) told.problems.append(" (").append(detail::view(problem->suggestion)).append(")");
        } catch (...) {
            told.failed = std::current_exception();
        }
    }

    static std::vector<spanmask_external> lend(const std::map<std::string, std::string> &externals) {
        std::vector<spanmask_external> all;
        for (const auto &[name, data] : externals)
            all.push_back({detail::lend(name), reinterpret_cast<const uint8_t *>(data.data()), data.size()});
        return all;
    }

    template <typename Compile> static Policy make(spanmask_format format, const Externals &externals, Compile compile) {
        const std::vector<spanmask_external> keys = lend(externals.keys), literals = lend(externals.literals);
        Told told;
        spanmask_policy_options options{};
        options.struct_size = sizeof options;
        options.format = static_cast<int32_t>(format);
        options.keys = keys.data();
        options.keys_len = keys.size();
        options.literals = literals.data();
        options.literals_len = literals.size();
        options.on_problem = &Policy::on_problem;
        options.user = &told;
        Policy policy;
        spanmask_policy *handle = nullptr;
        const spanmask_status status = compile(options, &handle);
        policy.handle_.reset(handle);
        if (told.failed) std::rethrow_exception(told.failed);
        if (status == SPANMASK_POLICY) throw Error(status, told.problems);
        detail::check(status);
        policy.warnings_ = std::move(told.warnings);
        return policy;
    }

    std::unique_ptr<spanmask_policy, detail::Free> handle_;
    std::vector<Warning> warnings_;
};

/// A detector of the host: the parts of a text, decoded, that are to be masked. What it throws is a failure; the policy says
/// what happens then.
using Detector = std::function<std::vector<spanmask_span>(std::string_view text)>;
/// Detectors by name: "NAME" for detect: host:NAME.
using Detectors = std::map<std::string, Detector>;

namespace detail {

inline int32_t on_text(void *user, const char *text, size_t len, spanmask_span *spans, size_t capacity,
                       size_t *count) noexcept {
    try {
        const std::vector<spanmask_span> found = (*static_cast<const Detector *>(user))(std::string_view(text, len));
        if (found.size() > capacity) return 1;
        std::copy(found.begin(), found.end(), spans);
        *count = found.size();
        return 0;
    } catch (...) {
        return 1;
    }
}

inline std::vector<spanmask_detector> lend(const Detectors &detectors) {
    std::vector<spanmask_detector> all;
    for (const auto &[name, detector] : detectors)
        all.push_back({lend(name), &on_text, const_cast<Detector *>(&detector)});
    return all;
}

inline void failed(spanmask_status status, const spanmask_error &details) {
    std::string message = details.message;
    if (status == SPANMASK_CAPACITY) message = "the result needs " + std::to_string(details.needed) + " bytes";
    else message += " at byte " + std::to_string(details.offset);
    throw Error(status, message, details);
}

} // namespace detail

/// A part that would be masked.
struct Finding {
    std::string_view rule; ///< Id of the rule; lives until the callback returns.
    std::size_t start;     ///< Offset in the input.
    std::size_t end;       ///< Offset behind it.
    unsigned level;        ///< Levels of JSON escapes over it.
    std::string path;      ///< Where its value stands: $['a'][0].
};

/// Masks texts, one after the other, one thread at a time.
class Masker {
public:
    explicit Masker(const Policy &policy, spanmask_framing framing = SPANMASK_FRAMING_SEQUENCE,
                    Detectors detectors = {})
        : detectors_(std::make_unique<Detectors>(std::move(detectors))) {
        const std::vector<spanmask_detector> lent = detail::lend(*detectors_);
        spanmask_masker_options options{};
        options.struct_size = sizeof options;
        options.framing = static_cast<int32_t>(framing);
        options.detectors = lent.data();
        options.detectors_len = lent.size();
        spanmask_masker *masker = nullptr;
        detail::check(spanmask_masker_open(policy.get(), &options, &masker));
        handle_.reset(masker);
    }

    /// Masks a text. Throws Error for what is not JSON.
    std::string mask(std::string text) {
        mask_in_place(text);
        return text;
    }

    /// Masks a text where it lies; it grows when it must. It is as it was when an Error is thrown.
    void mask_in_place(std::string &text) {
        const std::size_t len = text.size();
        std::size_t masked = 0;
        spanmask_status status = try_in_place(text, len, masked);
        if (status == SPANMASK_CAPACITY) {
            text.resize(error().needed);
            status = try_in_place(text, len, masked);
        }
        text.resize(status == SPANMASK_OK ? masked : len);
        done(status);
    }

    /// Masks into memory of the caller; returns the length of the result.
    std::size_t mask_into(std::string_view input, void *output, std::size_t capacity) {
        std::size_t masked = 0;
        done(spanmask_masker_mask_into(get(), bytes(input), input.size(), static_cast<uint8_t *>(output), capacity,
                                       &masked));
        return masked;
    }

    /// Finds without masking. What on_finding throws comes out of here.
    std::size_t scan(std::string_view input, const std::function<void(const Finding &)> &on_finding) {
        Found found{on_finding, nullptr};
        std::size_t masked = 0;
        const spanmask_status status =
            spanmask_masker_scan(get(), bytes(input), input.size(), &Masker::on_finding, &found, &masked);
        if (found.failed) std::rethrow_exception(found.failed);
        done(status);
        return masked;
    }

    /// The numbers of the last call.
    spanmask_report report() const {
        spanmask_report report{};
        report.struct_size = sizeof report;
        detail::check(spanmask_masker_report(get(), &report, nullptr, 0));
        return report;
    }

    /// Parts that the last call masked, by rule, in the order of the policy.
    std::vector<uint64_t> counts() const {
        std::vector<uint64_t> counts(report().rules);
        spanmask_report report{};
        report.struct_size = sizeof report;
        detail::check(spanmask_masker_report(get(), &report, counts.data(), counts.size()));
        return counts;
    }

    /// For functions of spanmask.h; null in what has been moved from.
    spanmask_masker *get() const noexcept { return handle_.get(); }

private:
    struct Found {
        const std::function<void(const Finding &)> &tell;
        std::exception_ptr failed;
    };

    static int32_t on_finding(void *user, const spanmask_finding *finding) noexcept {
        Found &found = *static_cast<Found *>(user);
        try {
            std::string path(finding->path_len, '\0');
            std::size_t len = 0;
            detail::check(spanmask_path_write(finding->path, path.data(), path.size(), &len));
            found.tell({detail::view(finding->rule_id), finding->start, finding->end, finding->level, std::move(path)});
            return 0;
        } catch (...) {
            found.failed = std::current_exception();
            return 1;
        }
    }

    static const uint8_t *bytes(std::string_view text) { return reinterpret_cast<const uint8_t *>(text.data()); }

    spanmask_status try_in_place(std::string &text, std::size_t len, std::size_t &masked) {
        return spanmask_masker_mask_in_place(get(), reinterpret_cast<uint8_t *>(text.data()), len, text.size(), &masked);
    }

    spanmask_error error() const {
        spanmask_error error{};
        error.struct_size = sizeof error;
        detail::check(spanmask_masker_error(get(), &error));
        return error;
    }

    void done(spanmask_status status) const {
        if (status == SPANMASK_OK) return;
        if (status != SPANMASK_REFUSED && status != SPANMASK_CAPACITY && status != SPANMASK_DETECTOR) detail::check(status);
        detail::failed(status, error());
    }

    // Where detectors stay when the masker is moved; freed after the handle that asks them.
    std::unique_ptr<Detectors> detectors_;
    std::unique_ptr<spanmask_masker, detail::Free> handle_;
};

/// Masks what comes in pieces. What is masked goes to a sink: a function that takes a std::string_view.
class Stream {
public:
    struct Options {
        spanmask_framing framing = SPANMASK_FRAMING_SEQUENCE;
        spanmask_oversize oversize = SPANMASK_OVERSIZE_POLICY;
        std::size_t window = 0; ///< 0 for 1 MiB.
        Detectors detectors;
    };

    explicit Stream(const Policy &policy) : Stream(policy, Options()) {}

    Stream(const Policy &policy, Options options)
        : detectors_(std::make_unique<Detectors>(std::move(options.detectors))), room_(1 << 16) {
        const std::vector<spanmask_detector> lent = detail::lend(*detectors_);
        spanmask_stream_options settings{};
        settings.struct_size = sizeof settings;
        settings.framing = static_cast<int32_t>(options.framing);
        settings.oversize = static_cast<int32_t>(options.oversize);
        settings.window = options.window;
        settings.detectors = lent.data();
        settings.detectors_len = lent.size();
        spanmask_stream *stream = nullptr;
        detail::check(spanmask_stream_open(policy.get(), &settings, &stream));
        handle_.reset(stream);
    }

    /// Takes a piece. Throws Error for what is not JSON; what the sink was given is masked.
    template <typename Sink> void push(std::string_view piece, Sink sink) {
        spanmask_progress progress = fresh();
        do {
            done(spanmask_stream_push(get(), reinterpret_cast<const uint8_t *>(piece.data()), piece.size(), room_.data(),
                                      room_.size(), &progress));
            piece.remove_prefix(progress.consumed);
            give(sink, progress);
        } while (progress.next == SPANMASK_NEXT_OUTPUT);
    }

    /// Gives out what can be masked already: push alone may hold back a window of the input.
    template <typename Sink> void flush(Sink sink) {
        spanmask_progress progress = fresh();
        do {
            done(spanmask_stream_flush(get(), room_.data(), room_.size(), &progress));
            give(sink, progress);
        } while (progress.next == SPANMASK_NEXT_OUTPUT);
    }

    /// Ends the input; the next one begins with reset.
    template <typename Sink> void finish(Sink sink) {
        spanmask_progress progress = fresh();
        do {
            done(spanmask_stream_finish(get(), room_.data(), room_.size(), &progress));
            give(sink, progress);
        } while (progress.next != SPANMASK_NEXT_NOTHING);
    }

    /// Begins anew, whatever happened.
    void reset() { detail::check(spanmask_stream_reset(get())); }

    /// The numbers since the beginning.
    spanmask_report report() const {
        spanmask_report report{};
        report.struct_size = sizeof report;
        detail::check(spanmask_stream_report(get(), &report, nullptr, 0));
        return report;
    }

    /// For functions of spanmask.h; null in what has been moved from.
    spanmask_stream *get() const noexcept { return handle_.get(); }

private:
    static spanmask_progress fresh() {
        spanmask_progress progress{};
        progress.struct_size = sizeof progress;
        return progress;
    }

    template <typename Sink> void give(Sink &sink, const spanmask_progress &progress) {
        if (progress.produced > 0) sink(std::string_view(reinterpret_cast<const char *>(room_.data()), progress.produced));
    }

    void done(spanmask_status status) const {
        if (status == SPANMASK_OK) return;
        if (status != SPANMASK_REFUSED && status != SPANMASK_OVERSIZE && status != SPANMASK_DETECTOR) detail::check(status);
        spanmask_error details{};
        details.struct_size = sizeof details;
        detail::check(spanmask_stream_error(get(), &details));
        detail::failed(status, details);
    }

    // Where detectors stay when the stream is moved; freed after the handle that asks them.
    std::unique_ptr<Detectors> detectors_;
    std::vector<uint8_t> room_;
    std::unique_ptr<spanmask_stream, detail::Free> handle_;
};

} // namespace spanmask

#endif
