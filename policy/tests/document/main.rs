//! Policy documents: what is wrong with them is told clearly, keys are told nowhere, and the three formats and the
//! schema agree.

mod formats;
mod keys;
mod problems;
mod schema;

use spanmask::{Document, Externals, Format, NoExternals, Policy, PolicyError};

/// From text to a policy, as the command does it.
fn compile(text: &str, format: Format, externals: &dyn Externals) -> Result<Policy, PolicyError> {
    Policy::compile(&Document::parse(text, format)?, externals)
}

/// What is wrong with a policy in YAML.
#[track_caller]
fn error(text: &str) -> PolicyError {
    match compile(text, Format::Yaml, &NoExternals) {
        Ok(_) => panic!("it compiles: {text}"),
        Err(error) => error,
    }
}

/// What becomes of a text.
fn masked(policy: &Policy, text: &str) -> String {
    let mut text = text.as_bytes().to_vec();
    policy.masker().mask_vec(&mut text).expect("JSON");
    String::from_utf8(text).expect("UTF-8")
}
