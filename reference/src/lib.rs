//! The reference: masks JSON slowly and obviously, so that the fast masker can be checked against it.

pub mod document;
mod find;
pub mod generate;
pub mod json;
pub mod otlp;
pub mod policy;
pub mod select;
mod walk;
mod write;

pub use policy::{Action, Allow, Policy, Rule, Search, Types};

/// What masking a text gave.
#[derive(Debug)]
pub struct Outcome {
    /// The masked text.
    pub output: Vec<u8>,
    /// Parts by rule.
    pub counts: Vec<u64>,
    /// The parts, in order.
    pub findings: Vec<Finding>,
}

/// A part that was masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule, by its place in the policy.
    pub rule: usize,
    /// Offset of its first byte in the input.
    pub start: usize,
    /// Offset behind its last byte in the input.
    pub end: usize,
    /// Where its value stands.
    pub path: String,
    /// Levels of escapes over it.
    pub level: usize,
}

/// The input is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The byte at which that shows.
    pub offset: usize,
}

/// Masks one text, or a sequence of them.
pub fn mask(policy: &Policy, input: &[u8], one: bool) -> Result<Outcome, Refused> {
    let text = std::str::from_utf8(input).map_err(|error| Refused { offset: error.valid_up_to() })?;
    let chars = json::characters(text);
    let refuse = |bad: json::Bad| Refused { offset: chars.get(bad.0).map_or(input.len(), |c| c.start) };
    let roots = if one {
        vec![json::parse_one(&chars, 0, policy.depth).map_err(refuse)?]
    } else {
        json::parse_sequence(&chars, policy.depth).map_err(refuse)?
    };
    let parts: Vec<walk::Part> = roots.iter().flat_map(|root| walk::root(policy, &chars, root)).collect();
    let mut counts = vec![0; policy.rules.len()];
    parts.iter().for_each(|part| counts[part.rule] += 1);
    let findings = parts.iter().map(walk::Part::finding).collect();
    Ok(Outcome { output: write::write(policy, input, &parts), counts, findings })
}
