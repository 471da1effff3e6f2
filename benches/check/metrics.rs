//! Metric files: four measures over each population, with everything that rules ask for.

use crate::dice::Dice;
use crate::populations::{self, About, Population};
use crate::sources::Kind;

/// So many metrics measure one population.
const TOGETHER: usize = 4;

pub struct Metric {
    pub id: String,
    pub text: String,
}

/// The first `number` metrics; a multiple of ten.
pub fn first(number: usize) -> Vec<Metric> {
    let populations = number.div_ceil(TOGETHER);
    (0..populations).flat_map(|index| of_population(index, populations)).take(number).collect()
}

/// Metric number 0 of a project of so many, with another population each time.
pub fn changed(number: usize, change: usize) -> Option<Metric> {
    let mut metric = first(number).into_iter().next()?;
    // Beyond those of the project, and of the same make as the first.
    let other = populations::number(80 * (number + change));
    metric.text = metric.text.replacen(&populations::number(0).sql, &other.sql, 1);
    Some(metric)
}

fn of_population(index: usize, populations: usize) -> Vec<Metric> {
    let population = populations::number(index);
    // The guards measure another population.
    let guard = (index + 1) % populations;
    measures(&population, index)
        .into_iter()
        .enumerate()
        .map(|(place, measure)| {
            let id = id(index, place);
            let text = text(&id, &population, &measure, &self::id(guard, 0));
            Metric { id, text }
        })
        .collect()
}

fn id(population: usize, place: usize) -> String {
    let Population { kind, about, .. } = populations::number(population);
    let about = match about {
        About::Time => "wait",
        About::Work => "work",
        About::Quality => "quality",
        About::Volume => "volume",
    };
    format!("{}_{about}_{population:04}_{place}", kind.name)
}

/// A measure and what goes with it.
struct Measure {
    unit: &'static str,
    table: String,
    most: Option<u32>,
    target: Option<String>,
}

fn measures(population: &Population, index: usize) -> Vec<Measure> {
    let dice = &mut Dice::new(index * 7 + 3);
    let Kind { grade, grades, .. } = population.kind;
    match population.about {
        About::Time => {
            let time = |kind: &str| Measure {
                unit: "seconds",
                table: format!("kind = \"{kind}\"\nof = \"wait\"\nopen = \"waiting\""),
                most: Some(7_776_000),
                target: Some(format!("at_most = {}", 3_600 + index)),
            };
            let mut p90 = time("quantile");
            p90.table.push_str(&format!("\nq = 0.{}", dice.between(75, 99)));
            let mut mean = time("mean");
            mean.table.push_str("\nwith = [\"median\", \"p90\"]");
            vec![time("survival"), time("median"), p90, mean]
        }
        About::Work => {
            let (a, b) = (dice.between(2, 60), dice.between(2, 9));
            let work = |unit, table: String, most| Measure { unit, table, most, target: None };
            let per_step = "effort / nullif(steps, 0)";
            vec![
                work(
                    "count",
                    "kind = \"ratio\"\nnumerator = \"effort\"\ndenominator = \"steps\"".to_owned(),
                    None,
                ),
                work("count", format!("kind = \"median\"\nof = \"{per_step} * {b}\""), None),
                work(
                    "count",
                    format!(
                        "kind = \"sum\"\nof = \"case when effort > {a} then steps * {b} else steps end\""
                    ),
                    None,
                ),
                work(
                    "ratio",
                    format!(
                        "kind = \"share\"\nwhere = \"effort > {a} * steps\"\namong = \"steps > 0 and effort > 0.{b}\""
                    ),
                    Some(1),
                ),
            ]
        }
        About::Quality => {
            let quality = |table: &str| Measure {
                unit: "ratio",
                table: table.to_owned(),
                most: Some(1),
                target: Some(format!("at_most = 0.{:03}1", index % 900 + 50)),
            };
            vec![
                quality("kind = \"share\"\nwhere = \"bad\"\namong = \"known\""),
                quality("kind = \"share\"\nwhere = \"bad and known\""),
                quality("kind = \"ratio\"\nnumerator = \"bad and known\"\ndenominator = \"known\""),
                quality(
                    "kind = \"mean\"\nof = \"case when bad and known then 1.0 when bad then 0.5 else 0 end\"",
                ),
            ]
        }
        About::Volume => {
            let (a, b) = (dice.one(grades), dice.between(2, 9));
            let volume = |unit, table: String, most| Measure { unit, table, most, target: None };
            vec![
                volume("count", "kind = \"count\"".to_owned(), None),
                volume("ratio", format!("kind = \"distribution\"\nof = \"{grade}\""), Some(1)),
                volume(
                    "ratio",
                    format!(
                        "kind = \"share\"\nwhere = \"{grade} = '{a}' and client_id <> 'internal-{b}'\""
                    ),
                    Some(1),
                ),
                volume(
                    "count",
                    format!("kind = \"sum\"\nof = \"case {grade} when '{a}' then {b} else 1 end\""),
                    None,
                ),
            ]
        }
    }
}

fn text(id: &str, population: &Population, measure: &Measure, guard: &str) -> String {
    let Kind { name, id: subject, began, grade, .. } = population.kind;
    let Measure { unit, table, most, target } = measure;
    let direction = if most.is_some() { "lower" } else { "neutral" };
    let most = most.map_or(String::new(), |most| format!("max = {most}\n"));
    let target = target.as_ref().map_or(String::new(), |target| format!("\n[target]\n{target}\n"));
    format!(
        "title = \"{id}\"\nowner = \"{name}-desk\"\ndescription = \"\"\"\n\
         What the desk for {name} answers for, of those that its own rules let count.\nReviewed \
         with the people who are measured by it.\n\"\"\"\nunit = \"{unit}\"\n\
         direction = \"{direction}\"\nversion = \"1.0.0\"\n\
         goal = \"Nobody has to ask twice how {id} moved.\"\n\
         stakeholders = [\"shift-lead\", \"client-manager\"]\nreviewed = 2025-11-15\n\
         tags = [\"{name}\", \"benchmark\"]\n\n\
         [population]\nsubject = \"{subject}\"\nat = \"{began}\"\n\
         segments = [\"{grade}\", \"client_id\"]\nsql = \"\"\"\n{sql}\"\"\"\n\n\
         [measure]\n{table}\n\n\
         [ceiling]\nmin = 0\n{most}why = \"Nothing here is below zero, and a part is no more than \
         the whole.\"\n{target}\n\
         [gameability]\nnotes = \"\"\"\nWhat {id} would count is declared to be something else, or \
         is put off until nobody looks.\n\"\"\"\nguards = [\"{guard}\"]\n",
        sql = population.sql,
    )
}
