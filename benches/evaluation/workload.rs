//! The 100 metrics, each written twice: as a definition and as the SQL of somebody without goodhart.

/// A population: the rows that its measures are about.
pub struct Population {
    pub id: &'static str,
    /// What `wait` and `handling` are counted from.
    wait: &'static str,
    handling: &'static str,
    /// Which alerts belong to it.
    only: &'static str,
}

/// A measure over any of the populations.
pub struct Measure {
    pub id: &'static str,
    unit: &'static str,
    /// The `[measure]` table.
    declared: &'static str,
    /// What stands in the select list of a plain query.
    plain: &'static str,
}

/// A metric: a measure of a population.
pub struct Metric {
    pub id: String,
    population: String,
    measure: &'static Measure,
    /// The sets of segments.
    by: &'static str,
}

const RAISED_TO_TAKEN: &str = "date_diff('second', created_at, acknowledged_at)";
const TAKEN_TO_CLOSED: &str = "date_diff('second', acknowledged_at, closed_at)";

/// Ten views on alerts as a SOC has them. Every one has its own filter, and some their own
/// expressions; none is part of another as text.
const POPULATIONS: [Population; 10] = [
    Population { id: "all", wait: RAISED_TO_TAKEN, handling: TAKEN_TO_CLOSED, only: "true" },
    Population {
        id: "counted",
        wait: RAISED_TO_TAKEN,
        handling: TAKEN_TO_CLOSED,
        only: "not suppressed and not is_test and duplicate_of is null",
    },
    Population {
        id: "human",
        wait: "date_diff('second', ingested_at, acknowledged_at)",
        handling: TAKEN_TO_CLOSED,
        only: "not suppressed and handler = 'human'",
    },
    Population {
        id: "automated",
        wait: RAISED_TO_TAKEN,
        handling: "date_diff('second', created_at, closed_at)",
        only: "not suppressed and handler = 'automation'",
    },
    Population {
        id: "urgent",
        wait: RAISED_TO_TAKEN,
        handling: TAKEN_TO_CLOSED,
        only: "severity in ('high', 'critical') and duplicate_of is null",
    },
    Population {
        id: "endpoint",
        wait: RAISED_TO_TAKEN,
        handling: TAKEN_TO_CLOSED,
        only: "source = 'edr' and not is_test",
    },
    Population {
        id: "cloud_and_identity",
        wait: RAISED_TO_TAKEN,
        handling: "date_diff('second', ingested_at, closed_at)",
        only: "source in ('cloud', 'identity') and not is_test",
    },
    Population {
        id: "by_day",
        wait: RAISED_TO_TAKEN,
        handling: TAKEN_TO_CLOSED,
        only: "extract(hour from created_at) between 8 and 17 and not suppressed",
    },
    Population {
        id: "by_night",
        wait: "date_diff('second', ingested_at, acknowledged_at)",
        handling: TAKEN_TO_CLOSED,
        only: "extract(hour from created_at) not between 6 and 21 and not suppressed",
    },
    Population {
        id: "originals",
        wait: RAISED_TO_TAKEN,
        handling: "date_diff('second', created_at, closed_at)",
        only: "duplicate_of is null",
    },
];

/// Ten measures in the mixture of the shipped metrics: mostly counts, shares and ratios, some
/// medians and quantiles, over two durations.
const MEASURES: [Measure; 10] = [
    Measure { id: "volume", unit: "count", declared: "kind = \"count\"", plain: "count(*)" },
    Measure {
        id: "steps",
        unit: "count",
        declared: "kind = \"sum\"\nof = \"steps\"",
        plain: "sum(steps)",
    },
    Measure {
        id: "effort",
        unit: "count",
        declared: "kind = \"sum\"\nof = \"effort\"",
        plain: "sum(effort)",
    },
    Measure {
        id: "mean_handling",
        unit: "seconds",
        declared: "kind = \"mean\"\nof = \"handling\"\nopen = \"unfinished\"",
        plain: "avg(handling) filter (where not unfinished)",
    },
    Measure {
        id: "median_wait",
        unit: "seconds",
        declared: "kind = \"median\"\nof = \"wait\"\nopen = \"waiting\"",
        plain: "median(wait) filter (where not waiting)",
    },
    Measure {
        id: "wait_p90",
        unit: "seconds",
        declared: "kind = \"quantile\"\nof = \"wait\"\nopen = \"waiting\"\nq = 0.9",
        plain: "quantile_cont(wait, 0.9) filter (where not waiting)",
    },
    Measure {
        id: "handling_p95",
        unit: "seconds",
        declared: "kind = \"quantile\"\nof = \"handling\"\nopen = \"unfinished\"\nq = 0.95",
        plain: "quantile_cont(handling, 0.95) filter (where not unfinished)",
    },
    Measure {
        id: "escalated_share",
        unit: "ratio",
        declared: "kind = \"share\"\nwhere = \"escalated\"\namong = \"not waiting\"",
        plain: "count(*) filter (where escalated and not waiting) \
                / count(*) filter (where not waiting)",
    },
    Measure {
        id: "effort_per_step",
        unit: "count",
        declared: "kind = \"ratio\"\nnumerator = \"effort\"\ndenominator = \"steps\"",
        plain: "sum(effort) / sum(steps)",
    },
    Measure {
        id: "mean_risk",
        unit: "score",
        declared: "kind = \"mean\"\nof = \"risk\"",
        plain: "avg(risk)",
    },
];

