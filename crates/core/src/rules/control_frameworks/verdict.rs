//! What is to be said about an id under the key of a framework.

use super::list::{alike, entries, same};
use super::{Crosswalk, Entry, Framework, Ids, named, shape};

/// What an id is, seen from an edition.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// An id of the edition.
    Known,
    /// An id of the edition, written in another way than this.
    Misspelt(String),
    /// An id that the edition has withdrawn.
    Withdrawn(Entry),
    /// An id of the other edition.
    OtherEdition {
        of: &'static Framework,
        entry: Entry,
        /// What it is in the edition under whose key it stands.
        here: Vec<&'static str>,
        /// Whether that edition says itself what became of the id: the way back is a guess.
        forward: bool,
    },
    Unknown,
}

impl Framework {
    /// The ids that are listed and were not withdrawn.
    pub fn current(&self) -> impl Iterator<Item = Entry> + use<> {
        let newest = matches!(self.ids, Ids::Listed { crosswalk: Crosswalk::From(_), .. });
        self.entries().filter(move |entry| !(newest && entry.is_over()))
    }

    /// The listed id, in any of its spellings.
    pub fn entry(&self, id: &str) -> Option<Entry> {
        self.entries().find(|entry| same(entry.id, id))
    }

    fn entries(&self) -> impl Iterator<Item = Entry> + use<> {
        entries(match self.ids {
            Ids::Listed { list, .. } => list,
            Ids::Shaped(_) => "",
        })
    }

    /// Says what `id` is under the framework's key.
    pub fn verdict(&self, id: &str) -> Verdict {
        match &self.ids {
            Ids::Shaped(shapes) => shaped(shapes, id),
            Ids::Listed { crosswalk, .. } => self.listed(crosswalk, id),
        }
    }

    fn listed(&self, crosswalk: &Crosswalk, id: &str) -> Verdict {
        let (Crosswalk::To(other) | Crosswalk::From(other)) = crosswalk;
        let newest = matches!(crosswalk, Crosswalk::From(_));
        // `DE.AE-2` is like `DE.AE-02` here, but is an id of the other edition to the letter.
        for is in [same, alike] {
            if let Some(entry) = self.entries().find(|entry| is(entry.id, id)) {
                return match newest && entry.is_over() {
                    true => Verdict::Withdrawn(entry),
                    false if same(entry.id, id) => Verdict::Known,
                    false => Verdict::Misspelt(entry.id.to_owned()),
                };
            }
            let other = named(other);
            let there = other.and_then(|other| other.entries().find(|entry| is(entry.id, id)));
            if let (Some(other), Some(entry)) = (other, there) {
                let here = if newest { entry.now().collect() } else { self.before(entry) };
                return Verdict::OtherEdition { of: other, entry, here, forward: newest };
            }
        }
        Verdict::Unknown
    }

    /// What became an id of the newer edition: the one that bears its number, else all that went
    /// into it.
    fn before(&self, newer: Entry) -> Vec<&'static str> {
        match self.entries().find(|entry| alike(entry.id, newer.id)) {
            Some(entry) => vec![entry.id],
            None => self
                .entries()
                .filter(|entry| entry.now().any(|id| id == newer.id))
                .map(|entry| entry.id)
                .collect(),
        }
    }
}

