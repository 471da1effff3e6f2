//! What a worker was told, for another one that takes its place.

use super::client::Running;

/// The statements that made what queries see, in their order.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    told: Vec<Statement>,
}

#[derive(Debug, Clone)]
struct Statement {
    sql: String,
    subject: Option<String>,
}

impl Journal {
    /// Notes a statement that was run. One with a `subject`, such as the as-of, takes the place of
    /// earlier ones with the same, but not of the first: what was made since then needed it.
    pub fn note(&mut self, sql: &str, subject: Option<&str>) {
        if let Some(subject) = subject {
            let mut first = true;
            self.told.retain(|told| {
                let same = told.subject.as_deref() == Some(subject);
                !same || std::mem::take(&mut first)
            });
        }
        self.told.push(Statement { sql: sql.to_owned(), subject: subject.map(str::to_owned) });
    }

    /// Tells it all to another worker.
    ///
    /// # Errors
    /// A worker that cannot do it, as the first one could.
    pub fn replay(&self, worker: &mut Running) -> Result<(), String> {
        self.told.iter().try_for_each(|told| worker.repeat(&told.sql))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_of_a_subject_are_kept() {
        let mut journal = Journal::default();
        journal.note("as-of 1", Some("as-of"));
        journal.note("view", None);
        journal.note("as-of 2", Some("as-of"));
        journal.note("table 2", Some("table"));
        journal.note("as-of 3", Some("as-of"));
        journal.note("table 3", Some("table"));
        journal.note("as-of 4", Some("as-of"));
        let told: Vec<&str> = journal.told.iter().map(|told| told.sql.as_str()).collect();
        assert_eq!(told, ["as-of 1", "view", "table 2", "table 3", "as-of 4"]);
    }
}
