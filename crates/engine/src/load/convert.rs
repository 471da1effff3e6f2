//! From raw values to declared types.

use super::raw::{self, Raw};
use goodhart_core::plan::{MappedSql, literal, quote};
use goodhart_core::project::catalog::Source;
use goodhart_core::project::definition::source::{ColumnTable, Epoch, Format, NullDate, Type};
use goodhart_core::sql::TypeKind;

/// Whether a value that is not of its type stops the load or becomes null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Fast: DuckDB raises at the first value that does not parse.
    Strict,
    /// For the search after a failure: such values are null.
    Lenient,
}

/// Appends the select list: every declared column, converted.
pub fn columns(source: &Source, raw: &Raw, mode: Mode, sql: &mut MappedSql) {
    for (index, (name, column)) in source.definition.columns.iter().enumerate() {
        if index > 0 {
            sql.push(",\n  ");
        }
        one(source, raw, name, column, mode, sql);
        sql.push(&format!(" as {}", quote(name)));
    }
}

/// Appends the conversion of one column.
pub fn one(
    source: &Source,
    raw: &Raw,
    name: &str,
    column: &ColumnTable,
    mode: Mode,
    sql: &mut MappedSql,
) {
    let typed = typed_in_file(source, raw, name, column);
    let (before, after) = wrap(source, column, mode, typed);
    sql.push(&before);
    raw_value(source, name, column, typed, sql);
    sql.push(&after);
}

/// Appends the raw value: as it is in a typed file, else as text.
pub fn raw_value(
    source: &Source,
    name: &str,
    column: &ColumnTable,
    typed: bool,
    sql: &mut MappedSql,
) {
    let json = matches!(source.definition.format.value, Format::Json | Format::Ndjson);
    let markers = if json { raw::null_markers(source) } else { None };
    if markers.is_some() {
        sql.push("(unless_marker(");
    }
    match &column.select {
        Some(select) => sql.push("(").push_sql(select).push(")"),
        None => sql.push(&raw::default_expression(source, name)),
    };
    let is_text = json && column.select.is_none();
    if !(typed || is_text) {
        sql.push("::varchar");
    }
    if let Some(markers) = markers {
        let list: Vec<String> = markers.iter().map(|marker| literal(marker)).collect();
        sql.push(&format!(", [{}]))", list.join(", ")));
    }
}

/// Whether the file itself has the column in the declared type, so that no text is parsed.
pub fn typed_in_file(source: &Source, raw: &Raw, name: &str, column: &ColumnTable) -> bool {
    if source.definition.format.value != Format::Parquet || column.select.is_some() {
        return false;
    }
    let Some(type_name) = raw.type_of(name) else {
        return false;
    };
    let kind = TypeKind::of(type_name);
    let fits = match column.r#type.value {
        Type::Text => kind.is_text(),
        Type::Integer => kind == TypeKind::Integer,
        Type::Decimal => matches!(kind, TypeKind::Integer | TypeKind::Decimal),
        Type::Double => matches!(kind, TypeKind::Integer | TypeKind::Double),
        Type::Boolean => kind == TypeKind::Boolean,
        Type::Timestamp => kind.is_instant(),
        Type::Date => kind == TypeKind::Date,
        Type::TextList => kind == TypeKind::TextList,
    };
    fits && column.epoch.is_none() && column.format.is_none()
}

