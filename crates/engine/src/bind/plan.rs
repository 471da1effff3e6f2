//! Reading DuckDB's bound plan, as `json_serialize_plan` writes it.

use goodhart_core::sql::TypeKind;
use serde_json::Value;

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(super) fn index(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|index| usize::try_from(index).ok())
}

pub(super) fn children(expression: &Value) -> &[Value] {
    expression["children"].as_array().map_or(&[][..], Vec::as_slice)
}

/// The name of a function.
pub(super) fn called(function: &Value) -> &str {
    let path = function["qname"]["path"].as_array();
    path.and_then(|path| path.last()).map_or("", text)
}

/// The type of an expression. A constant has it at its value; that of a comparison goes without
/// saying.
pub(super) fn type_name(expression: &Value) -> &str {
    let kind = text(&expression["type"]);
    if kind.starts_with("COMPARE_") || kind.starts_with("CONJUNCTION_") {
        return "BOOLEAN";
    }
    let own = expression["return_type"]["id"].as_str();
    own.or_else(|| expression["value"]["type"]["id"].as_str()).unwrap_or_default()
}

/// What the values of an expression are.
pub(super) fn kind(expression: &Value) -> TypeKind {
    TypeKind::of(type_name(expression))
}

pub(super) fn is_text(expression: &Value) -> bool {
    type_name(expression) == "VARCHAR"
}

/// A text constant, which may stand inside a cast.
pub(super) fn constant(expression: &Value) -> Option<&str> {
    match text(&expression["type"]) {
        "VALUE_CONSTANT" => expression["value"]["value"].as_str(),
        "OPERATOR_CAST" => constant(expression["children"].get(0)?),
        _ => None,
    }
}

/// The bytes of the statement where an expression stands, if DuckDB knows.
pub(super) fn place(expression: &Value) -> Option<(usize, usize)> {
    let start = index(&expression["query_location"])?;
    let length = index(&expression["query_location_length"])?;
    (length > 0).then_some((start, start.checked_add(length)?))
}
