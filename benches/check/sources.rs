//! The 100 sources: four kinds of records from 20 regions, and their unions by continent.

/// A kind of record. All are of the same make and no two share a column but the client's.
pub struct Kind {
    pub name: &'static str,
    pub id: &'static str,
    /// When it began, when somebody took it up, and when it was over.
    pub began: &'static str,
    pub taken: &'static str,
    pub over: &'static str,
    pub grade: &'static str,
    pub grades: [&'static str; 4],
    pub queue: &'static str,
    pub channel: &'static str,
    pub steps: &'static str,
    pub effort: &'static str,
    pub score: &'static str,
    pub flag: &'static str,
    pub doubt: &'static str,
    pub parent: &'static str,
}

pub const KINDS: [Kind; 4] = [
    Kind {
        name: "alerts",
        id: "alert_id",
        began: "raised_at",
        taken: "acknowledged_at",
        over: "closed_at",
        grade: "severity",
        grades: ["low", "medium", "high", "critical"],
        queue: "team",
        channel: "sensor",
        steps: "touches",
        effort: "effort_minutes",
        score: "risk",
        flag: "escalated",
        doubt: "is_test",
        parent: "raised_incident",
    },
    Kind {
        name: "incidents",
        id: "incident_id",
        began: "declared_at",
        taken: "contained_at",
        over: "resolved_at",
        grade: "impact",
        grades: ["limited", "moderate", "serious", "severe"],
        queue: "tier",
        channel: "vector",
        steps: "handovers",
        effort: "effort_hours",
        score: "exposure",
        flag: "reported",
        doubt: "is_drill",
        parent: "problem_id",
    },
    Kind {
        name: "findings",
        id: "finding_id",
        began: "first_seen_at",
        taken: "triaged_at",
        over: "fixed_at",
        grade: "rating",
        grades: ["none", "minor", "major", "blocking"],
        queue: "owning_team",
        channel: "scanner",
        steps: "rescans",
        effort: "repair_days",
        score: "cvss",
        flag: "exploited",
        doubt: "false_positive",
        parent: "asset_id",
    },
    Kind {
        name: "requests",
        id: "request_id",
        began: "submitted_at",
        taken: "approved_at",
        over: "granted_at",
        grade: "priority",
        grades: ["p4", "p3", "p2", "p1"],
        queue: "desk",
        channel: "medium",
        steps: "approvals",
        effort: "handling_minutes",
        score: "sensitivity",
        flag: "privileged",
        doubt: "withdrawn",
        parent: "account_id",
    },
];

const REGIONS: usize = 20;
pub const CONTINENTS: [&str; 5] = ["africa", "americas", "asia", "europe", "pacific"];

impl Kind {
    /// The source of a region, counted from 0.
    pub fn of_region(&self, region: usize) -> String {
        format!("{}_r{:02}", self.name, region % REGIONS)
    }

    /// The derived source of a continent.
    pub fn of_continent(&self, continent: usize) -> String {
        format!("{}_{}", self.name, CONTINENTS[continent % CONTINENTS.len()])
    }

    /// The columns with the types of a declaration and whether they have nulls.
    fn columns(&self) -> [(&'static str, &'static str, bool); 14] {
        [
            (self.id, "text", false),
            ("client_id", "text", false),
            (self.began, "timestamp", false),
            (self.taken, "timestamp", true),
            (self.over, "timestamp", true),
            (self.grade, "text", false),
            (self.queue, "text", false),
            (self.channel, "text", false),
            (self.steps, "integer", false),
            (self.effort, "double", false),
            (self.score, "decimal", false),
            (self.flag, "boolean", false),
            (self.doubt, "boolean", false),
            (self.parent, "text", true),
        ]
    }

    fn exported(&self, id: &str) -> String {
        let Self { began, over, grades, .. } = self;
        let mut text = format!(
            "title = \"{id}\"\ndescription = \"What the tool of a region exports every night.\"\n\
             owner = \"data-platform\"\nformat = \"csv\"\nfiles = \"data/{id}/*.csv.gz\"\n\n\
             [freshness]\ncolumn = \"{began}\"\nwithin = \"2d\"\n\n[columns]\n"
        );
        for (name, type_name, nullable) in self.columns() {
            let more = match name {
                _ if name == self.id => ", key = true".to_owned(),
                _ if name == self.grade => format!(", values = {grades:?}"),
                _ if nullable => ", nullable = true".to_owned(),
                _ => String::new(),
            };
            text.push_str(&format!("{name} = {{ type = \"{type_name}\"{more} }}\n"));
        }
        text.push_str(&format!(
            "\n[[expect]]\nname = \"nothing ends before it begins\"\n\
             sql = \"select * from {id} where {over} < {began}\"\n\
             why = \"A duration below zero would be averaged away.\"\n"
        ));
        text
    }

    fn derived(&self, continent: usize) -> String {
        let Self { id, began, taken, over, grade, queue, channel, .. } = self;
        let Self { steps, effort, score, flag, doubt, parent, .. } = self;
        let name = self.of_continent(continent);
        let parts: Vec<String> = (0..REGIONS)
            .filter(|region| region % CONTINENTS.len() == continent)
            .map(|region| {
                let source = self.of_region(region);
                format!("  select *, 'r{region:02}' as region from {source}")
            })
            .collect();
        let parts = parts.join("\n  union all by name\n");
        format!(
            "title = \"{name}\"\nowner = \"data-platform\"\nformat = \"derived\"\nsql = \"\"\"\n\
             with everywhere as (\n{parts}\n)\n\
             select region || '/' || {id} as {id}, region, client_id, {began}, {taken}, {over},\n  \
             {grade}, {queue}, {channel}, {steps}, {effort}, {score}, {flag}, {doubt}, {parent},\n  \
             epoch(coalesce({taken}, as_of())) - epoch({began}) as waited,\n  \
             row_number() over (partition by client_id, {grade} order by {began}, region, {id}) as nth\n\
             from everywhere\nwhere {began} <= as_of()\n\"\"\"\n\n\
             [columns]\n{id} = {{ type = \"text\", key = true }}\n"
        )
    }
}

/// The names and texts of all source files.
pub fn all() -> Vec<(String, String)> {
    let of_kind = |kind: &'static Kind| {
        let regions = (0..REGIONS).map(|region| {
            let id = kind.of_region(region);
            let text = kind.exported(&id);
            (id, text)
        });
        let continents = (0..CONTINENTS.len())
            .map(|continent| (kind.of_continent(continent), kind.derived(continent)));
        regions.chain(continents)
    };
    KINDS.iter().flat_map(of_kind).collect()
}
