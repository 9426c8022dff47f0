// The C++ wrapper: copies, moves, what is thrown, and handles that are freed once.
#include "check.h"
#include "spanmask.hpp"

using spanmask::Error;
using spanmask::Masker;
using spanmask::Policy;

static const char POLICY[] = R"(
version: 1
rules:
  - { id: E, detect: email, replace: "[EMAIL ADDRESS]" }
  - { id: W, literals_file: words }
  - { id: H, keys: [user], hash: { key_env: KEY } }
)";

template <typename Body> static spanmask_status thrown(Body body) {
    try {
        body();
    } catch (const Error &error) {
        CHECK(strlen(error.what()) > 0);
        return error.status();
    }
    return SPANMASK_OK;
}

static Policy make() {
    spanmask::Externals externals;
    externals.keys["KEY"] = "0123456789abcdef";
    externals.literals["words"] = "Falcon\n";
    return Policy::compile(POLICY, SPANMASK_FORMAT_YAML, externals);
}

static void policies() {
    Policy policy = make(), copy = policy, moved = std::move(policy);
    CHECK(policy.get() == nullptr && moved.rules().size() == 3 && copy.rules()[1] == "W");
    copy = moved;
    copy = std::move(moved);
    CHECK(copy.rules().size() == 3);
    CHECK(thrown([&] { Masker masker(policy); }) == SPANMASK_NULL);
    CHECK(thrown([&] { Policy again = policy; }) == SPANMASK_NULL);
    CHECK(thrown([] { Policy::compile(POLICY); }) == SPANMASK_POLICY);
    CHECK(thrown([] { Policy::preset("none"); }) == SPANMASK_POLICY);
    CHECK(Policy::preset("default").rules().size() > 5);
    CHECK(thrown([&] { copy.save(); }) == SPANMASK_KEYS);
    const Policy loaded = Policy::load(copy.save(true));
    CHECK(loaded.rules().size() == 3 && loaded.save(true) == copy.save(true));
    CHECK(Masker(loaded).mask("[\"Falcon\",\"a@example.com\"]") == "[\"[REDACTED]\",\"[EMAIL ADDRESS]\"]");
    CHECK(thrown([&] { Policy::load("no image"); }) == SPANMASK_IMAGE);
    const Policy warned = Policy::compile("{ version: 1, rules: [{ id: A, pattern: 'R', replace: 'R' }] }");
    CHECK(warned.warnings().size() == 1 && warned.warnings()[0].path == "rules[0]");
}

static void maskers() {
    Masker masker(make());
    // Longer than what it replaces.
    CHECK(masker.mask("[\"a@example.com\",\"a@example.com\"]") == "[\"[EMAIL ADDRESS]\",\"[EMAIL ADDRESS]\"]");
    CHECK(masker.report().parts == 2 && masker.counts()[0] == 2);
    CHECK(masker.mask("\"Falcon\"") == "\"[REDACTED]\"");
    CHECK(thrown([&] { masker.mask("{]"); }) == SPANMASK_REFUSED);
    char output[8];
    CHECK(thrown([&] { masker.mask_into("\"Falcon\"", output, sizeof output); }) == SPANMASK_CAPACITY);
    Masker moved = std::move(masker);
    CHECK(moved.mask("") == "");
    CHECK(thrown([&] { masker.mask("1"); }) == SPANMASK_NULL);
    CHECK(thrown([] { Masker(make(), SPANMASK_FRAMING_ONE).mask("1 2"); }) == SPANMASK_REFUSED);
}

static void findings() {
    Masker masker(make());
    int seen = 0;
    const char *text = "{\"user\":\"jo\",\"a\":[\"a@example.com\"]}";
    masker.scan(text, [&](const spanmask::Finding &finding) {
        seen++;
        if (finding.rule == "E") CHECK(finding.path == "$['a'][0]" && finding.level == 1);
    });
    CHECK(seen == 2);
    // What a callback throws comes out, through the library, which stays as good as it was.
    bool caught = false;
    try {
        masker.scan(text, [](const spanmask::Finding &) { throw 7; });
    } catch (int number) {
        caught = number == 7;
    }
    CHECK(caught);
    CHECK(thrown([&] { masker.scan(text, [&](const spanmask::Finding &) { masker.mask("1"); }); }) == SPANMASK_BUSY);
    CHECK(masker.mask("1") == "1");
}

static void detectors() {
    const Policy policy = Policy::compile("{ version: 1, rules: [{ id: H, detect: host:h, fail: refuse }] }");
    const spanmask::Detector finds = [](std::string_view text) {
        if (text == "bad") throw 7;
        return std::vector<spanmask_span>{{0, text.find(' ')}};
    };
    CHECK(thrown([&] { Masker masker(policy); }) == SPANMASK_NO_DETECTOR);
    Masker masker(policy, SPANMASK_FRAMING_SEQUENCE, {{"h", finds}});
    Masker moved = std::move(masker);
    CHECK(moved.mask("\"Zo\\u00eb sings\"") == "\"[REDACTED] sings\"");
    CHECK(thrown([&] { moved.mask("\"bad\""); }) == SPANMASK_DETECTOR);
}

static void streams() {
    spanmask::Stream stream(make());
    std::string out;
    const auto sink = [&](std::string_view piece) { out += piece; };
    for (int i = 0; i < 2; i++) {
        out.clear();
        for (char c : std::string("[\"a@example.com\"]")) stream.push(std::string_view(&c, 1), sink);
        stream.finish(sink);
        CHECK(out == "[\"[EMAIL ADDRESS]\"]" && stream.report().parts == 1);
        CHECK(thrown([&] { stream.push("1", sink); }) == SPANMASK_ORDER);
        stream.reset();
    }
    out.clear();
    stream.push("{\"Falcon\":\"Falcon\"} [\"a@ex", sink);
    CHECK(out.empty());
    stream.flush(sink);
    CHECK(out == "{\"Falcon\":\"[REDACTED]\"} [");
    stream.push("ample.com\"]", sink);
    stream.finish(sink);
    CHECK(out == "{\"Falcon\":\"[REDACTED]\"} [\"[EMAIL ADDRESS]\"]");
    CHECK(thrown([&] { stream.flush(sink); }) == SPANMASK_ORDER);
    spanmask::Stream::Options options;
    options.window = 32;
    spanmask::Stream narrow(make(), std::move(options));
    CHECK(thrown([&] { narrow.push("\"" + std::string(100, 'x'), sink); }) == SPANMASK_OVERSIZE);
}

int main() {
    policies();
    maskers();
    findings();
    detectors();
    streams();
    return 0;
}
