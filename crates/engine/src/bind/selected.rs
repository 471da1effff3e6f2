//! What the text of a population says where it does not yield the columns that it should.

use std::collections::BTreeSet;
use std::ops::Range;

use super::scan::Binder;
use crate::allow_list::{Token, is_aggregate, tokens};
use goodhart_core::diagnostic::{Applicability, Diagnostic, Span, codes};
use goodhart_core::plan::Scan;

/// What a population returns, where it aggregates instead.
pub const ONE_ROW: &str = "the population returns one row per counted subject; \
                           the aggregate is declared under [measure]";

/// Words that can stand behind a column and are no new name of it.
const NO_NAMES: &[&str] = &[
    "and", "as", "asc", "between", "collate", "desc", "else", "end", "from", "ilike", "in", "is",
    "like", "not", "nulls", "or", "over", "then", "when",
];

/// A column that a query gives another name, without `as`.
struct ColumnAlias<'a> {
    column: Range<usize>,
    name: Token<'a>,
    range: Range<usize>,
}

impl Binder<'_> {
    /// The columns that the population should yield and does not. Returns also the names that
    /// took the place of others, so that nothing is said of their types.
    pub fn absent(
        self,
        scan: &Scan,
        own: &[(String, String)],
    ) -> (Vec<Diagnostic>, BTreeSet<String>) {
        let population = &scan.population;
        let mut taken = BTreeSet::new();
        let mut found = Vec::new();
        let yielded = |name: &str| own.iter().any(|(known, _)| known == name);
        let aggregate = aggregate(population.sql.as_str());
        if let Some(range) = aggregate.filter(|_| !yielded(&population.subject)) {
            let subject = &population.subject;
            let message =
                format!("the population aggregates, and yields no column `{}`", subject.as_str());
            let place = population.sql.locate(self.files, range.start, range.len());
            let diagnostic = Diagnostic::new(&codes::UNKNOWN_COLUMN, message)
                .at(place, "not a value of each row")
                .at(subject.span, "not in the select list")
                .help(ONE_ROW);
            return (vec![diagnostic], taken);
        }
        let named = [&population.subject].into_iter().chain(&population.segments);
        for name in named.chain(&population.at).filter(|name| !yielded(name)) {
            let message = format!("the population yields no column `{}`", name.as_str());
            let diagnostic = Diagnostic::new(&codes::UNKNOWN_COLUMN, message)
                .at(name.span, "not in the select list");
            let (diagnostic, other) = self.renamed(scan, name, diagnostic);
            found.push(match other {
                Some(other) => {
                    taken.insert(other);
                    diagnostic
                }
                None => diagnostic.did_you_mean(name, own.iter().map(|(known, _)| known.as_str())),
            });
        }
        (found, taken)
    }

    /// Says that the population gives column `name` another name, if it does so without `as`:
    /// where that is the name of a column, a comma is probably missing.
    pub fn renamed(
        self,
        scan: &Scan,
        name: &str,
        diagnostic: Diagnostic,
    ) -> (Diagnostic, Option<String>) {
        let sql = &scan.population.sql;
        let Some(renamed) = renamed(sql.as_str(), name) else { return (diagnostic, None) };
        let Token::Word(other) = renamed.name else { return (diagnostic, None) };
        let place = |range: &Range<usize>| sql.locate(self.files, range.start, range.len());
        let says = format!("`{name}` is called `{other}` from here on");
        let diagnostic = diagnostic.at(place(&renamed.range), says);
        let diagnostic = if self.is_column(scan, &other) {
            let end = place(&renamed.column).end;
            let gap = Span { start: end, end, ..sql.span };
            let says = format!("a comma may be missing before `{other}`");
            diagnostic.replace(gap, ",", says, Applicability::Suggested)
        } else {
            diagnostic
        };
        (diagnostic, Some(other.into_owned()))
    }

    /// Whether a source has a column of that name, or the metric asks for one.
    fn is_column(self, scan: &Scan, name: &str) -> bool {
        let population = &scan.population;
        let named = [&population.subject].into_iter().chain(&population.segments);
        named.chain(&population.at).any(|known| known.as_str() == name)
            || self.sources.values().any(|source| {
                source.definition.columns.names().any(|known| known.eq_ignore_ascii_case(name))
            })
    }
}

/// The first aggregate of the outermost query that is no window.
pub fn aggregate(sql: &str) -> Option<Range<usize>> {
    let written = tokens(sql);
    let mut depth = 0_usize;
    for (index, (token, range)) in written.iter().enumerate() {
        match token {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') => depth = depth.saturating_sub(1),
            Token::Word(word) if depth == 0 && is_aggregate(word) => {
                let behind = written.get(index + 1..)?;
                let called = matches!(behind.first(), Some((Token::Symbol('('), _)));
                let Some(mut end) = closing(behind).filter(|_| called) else { continue };
                let call = range.start..behind.get(end)?.1.end;
                if is_word(behind.get(end + 1), "filter") {
                    let rest = behind.get(end + 2..)?;
                    end += 2 + closing(rest)?;
                }
                if !is_word(behind.get(end + 1), "over") {
                    return Some(call);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether the outermost query says how it groups.
pub fn groups(sql: &str) -> bool {
    tokens(sql).iter().any(|token| is_word(Some(token), "group"))
}

type PlacedToken<'a> = (Token<'a>, Range<usize>);

fn is_word(token: Option<&PlacedToken<'_>>, word: &str) -> bool {
    matches!(token, Some((Token::Word(known), _)) if known == word)
}

/// Where the parenthesis is closed with which `written` begins.
fn closing(written: &[PlacedToken<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    written.iter().position(|(token, _)| {
        match token {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

/// Where `column` stands, and directly behind it a name and the end of a selected value.
fn renamed<'a>(sql: &'a str, column: &str) -> Option<ColumnAlias<'a>> {
    let written = tokens(sql);
    let at = written.windows(3).position(|window| {
        let [one, (Token::Word(name), _), end] = window else { return false };
        is_word(Some(one), &column.to_lowercase())
            && !NO_NAMES.contains(&name.as_ref())
            && (end.0 == Token::Symbol(',') || is_word(Some(end), "from"))
    })?;
    let mut from = written.into_iter().skip(at);
    let (_, column) = from.next()?;
    let (name, range) = from.next()?;
    Some(ColumnAlias { column, name, range })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Option<&str> {
        aggregate(sql).and_then(|range| sql.get(range))
    }

    #[test]
    fn aggregates_of_the_outermost_query_are_found() {
        assert_eq!(found("select severity, count(*) from t"), Some("count(*)"));
        assert_eq!(found("select sum(a) filter (where b) from t"), Some("sum(a)"));
        for sql in [
            "select count(*) over () from t",
            "select sum(a) filter (where b) over (order by c) from t",
            "with a as (select count(*) from t) from a",
            "select id from t where n > (select max(n) from t)",
            "select count, max from t",
            "select lower(a) from t",
            "select count(",
        ] {
            assert_eq!(found(sql), None, "{sql}");
        }
    }

    #[test]
    fn a_name_behind_a_column_is_its_new_name() {
        let name = |sql: &str| renamed(sql, "id").map(|renamed| sql[renamed.range].to_owned());
        assert_eq!(name("select id at, b from t").as_deref(), Some("at"));
        assert_eq!(name("select b, t.ID at from t").as_deref(), Some("at"));
        for sql in [
            "select id as at, b from t",
            "select id, at from t",
            "select id from t order by id desc, b",
            "select b from t where id is null",
        ] {
            assert_eq!(name(sql), None, "{sql}");
        }
    }
}
