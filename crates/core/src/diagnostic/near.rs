//! What a misspelt name was meant to be.

/// The candidate most like `name`, if any is like it at all.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody types a longer name by mistake, and comparing costs the square of the length.
    const LONGEST: usize = 100;
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (likeness(&name, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

/// The word that `written` misspells. Words of a language have a meaning each, and one that looks
/// like another computes something else: only slips count, one in a short word and two in a long, behind the same letter.
pub fn misspelt<'a>(written: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONG: usize = 6;
    const LONGEST: usize = 40;
    let length = written.chars().count();
    if !(3..=LONGEST).contains(&length) {
        return None;
    }
    let written = written.to_lowercase();
    let most = |word: &str| {
        let begins_alike = written.chars().next() == word.chars().next();
        if length >= LONG && begins_alike { 2 } else { 1 }
    };
    let words = words.into_iter().filter(|word| word.len() > 2);
    let near = words.map(|word| (strsim::osa_distance(&written, word), word));
    near.filter(|(slips, word)| *slips <= most(word)).min().map(|(_, word)| word)
}

/// Whether two names differ in nothing but case and the kind of dash.
pub fn slip(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    plain(a) == plain(b)
}

/// From 0 to 1. In a short name one slip changes much of it, so one slip is always like.
fn likeness(a: &str, b: &str) -> f64 {
    let likeness = strsim::jaro_winkler(a, b);
    let slip = a.len().min(b.len()) > 2 && strsim::osa_distance(a, b) == 1;
    if slip { likeness.max(0.9) } else { likeness }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_language_are_misspelt_and_not_alike() {
        let kinds = ["count", "sum", "mean", "median", "ratio", "share", "distribution"];
        assert_eq!(misspelt("medain", kinds), Some("median"));
        assert_eq!(misspelt("Distrbuton", kinds), Some("distribution"));
        for other in ["count_distinct", "distinct", "rate", "su", "counter_sum", "surname"] {
            assert_eq!(misspelt(other, kinds), None, "{other}");
        }
    }

    #[test]
    fn one_slip_in_a_short_name_is_like_it() {
        assert_eq!(closest("cvs", ["csv", "json"]), Some("csv"));
        assert_eq!(closest("HIGH", ["low", "high"]), Some("high"));
        assert_eq!(closest("ab", ["cb", "xyz"]), None);
        assert_eq!(closest("colour", ["window", "files"]), None);
    }
}
