//! `similar-population`: two long queries that differ in a word are one query that was copied and
//! mended in one place, or a difference that nobody sees.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;
use crate::diagnostic::{Diagnostic, Files, Span, codes};
use crate::project::catalog::Metric;
use crate::project::definition::read::Sql;
use crate::sql::Normal;

/// Shorter queries are alike by nature.
const SHORTEST: usize = 40;
/// How many tokens in a row are compared as one.
const SHINGLE: usize = 3;
/// Two queries are alike where they share nine in ten of their shingles.
const ALIKE: (usize, usize) = (9, 10);
/// How many queries one query is compared with: those with which it shares its rarest shingles.
const MOST_COMPARED: usize = 16;

/// Every query is compared with those it may be like, and is like the first of its kind. Two
/// queries that are alike share one of the few rarest shingles of each, so only those are looked
/// up: thousands of queries are not compared with each other.
pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let queries = queries(project);
    let rarity = Rarity::of(&queries);
    let mut firsts: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (index, query) in queries.iter().enumerate() {
        let rarest = rarity.rarest(&query.shingles);
        let mut compared = BTreeSet::new();
        for candidate in rarest.iter().filter_map(|shingle| firsts.get(shingle)).flatten() {
            if compared.len() < MOST_COMPARED {
                compared.insert(*candidate);
            }
        }
        let like = compared
            .into_iter()
            .filter_map(|candidate| queries.get(candidate))
            .find(|candidate| query.is_like(candidate));
        match like {
            Some(first) => found.push(query.differs_from(first, project.files)),
            None => {
                for shingle in rarest {
                    firsts.entry(shingle).or_default().push(index);
                }
            }
        }
    }
}

/// A population, as it is compared.
struct Query<'a> {
    metric: &'a Metric,
    sql: &'a Sql,
    normal: &'a Normal,
    /// Hashes of all runs of tokens, ascending.
    shingles: Vec<u64>,
}

/// The long queries, each once: those that are the same are no matter of this rule.
fn queries<'a>(project: &Project<'a>) -> Vec<Query<'a>> {
    // Most queries that are the same are so to the letter, and need not be read to see it.
    let mut literal = BTreeSet::new();
    let mut known = BTreeSet::new();
    let mut queries = Vec::new();
    for metric in project.catalog.metrics.values() {
        let Some(population) = &metric.definition.population else {
            continue;
        };
        if !literal.insert(population.sql.as_str()) {
            continue;
        }
        let Some(query) = project.catalog.sql.query(population.sql.as_str()) else {
            continue;
        };
        let normal = &query.normal;
        if normal.words().count() < SHORTEST || !known.insert(normal.as_str()) {
            continue;
        }
        let texts: Vec<&str> = normal.tokens().collect();
        let mut shingles: Vec<u64> = texts.windows(SHINGLE).map(hash).collect();
        shingles.sort_unstable();
        shingles.dedup();
        queries.push(Query { metric, sql: &population.sql, normal, shingles });
    }
    queries
}

/// FNV-1a: the same on every machine and in every version.
fn hash(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// In how many queries each shingle occurs.
struct Rarity {
    all: Vec<u64>,
}

impl Rarity {
    fn of(queries: &[Query<'_>]) -> Self {
        let mut all: Vec<u64> = queries.iter().flat_map(|query| &query.shingles).copied().collect();
        all.sort_unstable();
        Self { all }
    }

    fn count(&self, shingle: u64) -> usize {
        let below = self.all.partition_point(|known| *known < shingle);
        let upto = self.all.partition_point(|known| *known <= shingle);
        upto - below
    }

    /// So many of the rarest shingles that two queries without one of them in common cannot be
    /// alike.
    fn rarest(&self, shingles: &[u64]) -> Vec<u64> {
        let mut sorted: Vec<(usize, u64)> =
            shingles.iter().map(|shingle| (self.count(*shingle), *shingle)).collect();
        sorted.sort_unstable();
        let shared = (shingles.len() * ALIKE.0).div_ceil(ALIKE.1);
        sorted.truncate(shingles.len() - shared + 1);
        sorted.into_iter().map(|(_, shingle)| shingle).collect()
    }
}

impl Query<'_> {
    fn is_like(&self, other: &Self) -> bool {
        let has = |shingle: &&u64| other.shingles.binary_search(shingle).is_ok();
        let shared = self.shingles.iter().filter(has).count();
        let either = self.shingles.len() + other.shingles.len() - shared;
        shared * ALIKE.1 >= either * ALIKE.0
    }

    fn differs_from(&self, first: &Self, files: &Files) -> Diagnostic {
        let both = self.normal.tokens().zip(first.normal.tokens());
        let at = both.take_while(|(own, other)| own == other).count();
        Diagnostic::new(
            &codes::SIMILAR_POPULATION,
            format!(
                "the population of `{}` is nearly that of `{}`",
                self.metric.id, first.metric.id
            ),
        )
        .at(self.place(at, files), "they first differ here")
        .at(first.place(at, files), format!("and here in `{}`", first.metric.id))
        .help("make them the same, or put what they share into a derived source")
    }

    /// The place of a token, or of the last one.
    fn place(&self, at: usize, files: &Files) -> Span {
        self.sql.place(self.normal.place(at), files)
    }
}
