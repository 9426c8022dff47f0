// Finds, then masks: c++ -std=c++17 mask.cpp $(pkg-config --cflags --libs spanmask)
#include <iostream>
#include <spanmask.hpp>

int main() try {
    const auto policy = spanmask::Policy::compile(R"(
        version: 1
        rules:
          - { id: EMAIL, detect: email, replace: "[EMAIL]" }
          - { id: SECRET, keys: ["*_token"] }
    )");
    const std::string input = R"({"to": ["jo@example.com"], "api_token": "s3cr3t"})";
    spanmask::Masker masker(policy);
    masker.scan(input, [](const spanmask::Finding &finding) {
        std::cout << finding.rule << " at " << finding.path << ", bytes " << finding.start << " to " << finding.end << "\n";
    });
    std::cout << masker.mask(input) << "\n";
    try {
        masker.mask("{\"to\": tru}");
    } catch (const spanmask::Error &error) {
        std::cout << error.what() << "\n";
    }
} catch (const spanmask::Error &error) {
    std::cerr << error.what() << "\n";
    return 1;
}
