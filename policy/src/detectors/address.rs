//! Addresses of machines.

use super::{Detector, Search};
use spanmask_core::validate::Validator;

pub(super) const MAC: Detector = Detector {
    name: "mac_address",
    description: "Hardware addresses (EUI-48, EUI-64) with colons, dashes or Cisco's dots, but not all zeros.",
    source: "IEEE 802-2014 section 8.1 (EUI-48, EUI-64); Cisco IOS documentation for the dotted form",
    searches: &[Search::new(
        concat!(
            // Not in the middle of a longer run (a fingerprint), but behind a word: `mac:00:1A:…`.
            r"(?:^|[^0-9A-Za-z_:.-]|[A-Za-z]{3}[:-])",
            r"(?:[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5,}|(?:-[0-9A-Fa-f]{2}){5,})",
            r"|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2,})(?-u:\b)",
        ),
        Validator::Mac,
    )],
};

pub(super) const IPV4: Detector = Detector {
    name: "ipv4",
    description: "IPv4 addresses in dotted decimal, but not version numbers of three or five parts.",
    source: "RFC 6943 section 3.1.1 (strict form), RFC 791",
    searches: &[Search::new(r"(?:^|[^.0-9A-Za-z_]|\\[nrt])[0-9]+(?:\.[0-9]+){3,}(?-u:\b)", Validator::Ipv4)],
};

pub(super) const IPV6: Detector = Detector {
    name: "ipv6",
    description: "IPv6 addresses in every form of RFC 4291, with zone, but not `::` alone.",
    source: "RFC 4291 section 2.2, RFC 4007 section 11 (zones), IANA IPv6 address space registry",
    searches: &[Search::new(
        concat!(
            r"(?:(?-u:\b)[0-9A-Fa-f]{1,4}(?:",
            r"(?::[0-9A-Fa-f]{0,4}){1,7}:[0-9A-Fa-f]{1,4}(?:(?:\.[0-9]{1,3}){3})?(?-u:\b)(?:%[0-9A-Za-z][0-9A-Za-z._~-]{0,31})?",
            r"|(?::[0-9A-Fa-f]{1,4}){0,6}::(?:%[0-9A-Za-z][0-9A-Za-z._~-]{0,31}|[^0-9A-Za-z_:]|$))",
            r"|(?:^|[^0-9A-Za-z_:]|\\[nrt]):",
            r"(?::[0-9A-Fa-f]{1,4}){1,7}(?:(?:\.[0-9]{1,3}){3})?(?-u:\b)(?:%[0-9A-Za-z][0-9A-Za-z._~-]{0,31})?)",
        ),
        Validator::Ipv6,
    )],
};
