//! Long texts that almost are what a detector looks for.

use super::{Attack, value_of};

macro_rules! near {
    ($($name:literal: $unit:literal,)*) => {
        &[$(Attack::new(concat!("nearly ", $name), "default", |size| value_of($unit, size))),*]
    };
}

pub(super) const ALL: &[Attack] = near![
    "email, no domain": "jo.smith.and.others@",
    "email, no local part": "@example.com",
    "email, one long domain": "a@b-c.",
    "phone": "+1 415 555 ",
    "phone, brackets": "(415) (",
    "card": "4111 1111 1111 1112 ",
    "card, one long run": "4111-",
    "iban": "DE89 3704 0044 0532 0130 01 ",
    "iban, one long run": "DE89DE89",
    "ipv4": "1.2.3.",
    "ipv6": "1:2:",
    "ipv6, double colons": "::1",
    "mac": "aa:bb:cc:dd:ee:",
    "ssn": "987-65-43210-",
    "jwt": "eyJhbGciOi.",
    "jwt, one long part": "eyJ",
    "private key": "-----BEGIN PRIVATE KEY-----",
    "private key, hyphens": "-",
    "aws key": "AKIAAKIA",
    "google key": "AIzaSyAIza",
    "github token": "ghp_gho_",
    "slack token": "xoxb-1234-",
    "stripe key": "sk_live_",
    "anthropic key": "sk-ant-",
    "openai key": "sk-proj-",
    "langfuse key": "sk-lf-12345678-",
    "bearer token": "Bearer ",
    "url credentials": "https://a:b",
    "url credentials, slashes": "://",
];
