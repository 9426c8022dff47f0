//! Names of validators: a stand-in until the core has them.

use spanmask_core::validate::Validator;

const VALIDATORS: [(&str, Validator); 1] = [("luhn", Validator::None)];

pub(crate) fn validator(name: &str) -> Option<Validator> {
    VALIDATORS.iter().find(|(known, _)| *known == name).map(|&(_, validator)| validator)
}

pub(crate) fn validators() -> impl Iterator<Item = &'static str> {
    VALIDATORS.iter().map(|&(name, _)| name)
}