impl Population {
    /// The query, for `alerts` with `also` as a further condition.
    fn sql(&self, also: &str) -> String {
        let Self { wait, handling, only, .. } = self;
        format!(
            "select alert_id, created_at, severity, team, steps, effort, risk, escalated,\n  \
             {wait} as wait,\n  acknowledged_at is null as waiting,\n  \
             {handling} as handling,\n  closed_at is null as unfinished\n\
             from alerts\nwhere {only}{also}"
        )
    }
}

impl Metric {
    /// The file below `metrics/`.
    pub fn definition(&self) -> String {
        format!(
            "title = \"{id}\"\nowner = \"benchmark\"\nunit = \"{unit}\"\ndirection = \"neutral\"\n\n\
             [population]\nsubject = \"alert_id\"\nat = \"created_at\"\n\
             segments = [\"severity\", \"team\"]\nsql = \"\"\"\n{population}\n\"\"\"\n\n\
             [measure]\n{measure}\n\n\
             [breakdown]\nby = {by}\n\n\
             [ceiling]\nmin = 0\nwhy = \"Nothing here is below zero.\"\n\n\
             [gameability]\nnotes = \"Generated data has nobody who would.\"\n",
            id = self.id,
            unit = self.measure.unit,
            population = self.population,
            measure = self.measure.declared,
            by = self.by,
        )
    }

    /// The query of somebody without goodhart.
    pub fn plain(&self) -> String {
        format!(
            "select date_trunc('month', created_at) as month, severity, team,\n  {} as value\n\
             from (\n{}\n)\ngroup by all",
            self.measure.plain, self.population
        )
    }
}

/// The sets of segments of the metrics that are timed.
const BOTH: &str = "[[\"severity\", \"team\"]]";

/// The metrics that are timed.
pub fn hundred() -> Vec<Metric> {
    POPULATIONS.iter().flat_map(|population| of_population(population, "", "", BOTH)).collect()
}

/// A thousand as a pack has them, in fifty families of twenty: ten measures of one population, each
/// in total by severity, and by team.
pub fn families() -> Vec<Metric> {
    const BY: [(&str, &str); 2] = [("", "[[], [\"severity\"]]"), ("_by_team", "[[\"team\"]]")];
    (0..5)
        .flat_map(|client| {
            let also = format!(" and client_id = 'client-{client}'");
            BY.into_iter().flat_map(move |(of, by)| {
                let (also, suffix) = (also.clone(), format!("_of_client_{client}{of}"));
                POPULATIONS.iter().flat_map(move |p| of_population(p, &also, &suffix, by))
            })
        })
        .collect()
}

/// Ten times as many, over ten times as many populations: each of them for each of ten clients.
pub fn thousand() -> Vec<Metric> {
    (0..10)
        .flat_map(|client| {
            let also = format!(" and client_id = 'client-{client}'");
            let suffix = format!("_of_client_{client}");
            POPULATIONS.iter().flat_map(move |p| of_population(p, &also, &suffix, BOTH))
        })
        .collect()
}

fn of_population(
    population: &Population,
    also: &str,
    suffix: &str,
    by: &'static str,
) -> Vec<Metric> {
    MEASURES
        .iter()
        .map(|measure| Metric {
            id: format!("{}_{}{suffix}", population.id, measure.id),
            population: population.sql(also),
            measure,
            by,
        })
        .collect()
}
