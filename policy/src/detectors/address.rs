//! Addresses of machines.

use super::{Detector, Search};
use spanmask_core::validate::Validator;

pub(super) const MAC: Detector = Detector {
    name: "mac_address",
    description: "Hardware addresses (EUI-48, EUI-64) with colons, dashes or Cisco's dots, but not one digit \
                  throughout.",
    source: "IEEE Std 802 (EUI-48, EUI-64); Cisco IOS documentation for the dotted form",
    searches: &[Search::new(
        concat!(
            // Not in the middle of a longer run (a fingerprint), but behind a word: `mac:00:1A:…`.
            r"(?:^|[^0-9A-Za-z_:.-]|\\[nrt]|[G-Zg-z][:-]|[A-Za-z]{3}[:-])",
            r"(?:[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5,}|(?:-[0-9A-Fa-f]{2}){5,})",
            r"|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2,})(?-u:\b)",
        ),
        Validator::Mac,
    )],
};

pub(super) const IPV4: Detector = Detector {
    name: "ipv4",
    description: "IPv4 addresses in dotted decimal, but not numbers of three or five parts, and none behind a word \
                  such as `version`.",
    source: "RFC 6943 section 3.1.1 (strict form), RFC 791",
    searches: &[Search::new(
        concat!(
            r"(?:^|[^.0-9A-Za-z_]|(?:^|[^0-9A-Za-z])\.|\\[nrt]|§\s",
            // Taken in so that the validator sees it.
            r#"|(?-u:\b)(?i-u:version|ver|release|build|firmware|section|sec|chapter|clause)[\s.:='"\\]{1,5})"#,
            r"[0-9]+(?:\.[0-9]+){3,}(?-u:\b)",
        ),
        Validator::Ipv4,
    )],
};

/// The zone of an address.
macro_rules! zone {
    () => {
        r"%[0-9A-Za-z](?:[0-9A-Za-z._~-]{0,30}[0-9A-Za-z])?"
    };
}

pub(super) const IPV6: Detector = Detector {
    name: "ipv6",
    description: "IPv6 addresses in every form of RFC 4291, with zone, but not `::` alone.",
    source: "RFC 4291 section 2.2, RFC 4007 section 11 (zones), IANA IPv6 address space registry",
    searches: &[Search::new(
        concat!(
            // Not in the middle of a longer run (a fingerprint), but behind a word: `ip:2001:…`.
            r"(?:^|[^0-9A-Za-z_:]|\\[nrt]|[G-Zg-z]:|[A-Za-z]{3}:)(?:[0-9A-Fa-f]{1,4}",
            r"(?:(?::[0-9A-Fa-f]{0,4}){1,7}:[0-9A-Fa-f]{1,4}(?:(?:\.[0-9]{1,3}){3})?(?-u:\b)(?:",
            zone!(),
            r")?|(?::[0-9A-Fa-f]{1,4}){0,6}::(?:",
            zone!(),
            r"|(?-u:\B)))|:",
            r"(?::[0-9A-Fa-f]{1,4}){1,7}(?:(?:\.[0-9]{1,3}){3})?(?-u:\b)(?:",
            zone!(),
            r")?)",
        ),
        Validator::Ipv6,
    )],
};
