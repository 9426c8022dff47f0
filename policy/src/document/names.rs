//! Names that do not exist, and what was probably meant.

/// A name from the document, short and free of control characters.
pub(crate) fn shown(name: &str) -> String {
    const MOST: usize = 64;
    let mut shown: String = name.chars().take(MOST).flat_map(char::escape_debug).collect();
    if name.chars().nth(MOST).is_some() {
        shown.push_str("...");
    }
    shown
}

/// The nearest known name, or all of them.
pub(crate) fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.collect();
    match nearest(name, &known) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => list(&known),
    }
}

/// As [`suggestion`], for names of fields.
pub(crate) fn field_suggestion(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => list(known),
    }
}

fn list(known: &[&str]) -> String {
    if known.is_empty() { "there are none".to_owned() } else { format!("known: {}", known.join(", ")) }
}

fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let fold = |name: &str| name.to_ascii_lowercase().replace('-', "_");
    let name = fold(name);
    let most = (name.len() / 3).max(1);
    known
        .iter()
        .map(|&candidate| (strsim::osa_distance(&name, &fold(candidate)), candidate))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["email", "payment_card", "us_ssn"];
        assert_eq!(suggestion("emial", known.into_iter()), "did you mean \"email\"?");
        assert_eq!(suggestion("Payment-Card", known.into_iter()), "did you mean \"payment_card\"?");
        assert_eq!(suggestion("xyz", known.into_iter()), "known: email, payment_card, us_ssn");
        assert_eq!(suggestion("xyz", [].into_iter()), "there are none");
    }

    #[test]
    fn shown_names_are_short_and_printable() {
        assert_eq!(shown("a\nb"), "a\\nb");
        assert_eq!(shown(&"x".repeat(70)), format!("{}...", "x".repeat(64)));
    }
}
