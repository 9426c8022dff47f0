//! Expressions as people write them for their own identifiers: tickets, orders, customers, keys, numbers of papers.

/// What the identifiers of one kind look like; `{}` is their prefix.
const SHAPES: [&str; 12] = [
    r"\b{}-\d{6}\b",
    r"\b{}-\d{4}-\d{2,5}\b",
    r"\b{}_[A-Za-z0-9]{16,32}\b",
    r"\b{}\d{8}\b",
    r"\b{}-[A-Z0-9]{8}\b",
    r"\b{}[-_]?[0-9a-f]{12}\b",
    r"\b{}/\d{2}/\d{4}\b",
    r"\b{}:[A-Za-z0-9+/]{20,40}={0,2}",
    r"\b{} ?\d{3} ?\d{3} ?\d{3}\b",
    r"(?i)\b{}[ :#-]{1,2}\d{5,9}\b",
    r"\b{}\.[a-z]{3,12}\.\d{3,6}\b",
    r"\b[A-Z]{2}{}\d{4}[A-Z]\b",
];

const PREFIXES: [&str; 33] = [
    "ORD", "CUST", "INV", "TCK", "REQ", "CHG", "ACC", "EMP", "PAT", "CASE", "POL", "CLM", "REF", "SHIP",
    "RMA", "PO", "BILL", "LOAN", "CARD", "USR", "TXN", "PAY", "DOC", "LAB", "MRN", "VIN", "TAX", "KYC",
    "LIC", "SUB", "VOU", "BAT", "LOT",
];

/// These come first: what most have, one that the captured bodies hold, and one without a prefix of its own.
const FIRST: [&str; 10] = [
    r"\bINC-\d{6}\b",
    r"\bsess-\d{4}\b",
    r"\b[A-Z]{2}\d{6}[A-Z]\b",
    r"\bcus_[A-Za-z0-9]{14}\b",
    r"\bkey-[0-9a-f]{32}\b",
    r"\bdoc-\d+\b",
    r"(?i)\bemployee (?:id|no)[ :.]{1,2}\d{4,6}\b",
    r"\b\d{2}-\d{7}\b",
    r"\bprj_(?:live|test)_[a-z0-9]{20}\b",
    r"\b[0-9A-HJ-NPR-Z]{3}-[0-9A-HJ-NPR-Z]{3}-\d{4}\b",
];

/// The first `count` expressions, no two of them alike.
pub(super) fn first(count: usize) -> Vec<String> {
    let made = (0..).map(|i| {
        let shape = SHAPES[i % SHAPES.len()];
        shape.replacen("{}", PREFIXES[i % PREFIXES.len()], 1)
    });
    FIRST.into_iter().map(str::to_owned).chain(made).take(count).collect()
}
