//! Populations: queries of 5 to 30 lines, no two alike.

use crate::dice::Dice;
use crate::sources::{CONTINENTS, KINDS, Kind};

/// What the measures over a population are about; it has the columns that they need and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// `wait`, and `waiting` where it is not over.
    Time,
    /// `effort` and `steps`.
    Work,
    /// `bad`, and `known` where that can be said at all.
    Quality,
    /// Nothing but rows and segments.
    Volume,
}

pub struct Population {
    pub kind: &'static Kind,
    pub about: About,
    pub sql: String,
}

/// The population of a number; each number has another one.
pub fn number(number: usize) -> Population {
    let dice = &mut Dice::new(number);
    let kind = &KINDS[number % KINDS.len()];
    let about = [About::Time, About::Work, About::Quality, About::Volume][number / 4 % 4];
    let wanted = columns(kind, about, dice);
    // Also by number, so that few populations read every derived source.
    let derived = kind.of_continent(number / KINDS.len());
    let region = kind.of_region(dice.roll(20));
    let sql = match number % 5 {
        0 => plain(kind, &wanted, &region, dice),
        1 => plain(kind, &wanted, &derived, dice),
        2 => ranked(kind, &wanted, &derived, dice),
        3 => beside_others(kind, &wanted, &derived, dice),
        _ => cleaned(kind, &wanted, &region, &derived, dice),
    };
    Population { kind, about, sql }
}

/// The select list of what the measures need, over a relation called `one`.
fn columns(kind: &Kind, about: About, dice: &mut Dice) -> Vec<String> {
    let Kind { began, taken, over, steps, effort, score, flag, doubt, parent, .. } = kind;
    let until = *dice.one(&[taken, over]);
    match about {
        About::Time => {
            let elapsed = format!("epoch(coalesce(one.{until}, as_of())) - epoch(one.{began})");
            let minutes = format!("floor(({elapsed}) / 60) * 60");
            let elapsed = *dice.one(&[&elapsed, &elapsed, &minutes]);
            let longest = dice.between(3, 90);
            vec![
                format!("least({elapsed}, {longest} * 86400) as wait"),
                format!("one.{until} is null or one.{until} > as_of() as waiting"),
            ]
        }
        About::Work => {
            let (a, b) = (dice.between(2, 40), dice.between(50, 900));
            let counted = match dice.roll(3) {
                0 => format!("case when one.{steps} > {b} then {b} else one.{steps} end as steps"),
                1 => format!("greatest(one.{steps}, {}) as steps", dice.between(1, 3)),
                _ => format!("one.{steps} + (one.{flag})::integer as steps"),
            };
            vec![
                format!(
                    "case when one.{score} >= {a} then one.{effort} * {a}.5 / {b} \
                     else one.{effort} end as effort"
                ),
                counted,
            ]
        }
        About::Quality => {
            let (a, b) = (dice.between(1, 9), dice.between(2, 30));
            let bad = match dice.roll(3) {
                0 => format!("one.{steps} >= {b} and one.{score} < {a}.{b} as bad"),
                1 => format!("coalesce(one.{flag} and one.{effort} > {a}{b}, false) as bad"),
                _ => format!(
                    "case when one.{flag} then one.{score} > {a} else one.{steps} > {b} end as bad"
                ),
            };
            vec![bad, format!("not one.{doubt} and one.{parent} is distinct from '{b}' as known")]
        }
        About::Volume => Vec::new(),
    }
}

/// Two to five conditions on `one`.
fn conditions(kind: &Kind, dice: &mut Dice) -> Vec<String> {
    let Kind { began, grade, grades, queue, channel, steps, effort, score, .. } = kind;
    let Kind { doubt, flag, parent, .. } = kind;
    let (low, high) = (dice.between(0, 9), dice.between(12, 23));
    let (a, b, c) = (dice.between(1, 99), dice.between(100, 999), dice.between(1, 28));
    let several = dice.between(2, 3);
    let grades = dice.some(grades, several).join("', '");
    let queues = format!("{queue}_{a}', '{queue}_{b}', '{queue}_{c}");
    let known = [
        format!("one.{grade} in ('{grades}')"),
        format!("one.{queue} not in ('{queues}')"),
        format!("one.{channel} <> '{channel}_{b}'"),
        format!("extract(hour from one.{began}) between {low} and {high}"),
        format!("one.{steps} between {low} and {b}"),
        format!("(one.{effort} < {b} or one.{score} >= {low}.{a})"),
        format!("one.client_id not like 'lab-{a}%'"),
        format!("not (one.{doubt} and one.{flag} and one.{steps} > {c})"),
        format!("coalesce(one.{parent}, '') <> '{b}-{c}'"),
        format!("one.{began} >= timestamp '2024-{:02}-{c:02} 00:00:00'", low + 1),
        format!("isodow(one.{began}) {} {}", dice.one(&["<=", "<>"]), dice.between(4, 6)),
    ];
    let number = dice.between(2, 5);
    dice.some(&known, number)
}

