//! Credentials whose form is a standard.

use super::{Detector, Search};
use spanmask_core::validate::Validator;

macro_rules! header {
    () => {
        r"-{4,5} ?BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}"
    };
}

macro_rules! footer {
    () => {
        r"-{4,5} ?END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}"
    };
}

pub(super) const PRIVATE_KEY: Detector = Detector {
    name: "private_key",
    description: "PEM, OpenSSH and PGP private keys, header to footer, or to where the text was cut off.",
    source: "RFC 7468 sections 10 and 11, RFC 1421 section 4.6 (headers), RFC 9580 section 6.2 (PGP)",
    searches: &[
        Search::new(concat!(header!(), r"(?s:.)*?", footer!()), Validator::PrivateKey),
        // What a cut-off key looks like. Headers are named, so that no text but key material is read in vain.
        Search::new(
            concat!(
                header!(),
                r"(?:(?:\s|\\+[nr])*(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): ?[^\\\r\n\x22]{0,72})*",
                r"[A-Za-z0-9+/=\\\s]+",
            ),
            Validator::PrivateKey,
        ),
    ],
};

pub(super) const JWT: Detector = Detector {
    name: "jwt",
    description: "JSON Web Tokens, signed, encrypted or unsecured, also cut off in the payload.",
    source: "RFC 7519, RFC 7515 section 3.1, RFC 7516 section 3.1",
    searches: &[Search::new(
        concat!(
            start!(),
            r"(?:eyJ|eyA|ewo|ewk|ew0)[A-Za-z0-9_-]{8,}\.",
            r"(?:(?:eyJ|eyA|ewo|ewk|ew0)[A-Za-z0-9_-]{4,}(?:\.(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,2})?)?",
            r"|[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){1,3})",
        ),
        Validator::BehindEscape,
    )],
};

pub(super) const BEARER: Detector = Detector {
    name: "bearer_token",
    description: "The token behind `Bearer`, from sixteen characters that hold letters and digits.",
    source: "RFC 6750 section 2.1",
    searches: &[Search::new(
        concat!(
            start!(),
            r"(?i-u:bearer)(?:[\s:=]|%20|\\[nrt]){1,4}[A-Za-z0-9_~+/-]+(?:\.[A-Za-z0-9_~+/-]+)*=*"
        ),
        Validator::KeyedToken,
    )],
};

pub(super) const URL: Detector = Detector {
    name: "url_credentials",
    description: "User and password, or a long token, before the host of a URL; the rest of the URL stays.",
    source: "RFC 3986 section 3.2.1",
    searches: &[Search::new(r#"[A-Za-z0-9]://[^\s/?"'<>\\`]+@"#, Validator::UrlUserinfo)],
};