fn shaped(shapes: &[&str], id: &str) -> Verdict {
    let fits = |id: &str| shapes.iter().any(|shape| shape::matches(shape, id));
    let capital = id.trim().to_ascii_uppercase();
    if fits(id) {
        Verdict::Known
    } else if fits(&capital) {
        Verdict::Misspelt(capital)
    } else {
        Verdict::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::super::FRAMEWORKS;
    use super::*;
    use std::collections::BTreeSet;

    fn of(key: &str) -> &'static Framework {
        named(key).unwrap()
    }

    /// The ids of a kind: subcategories and controls are the deepest, groups are not.
    fn count(key: &str, is: impl Fn(&Entry) -> bool) -> usize {
        of(key).entries().filter(is).count()
    }

    fn subcategory(entry: &Entry) -> bool {
        entry.id.contains('-')
    }

    #[test]
    fn every_line_is_an_id_with_a_title() {
        for framework in FRAMEWORKS {
            let Ids::Listed { list, .. } = framework.ids else { continue };
            let lines = list.lines().filter(|line| !line.starts_with('#'));
            let ids: BTreeSet<&str> = framework.entries().map(|entry| entry.id).collect();
            assert_eq!(lines.count(), ids.len(), "{}", framework.key);
            assert!(framework.entries().all(|entry| !entry.title.is_empty()), "{}", framework.key);
            assert!(ids.iter().all(|id| !matches!(framework.verdict(id), Verdict::Unknown)));
        }
    }

    #[test]
    fn the_editions_of_the_csf_are_complete() {
        assert_eq!(count("nist_csf_1_1", subcategory), 108);
        assert_eq!(count("nist_csf_1_1", |e| !e.id.contains('.')), 5);
        assert_eq!(count("nist_csf_1_1", |e| e.id.contains('.') && !subcategory(e)), 23);
        let newest = of("nist_csf_2");
        assert_eq!(newest.current().filter(subcategory).count(), 106);
        assert_eq!(newest.current().filter(|e| !e.id.contains('.')).count(), 6);
        let categories: BTreeSet<&str> = newest
            .current()
            .filter(|e| e.id.contains('.') && !subcategory(e))
            .map(|e| e.id)
            .collect();
        assert_eq!(categories.len(), 22);
        // Of the 79 that were withdrawn, 26 are stubs in categories that live on.
        let alive = |e: &Entry| categories.contains(e.id.split('-').next().unwrap());
        assert_eq!(count("nist_csf_2", |e| subcategory(e) && e.is_over()), 79);
        assert_eq!(count("nist_csf_2", |e| subcategory(e) && e.is_over() && alive(e)), 26);
        assert_eq!(count("nist_csf_2", |e| subcategory(e) && alive(e)), 132);
    }

    #[test]
    fn the_editions_of_iso_27001_are_complete() {
        let dots = |entry: &Entry| entry.id.matches('.').count();
        assert_eq!(count("iso_27001_2013", |e| dots(e) == 3), 114);
        assert_eq!(count("iso_27001_2013", |e| dots(e) == 2), 35);
        assert_eq!(count("iso_27001_2013", |e| dots(e) == 1), 14);
        let theme = |theme| count("iso_27001_2022", move |e| e.id.starts_with(theme));
        assert_eq!([theme("5."), theme("6."), theme("7."), theme("8.")], [37, 8, 14, 34]);
        assert_eq!(count("iso_27001_2022", |e| dots(e) == 1), 93);
    }

    #[test]
    fn every_map_leads_to_a_current_id() {
        for framework in FRAMEWORKS {
            let Ids::Listed { crosswalk, .. } = &framework.ids else { continue };
            let target = match crosswalk {
                Crosswalk::To(newer) => of(newer),
                Crosswalk::From(_) => framework,
            };
            let current: BTreeSet<&str> = target.current().map(|entry| entry.id).collect();
            for entry in framework.entries() {
                for now in entry.now() {
                    assert!(current.contains(now), "{}: {} -> {now}", framework.key, entry.id);
                }
            }
        }
    }

    /// What became of a 1.1 id is what 2.0 says of its stub, or the id with the same number.
    #[test]
    fn both_editions_of_the_csf_tell_the_same_story() {
        for older in of("nist_csf_1_1").entries() {
            let newer = of("nist_csf_2").entries().find(|e| alike(e.id, older.id)).unwrap();
            let expected = if newer.is_over() { newer.now } else { newer.id };
            assert_eq!(older.now, expected, "{}", older.id);
        }
    }

    /// Annex B of ISO/IEC 27002:2022: all but eleven controls have a predecessor, one was split.
    #[test]
    fn the_annex_of_2022_is_covered() {
        let reached: BTreeSet<&str> =
            of("iso_27001_2013").entries().flat_map(|entry| entry.now()).collect();
        let new: Vec<&str> = of("iso_27001_2022")
            .entries()
            .map(|entry| entry.id)
            .filter(|id| id.contains('.') && !reached.contains(id))
            .collect();
        let expected =
            ["5.7", "5.23", "5.30", "7.4", "8.9", "8.10", "8.11", "8.12", "8.16", "8.23", "8.28"];
        assert_eq!(new, expected);
        let split = of("iso_27001_2013").entries().filter(|entry| entry.now().count() > 1);
        assert_eq!(split.map(|entry| entry.id).collect::<Vec<_>>(), ["A.18.2.3"]);
    }

    fn said(key: &str, id: &str) -> String {
        match of(key).verdict(id) {
            Verdict::Known => "known".to_owned(),
            Verdict::Misspelt(id) => format!("write {id}"),
            Verdict::Withdrawn(entry) => {
                format!("withdrawn: {}", entry.now().collect::<Vec<_>>().join(" "))
            }
            Verdict::OtherEdition { of, here, .. } => format!("{}: {}", of.key, here.join(" ")),
            Verdict::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn ids_of_the_csf() {
        assert_eq!(said("nist_csf_2", "DE.AE-02"), "known");
        assert_eq!(said("nist_csf_2", "DE"), "known");
        assert_eq!(said("nist_csf_2", "de.ae-02"), "write DE.AE-02");
        assert_eq!(said("nist_csf_2", "de.ae-2"), "write DE.AE-02");
        assert_eq!(said("nist_csf_2", "DE.AE\u{2011}02"), "write DE.AE-02");
        assert_eq!(said("nist_csf_2", "DE.AE-2"), "nist_csf_1_1: DE.AE-02");
        assert_eq!(said("nist_csf_2", "DE.AE-1"), "nist_csf_1_1: ID.AM-03");
        assert_eq!(said("nist_csf_2", "DE.AE-01"), "withdrawn: ID.AM-03");
        assert_eq!(said("nist_csf_2", "RS.IM-1"), "nist_csf_1_1: ID.IM-03 ID.IM-04");
        assert_eq!(said("nist_csf_2", "PR.IP"), "withdrawn: ");
        assert_eq!(said("nist_csf_2", "DE.AE-09"), "unknown");
        assert_eq!(said("nist_csf_1_1", "DE.AE-2"), "known");
        assert_eq!(said("nist_csf_1_1", "DE.AE-02"), "nist_csf_2: DE.AE-2");
        assert_eq!(said("nist_csf_1_1", "PR.PS-01"), "nist_csf_2: PR.IP-1 PR.IP-3 PR.PT-2 PR.PT-3");
        assert_eq!(said("nist_csf_1_1", "DE.AE-08"), "nist_csf_2: DE.AE-5");
    }

    #[test]
    fn ids_of_iso_27001() {
        for id in ["5.24", "A.5.24", "A.5"] {
            assert_eq!(said("iso_27001_2022", id), "known");
        }
        assert_eq!(said("iso_27001_2022", "a5.24"), "write 5.24");
        assert_eq!(said("iso_27001_2022", "A.16.1.1"), "iso_27001_2013: 5.24");
        assert_eq!(said("iso_27001_2022", "A.18.2.3"), "iso_27001_2013: 5.36 8.8");
        assert_eq!(said("iso_27001_2022", "A.16"), "iso_27001_2013: ");
        assert_eq!(said("iso_27001_2022", "5.38"), "unknown");
        assert_eq!(said("iso_27001_2013", "16.1.1"), "known");
        assert_eq!(said("iso_27001_2013", "A.16.1"), "known");
        assert_eq!(said("iso_27001_2013", "A.5.12"), "iso_27001_2022: A.8.2.1");
        assert_eq!(said("iso_27001_2013", "8.16"), "iso_27001_2022: ");
    }

    #[test]
    fn ids_that_are_known_by_their_shape() {
        for id in ["T1059", "T1059.001", "TA0002", "DET0001"] {
            assert_eq!(said("attack", id), "known");
        }
        assert_eq!(said("attack", "t1059.001"), "write T1059.001");
        assert_eq!(said("attack", "T1059.1"), "unknown");
        assert_eq!(said("attack", "T105\u{b9}"), "unknown");
        assert_eq!(said("samm", "O-IM-1-B"), "known");
        assert_eq!(said("cert_rmm", "IMC:GG2.GP8"), "known");
        assert_eq!(said("cert_rmm", "IMC:SG2.SP1"), "known");
        assert_eq!(said("cert_rmm", "incident"), "unknown");
    }

    #[test]
    fn names_without_an_edition() {
        use super::super::akin;
        assert_eq!(akin("iso27001"), ["iso_27001_2013", "iso_27001_2022"]);
        assert_eq!(akin("NIST CSF 2.0"), ["nist_csf_2"]);
        assert_eq!(akin("mitre_attack"), ["attack"]);
        assert_eq!(akin("c7001"), [""; 0]);
    }
}
