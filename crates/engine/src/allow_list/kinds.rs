//! The kinds of nodes that a definition may use, and their fields.
//!
//! Every object of the tree is of one of these kinds and has no other fields, whatever DuckDB
//! puts where. What may be inside some of them is looked at besides, in walk.rs.

/// A kind and the fields that it has besides those that all of its sort have.
type Kind = (&'static str, &'static [&'static str]);

/// Where it stands and what it is called: fields of every expression.
const OF_EXPRESSIONS: &[&str] =
    &["class", "type", "alias", "query_location", "query_location_length"];

/// Values: objects with a `class`. Left out: parameters and `default`, which have no value here.
const EXPRESSIONS: &[Kind] = &[
    ("BETWEEN", &["input", "lower", "upper"]),
    ("CASE", &["case_checks", "else_expr"]),
    ("CAST", &["child", "try_cast", "type_expr"]),
    ("COLLATE", &["child", "collation"]),
    ("COLUMN_REF", &["column_names"]),
    ("COMPARISON", &["left", "right"]),
    ("CONJUNCTION", &["children"]),
    ("CONSTANT", &["literal"]),
    (
        "FUNCTION",
        &[
            "arguments",
            "catalog",
            "distinct",
            "export_state",
            "filter",
            "function_name",
            "is_operator",
            "order_bys",
            "qualified_name",
            "schema",
        ],
    ),
    ("LAMBDA", &["expr", "lhs", "syntax_type"]),
    ("OPERATOR", &["children"]),
    ("POSITIONAL_REFERENCE", &["index"]),
    (
        "STAR",
        &[
            "columns",
            "exclude_list",
            "expr",
            "qualified_exclude_list",
            "relation_name",
            "rename_list",
            "replace_list",
        ],
    ),
    ("SUBQUERY", &["child", "comparison_type", "subquery", "subquery_type"]),
    ("TYPE", &["catalog", "children", "qualified_name", "schema", "type_name"]),
    (
        "WINDOW",
        &[
            "arg_orders",
            "arguments",
            "catalog",
            "default_expr",
            "distinct",
            "end",
            "end_expr",
            "exclude_clause",
            "filter_expr",
            "function_name",
            "has_ignore_nulls",
            "ignore_nulls",
            "offset_expr",
            "orders",
            "partitions",
            "qualified_name",
            "schema",
            "start",
            "start_expr",
        ],
    ),
];

/// What an `OPERATOR` can be.
pub const OPERATORS: &[&str] = &[
    "ARRAY_CONSTRUCTOR",
    "ARRAY_EXTRACT",
    "ARRAY_SLICE",
    "COMPARE_IN",
    "COMPARE_NOT_IN",
    "GROUPING_FUNCTION",
    "OPERATOR_COALESCE",
    "OPERATOR_IS_NOT_NULL",
    "OPERATOR_IS_NULL",
    "OPERATOR_NOT",
    "OPERATOR_NULLIF",
    "OPERATOR_TRY",
    "OPERATOR_UNPACK",
    "STRUCT_EXTRACT",
];

/// Queries. Left out: everything that inserts, updates, deletes, merges or copies.
const QUERIES: &[Kind] = &[
    ("RECURSIVE_CTE_NODE", &["aliases", "cte_name", "key_targets", "left", "right", "union_all"]),
    (
        "SELECT_NODE",
        &[
            "aggregate_handling",
            "from_table",
            "group_expressions",
            "group_sets",
            "having",
            "qualify",
            "sample",
            "select_list",
            "where_clause",
        ],
    ),
    ("SET_OPERATION_NODE", &["children", "left", "right", "setop_all", "setop_type"]),
];

/// What every query has.
const OF_QUERIES: &[&str] = &["type", "modifiers", "cte_map"];

/// What can stand behind `from`. Left out: `describe`, `show` and `summarize`, which tell of the
/// engine, and relations that only other programs can hand in.
const RELATIONS: &[Kind] = &[
    (
        "BASE_TABLE",
        &[
            "at_clause",
            "catalog_name",
            "column_name_alias",
            "qualified_name",
            "schema_name",
            "table_name",
        ],
    ),
    ("EMPTY", &[]),
    ("EXPRESSION_LIST", &["expected_names", "expected_types", "values"]),
    (
        "JOIN",
        &[
            "condition",
            "delim_flipped",
            "duplicate_eliminated_columns",
            "is_implicit",
            "join_type",
            "left",
            "nearest_approx",
            "nearest_count",
            "nearest_order_type",
            "ranking_expression",
            "ref_type",
            "right",
            "using_columns",
        ],
    ),
    (
        "PIVOT",
        &[
            "aggregates",
            "column_name_alias",
            "groups",
            "include_nulls",
            "pivots",
            "source",
            "unpivot_names",
        ],
    ),
    ("SUBQUERY", &["column_name_alias", "subquery"]),
    ("TABLE_FUNCTION", &["column_name_alias", "function", "with_ordinality"]),
];

/// What every relation has.
const OF_RELATIONS: &[&str] =
    &["type", "alias", "query_location", "query_location_length", "sample"];

/// What stands behind a query, and in what order rows are.
const MODIFIERS: &[Kind] = &[
    ("ASCENDING", &["expression", "null_order"]),
    ("DESCENDING", &["expression", "null_order"]),
    ("DISTINCT_MODIFIER", &["distinct_on_targets"]),
    ("LIMIT_MODIFIER", &["limit", "limit_type", "offset"]),
    ("ORDER_DEFAULT", &["expression", "null_order"]),
    ("ORDER_MODIFIER", &["orders"]),
];

/// Objects that only hold others together, by their fields.
const HOLDERS: &[&[&str]] = &[
    &["node", "named_param_map"],
    &["name", "expression"],
    &["kind", "text"],
    &["path"],
    &["map"],
    &["key", "value"],
    &["aliases", "key_targets", "materialized", "payload_aggregates", "query_node"],
    &["when_expr", "then_expr"],
    &["alias", "star_expr", "values"],
    &["entries", "pivot_enum", "pivot_expressions", "unpivot_names"],
    &["catalog", "column", "schema", "table"],
];

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Expression,
    Query,
    Relation,
    Modifier,
    Holder,
}

/// The sort and kind of an object with these fields; `Err` with the name of what is on no list.
pub fn kind<'t>(
    class: Option<&'t str>,
    type_name: Option<&'t str>,
    fields: impl Iterator<Item = &'t str> + Clone,
) -> Result<(Sort, &'static str), &'t str> {
    let known = |kinds: &'static [Kind], common: &[&str], name: &str| {
        let (name, own) = kinds.iter().find(|(kind, _)| *kind == name)?;
        let has = |field: &str| own.contains(&field) || common.contains(&field);
        fields.clone().all(has).then_some(*name)
    };
    match (class, type_name) {
        (Some(class), _) => known(EXPRESSIONS, OF_EXPRESSIONS, class)
            .map(|name| (Sort::Expression, name))
            .ok_or(class),
        (None, Some(name)) => {
            let query = known(QUERIES, OF_QUERIES, name).map(|name| (Sort::Query, name));
            query
                .or_else(|| known(RELATIONS, OF_RELATIONS, name).map(|name| (Sort::Relation, name)))
                .or_else(|| known(MODIFIERS, &["type"], name).map(|name| (Sort::Modifier, name)))
                .ok_or(name)
        }
        (None, None) => {
            let holds = |holder: &&[&str]| fields.clone().all(|field| holder.contains(&field));
            let known = HOLDERS.iter().any(holds);
            if known { Ok((Sort::Holder, "")) } else { Err("an unknown node") }
        }
    }
}
