//! Links as Node.js wants it.

fn main() {
    napi_build::setup();
}
