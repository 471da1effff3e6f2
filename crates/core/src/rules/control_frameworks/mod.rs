//! The ids of frameworks that metrics name: which exist, which were withdrawn, what became of them.
//!
//! Ids that stay are listed, a file per edition in `data/`. Ids that come and go with every release
//! are known by their shape only: a list of them would be wrong next spring.

mod list;
mod shape;
mod verdict;

pub use list::Entry;
pub use verdict::Verdict;

/// A framework in one edition.
#[derive(Debug)]
pub struct Framework {
    /// What `[frameworks]` calls it.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What its ids look like, as a sentence goes on after "ids look like".
    pub looks: &'static str,
    ids: Ids,
}

#[derive(Debug)]
enum Ids {
    Listed {
        /// A line per id: the id, what it is now, a title.
        list: &'static str,
        crosswalk: Crosswalk,
    },
    /// Patterns, see [`shape::matches`].
    Shaped(&'static [&'static str]),
}

/// How an edition lies to the other one of its framework, by that one's key.
#[derive(Debug)]
enum Crosswalk {
    /// The list says what each id is in the newer edition.
    To(&'static str),
    /// The list says what withdrawn ids went into, within the edition itself.
    From(&'static str),
}

/// Every framework that goodhart knows.
pub static FRAMEWORKS: &[Framework] = &[
    Framework {
        key: "nist_csf_1_1",
        name: "NIST CSF 1.1",
        looks: "`DE.AE-2`; a function (`DE`) or a category (`DE.AE`) counts too",
        ids: Ids::Listed {
            list: include_str!("data/nist_csf_1_1.tsv"),
            crosswalk: Crosswalk::To("nist_csf_2"),
        },
    },
    Framework {
        key: "nist_csf_2",
        name: "NIST CSF 2.0",
        looks: "`DE.AE-02`; a function (`DE`) or a category (`DE.AE`) counts too",
        ids: Ids::Listed {
            list: include_str!("data/nist_csf_2.tsv"),
            crosswalk: Crosswalk::From("nist_csf_1_1"),
        },
    },
    Framework {
        key: "iso_27001_2013",
        name: "ISO/IEC 27001:2013",
        looks: "`A.16.1.1`; a domain (`A.16`) or an objective (`A.16.1`) counts too",
        ids: Ids::Listed {
            list: include_str!("data/iso_27001_2013.tsv"),
            crosswalk: Crosswalk::To("iso_27001_2022"),
        },
    },
    Framework {
        key: "iso_27001_2022",
        name: "ISO/IEC 27001:2022",
        looks: "`5.24` or `A.5.24`, from 5.1 to 5.37, 6.1 to 6.8, 7.1 to 7.14, 8.1 to 8.34",
        ids: Ids::Listed {
            list: include_str!("data/iso_27001_2022.tsv"),
            crosswalk: Crosswalk::From("iso_27001_2013"),
        },
    },
    Framework {
        key: "attack",
        name: "MITRE ATT&CK",
        looks: "`T1059` for a technique, `T1059.001` below it, `TA0002` for a tactic, `M1042` for a \
                mitigation",
        ids: Ids::Shaped(&[
            "T####",
            "T####.###",
            "TA####",
            "M####",
            "G####",
            "S####",
            "C####",
            "A####",
            "DS####",
            "DC####",
            "DET####",
            "AN####",
        ]),
    },
    Framework {
        key: "samm",
        name: "OWASP SAMM 2",
        looks: "`O-IM` for a practice, `O-IM-1` for a level of it, `O-IM-1-B` for an activity",
        ids: Ids::Shaped(&["@-@@", "@-@@-#", "@-@@-#-@"]),
    },
    Framework {
        key: "cert_rmm",
        name: "CERT-RMM 1.2",
        looks: "`IMC` for a process area, `IMC:SG2` for a goal, `IMC:SG2.SP1` for a practice",
        ids: Ids::Shaped(&["@@", "@@@", "@@@@", "@+:SG#", "@+:GG#", "@+:SG#.SP#+", "@+:GG#.GP#+"]),
    },
];

/// The framework that `[frameworks]` calls by that key.
pub fn named(key: &str) -> Option<&'static Framework> {
    FRAMEWORKS.iter().find(|framework| framework.key == key)
}

/// The keys that hold a name without its edition, or are held by a longer one: `iso27001` is
/// `iso_27001_2013` or `iso_27001_2022`, `mitre_attack` is `attack`.
pub fn akin(name: &str) -> Vec<&'static str> {
    const SHORTEST: usize = 3;
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let name = plain(name);
    let akin = |key: &str| {
        let key = plain(key);
        name.len() >= SHORTEST && (key.contains(&name) || name.contains(&key))
    };
    FRAMEWORKS.iter().map(|framework| framework.key).filter(|key| akin(key)).collect()
}