/// The subject, the instant, the segments, and what is wanted, over `one`.
fn list(kind: &Kind, wanted: &[String]) -> String {
    let Kind { id, began, grade, .. } = kind;
    let own = format!("one.{id}, one.{began}, one.{grade}, one.client_id");
    std::iter::once(own).chain(wanted.iter().cloned()).collect::<Vec<_>>().join(",\n  ")
}

fn filtered(conditions: &[String]) -> String {
    format!("where {}", conditions.join("\n  and "))
}

fn plain(kind: &Kind, wanted: &[String], from: &str, dice: &mut Dice) -> String {
    let only = filtered(&conditions(kind, dice));
    format!("select\n  {}\nfrom {from} as one\n{only}\n", list(kind, wanted))
}

/// The newest of each client and channel.
fn ranked(kind: &Kind, wanted: &[String], from: &str, dice: &mut Dice) -> String {
    let Kind { id, began, channel, queue, .. } = kind;
    let by = *dice.one(&[channel, queue]);
    let only = filtered(&conditions(kind, dice));
    let (newest, name) = (dice.between(2, 500), format!("newest_{}", dice.between(2, 500)));
    format!(
        "with {name} as (\n  select one.*,\n    row_number() over (\n      \
         partition by one.client_id, one.{by}\n      order by one.{began} desc, one.{id}\n    ) as place\n  \
         from {from} as one\n  where one.nth > {}\n)\n\
         select\n  {}\nfrom {name} as one\n{only}\n  and one.place <= {newest}\n",
        dice.between(0, 50),
        list(kind, wanted)
    )
}

/// With records of another kind of the same client at about the same time.
fn beside_others(kind: &Kind, wanted: &[String], from: &str, dice: &mut Dice) -> String {
    let other = dice.one(&KINDS);
    let joined = match dice.roll(2) {
        0 => other.of_region(dice.roll(20)),
        _ => other.of_continent(dice.roll(CONTINENTS.len())),
    };
    let only = filtered(&conditions(kind, dice));
    let (days, many, weight) = (dice.between(1, 60), dice.between(1, 40), dice.between(2, 9));
    format!(
        "with busy as (\n  select client_id,\n    date_trunc('day', {other_began}) as day,\n    \
         count(*) as others,\n    \
         sum(case\n      when {other_grade} = '{grade}' then {weight}\n      \
         when {other_flag} then {many}\n      else 1\n    end) as load\n  from {joined}\n  \
         where {other_steps} < {many}0\n  group by client_id, day\n  \
         having count(*) > {weight}\n)\n\
         select\n  {list}\nfrom {from} as one\nleft join busy\n  on busy.client_id = one.client_id\n  \
         and busy.day between one.{began} - interval {days} days and one.{began}\n{only}\n  \
         and coalesce(busy.load, 0) < {many}00 + {days}\n",
        other_began = other.began,
        other_grade = other.grade,
        grade = dice.one(&other.grades),
        other_flag = other.flag,
        other_steps = other.steps,
        list = list(kind, wanted),
        began = kind.began,
    )
}

/// One region without what another relation says was a repetition.
fn cleaned(kind: &Kind, wanted: &[String], region: &str, all: &str, dice: &mut Dice) -> String {
    let Kind { id, began, channel, parent, score, .. } = kind;
    let mine = filtered(&conditions(kind, dice));
    let theirs = conditions(kind, dice).join("\n    and ");
    let (within, least) = (dice.between(1, 96), dice.between(1, 9));
    format!(
        "with repeated as (\n  select one.{parent} as parent, min(one.{began}) as first,\n    \
         max(one.{score}) as top\n  from {all} as one\n  where {theirs}\n  group by all\n),\n\
         kept as (\n  select one.*,\n    lag(one.{began}) over (\n      \
         partition by one.{channel} order by one.{began}, one.{id}\n    ) as previous\n  \
         from {region} as one\n  {mine}\n)\n\
         select\n  {list}\nfrom kept as one\nwhere not exists (\n  select 1 from repeated\n  \
         where repeated.parent = one.{parent}\n    and repeated.top > {least}\n    \
         and repeated.first < one.{began} - interval {within} hours\n)\n  \
         and coalesce(one.{began} - one.previous > interval {least} seconds, true)\n",
        mine = mine.replace("\n", "\n  "),
        list = list(kind, wanted),
    )
}