/// What stands before and behind the raw value.
fn wrap(source: &Source, column: &ColumnTable, mode: Mode, typed: bool) -> (String, String) {
    let cast = match mode {
        Mode::Strict => "cast",
        Mode::Lenient => "try_cast",
    };
    let strptime = match mode {
        Mode::Strict => "strptime",
        Mode::Lenient => "try_strptime",
    };
    let to = |type_name: &str| (format!("{cast}("), format!(" as {type_name})"));
    let json = matches!(source.definition.format.value, Format::Json | Format::Ndjson);
    let (before, after) = match column.r#type.value {
        Type::Text => to("varchar"),
        Type::Double => to("double"),
        Type::Boolean => to("boolean"),
        Type::Decimal => to("decimal(38, 6)"),
        Type::Integer if typed => to("bigint"),
        // A cast from text would round 1.5 to 2; a decimal that is whole is an integer.
        Type::Integer if mode == Mode::Lenient => to("decimal(38, 6)"),
        Type::Integer => (format!("whole_number({cast}("), " as decimal(38, 6)))".to_owned()),
        Type::Timestamp | Type::Date => {
            let instant = instant(column, mode, cast, strptime, typed);
            // The search is for values that do not parse; these do.
            if mode == Mode::Lenient { instant } else { null_dates(source, instant) }
        }
        Type::TextList if typed => to("varchar[]"),
        Type::TextList if json && column.select.is_none() => {
            let list = if mode == Mode::Lenient { "try_text_list(" } else { "text_list(" };
            (list.to_owned(), ")".to_owned())
        }
        Type::TextList => {
            let separator = column.separator.as_deref().unwrap_or("|");
            ("elements(".to_owned(), format!(", {})", literal(separator)))
        }
    };
    if column.r#type.value == Type::Date {
        return (format!("cast({before}"), format!("{after} as date)"));
    }
    (before, after)
}

fn instant(
    column: &ColumnTable,
    mode: Mode,
    cast: &str,
    strptime: &str,
    typed: bool,
) -> (String, String) {
    if let Some(epoch) = column.epoch {
        let micros = match epoch.value {
            Epoch::Seconds => 1_000_000,
            Epoch::Milliseconds => 1_000,
        };
        // In decimals: a double cannot hold today's microseconds with a fraction of a second.
        return match mode {
            Mode::Strict => (
                "make_timestamp(cast(cast(".to_owned(),
                format!(" as decimal(27, 6)) * {micros} as bigint))"),
            ),
            Mode::Lenient => (
                "try(make_timestamp(cast(try_cast(".to_owned(),
                format!(" as decimal(27, 6)) * {micros} as bigint)))"),
            ),
        };
    }
    if let Some(format) = &column.format {
        return (format!("cast({strptime}("), format!(", {}) as timestamp)", literal(format)));
    }
    if typed {
        return (format!("{cast}("), " as timestamp)".to_owned());
    }
    // A plain cast to TIMESTAMP would drop the offset of `…T10:00:00+02:00` without a word.
    (format!("cast({cast}("), " as timestamptz) as timestamp)".to_owned())
}

fn null_dates(source: &Source, (before, after): (String, String)) -> (String, String) {
    let dates = &source.definition.null_dates;
    if dates.is_empty() {
        return (before, after);
    }
    let year_1 = dates.iter().any(|date| date.value == NullDate::Year1);
    let epoch_0 = dates.iter().any(|date| date.value == NullDate::Epoch0);
    (format!("real_date({before}"), format!("{after}, {year_1}, {epoch_0})"))
}

/// Macros that the conversions use.
pub const MACROS: &str = "
create macro unless_marker(value, markers) as
  case when list_contains(markers, value::varchar) then null else value end;
create macro whole_number(value) as
  case when value = trunc(value) then value::bigint
       when value is null then null
       else error('not a whole number') end;
create macro text_list(value) as
  case when value is null then null
       when value[1] = '[' then from_json(value, '[\"VARCHAR\"]')
       else error('not a list') end;
create macro elements(value, separator) as
  case when value = '' then [] else string_split(value, separator) end;
create macro try_text_list(value) as
  case when value[1] = '[' and json_valid(value) then from_json(value, '[\"VARCHAR\"]') end;
create macro real_date(instant, year_1, epoch_0) as
  case when year_1 and instant < timestamp '0002-01-01' then null
       when epoch_0 and instant = timestamp '1970-01-01' then null
       else instant end;
";
