//! What strangers write stays text: markers in every value and every name, in every output.

mod observe;
mod project;

use std::collections::BTreeSet;

use observe::{
    flowchart_problems, is_formula, links, markdown_problems, problems, segment_values, width,
    without_colours,
};
use project::{COLUMN, Project, Ran, file_name, key, markers, quoted, sql, toml};
use serde_json::Value;

/// Nobody reads longer lines; values of a megabyte are among the data.
const LONGEST_LINE: usize = 700;

/// Runs goodhart and looks at all that it prints; panics with all that is wrong.
#[track_caller]
fn run(project: &Project, arguments: &[&str]) -> Ran {
    let ran = project.run(arguments);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let mut wrong = Vec::new();
    let machine = ["json", "ndjson", "csv", "sarif", "junit", "github", "markdown"]
        .iter()
        .any(|format| arguments.contains(format));
    for (text, text_for_people) in [(&ran.stdout, !machine), (&ran.stderr, true)] {
        let coloured = arguments.contains(&"always");
        let plain = if coloured { without_colours(text) } else { text.clone() };
        let github = arguments.contains(&"github") && !text_for_people;
        let found = problems(&plain);
        wrong.extend(found.into_iter().filter(|p| !(github && p.starts_with("a command in \"::"))));
        let longest = plain.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        if text_for_people && longest > LONGEST_LINE && !arguments.contains(&"--explain") {
            wrong.push(format!("a line of {longest} characters"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", ran.what.escape_debug(), wrong.join("\n"));
    ran
}

/// Runs a verb as text, in colours and in each of the formats.
#[track_caller]
fn run_all(project: &Project, arguments: &[&str], formats: &[&str]) -> Vec<Ran> {
    let with = |more: &[&str]| run(project, &[arguments, more].concat());
    let mut all = vec![with(&[]), with(&["--color", "always"])];
    all.extend(formats.iter().map(|format| with(&["--format", format])));
    all
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn all_markers() -> BTreeSet<String> {
    markers().into_values().collect()
}

#[track_caller]
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("hostile_data/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"\b([0-9a-f]{40}|[0-9a-f]{10})\b", "(commit)");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn results_hold_the_values_and_show_them_as_text() {
    let project = Project::new();
    let all = run_all(&project, &["eval", "--all"], &["json", "ndjson", "csv"]);
    let [text, coloured, json, ndjson, csv] = &all[..] else { panic!() };
    assert!(text.code == 0 && !text.stdout.is_empty(), "{}", text.stderr);
    // Blanks in colour are no blanks at the end of a line.
    let plain = without_colours(&coloured.stdout);
    let trimmed: String = plain.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert_eq!(trimmed, text.stdout);
    assert_ne!(coloured.stdout, text.stdout);

    let results = parsed(&json.stdout);
    assert_eq!(segment_values(results.as_array().unwrap().iter()), all_markers());
    let lines: Vec<Value> = ndjson.stdout.lines().map(parsed).collect();
    assert_eq!(Value::from(lines), results);

    let mut reader = csv::Reader::from_reader(csv.stdout.as_bytes());
    assert!(!reader.headers().unwrap().iter().any(is_formula));
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), results.as_array().unwrap().len());
    for (record, result) in records.iter().zip(results.as_array().unwrap()) {
        assert!(!record.iter().any(is_formula), "{record:?}");
        assert_eq!(parsed(record[4].strip_prefix('\'').unwrap_or(&record[4])), result["by"]);
    }
}

#[test]
fn tables_are_not_broken() {
    let project = Project::new();
    let text = run(&project, &["eval", "--all", "m_html"]).stdout;
    let rows: Vec<&str> = text.lines().filter(|line| line.contains(" 2026-06-01 ")).collect();
    // The total; each segment; both together.
    assert_eq!(rows.len(), 1 + 3 * markers().len());
    let place = |row: &&str| width(&row[..row.find(" 2026-06-01 ").unwrap()]);
    let places: BTreeSet<usize> = rows.iter().map(place).collect();
    assert_eq!(places.len(), 1, "{text}");
    assert!(text.contains(&markers()["ordinary"]), "{text}");
    snapshot("table", &text);
}

#[test]
fn snapshots_hold_a_row_a_line_and_hide_nothing() {
    let project = Project::new();
    let _ = run(&project, &["eval"]);
    let _ = run(&project, &["accept"]);
    let mut values = BTreeSet::new();
    for name in markers().keys() {
        let text = project.read(&format!("snapshots/m_{name}.toml"));
        assert_eq!(problems(&text), [""; 0]);
        let table: toml::Table = text.parse().unwrap();
        let series = table["series"].as_array().unwrap();
        let rows: usize =
            series.iter().map(|series| series["rows"].as_array().unwrap().len()).sum();
        assert_eq!(text.lines().filter(|line| line.starts_with("  { ")).count(), rows);
        assert_eq!(text.lines().count(), 1 + 5 + series.len() * 6 + rows);
        for series in series {
            let by = series["by"].as_table().unwrap();
            values.extend(by.values().map(|v| v.as_str().unwrap().to_owned()));
        }
    }
    assert_eq!(values, all_markers());
    assert_eq!(problems(&project.read("snapshots/inputs.toml")), [""; 0]);
    assert_eq!(run(&project, &["eval", "--check"]).code, 0);
    // What no metric can be called is no snapshot, whatever else lies in the folder.
    for marker in all_markers() {
        project.write(&format!("snapshots/{}.toml", file_name(&marker)), "");
    }
    assert_eq!(run(&project, &["eval", "--check"]).code, 0);
    project.write("snapshots/gone.toml", &project.read("snapshots/m_html.toml"));
    let ran = run(&project, &["eval", "--check"]);
    assert!(ran.stderr.contains("without a metric"), "{}", ran.stderr);
    let _ = run(&project, &["eval"]);
    let ran = run(&project, &["accept"]);
    assert_eq!(ran.stderr.matches("removed snapshots/").count(), 1, "{}", ran.stderr);
}

/// The words of a command line as a shell reads them.
fn words(line: &str) -> Vec<String> {
    let echo = line.trim().replacen("goodhart", "printf '%s\\0'", 1);
    let output = std::process::Command::new("sh").args(["-c", &echo]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn a_review_shows_values_as_text_and_its_commands_work() {
    let project = Project::new();
    let _ = run(&project, &["eval", "m_html"]);
    let all = run_all(&project, &["review"], &[]);
    assert!(all.iter().all(|ran| ran.code == 3), "{}", all[0].stderr);
    let _ = run(&project, &["accept", "--reason", "##[group]it is so", "--", "m_html"]);
    assert_eq!(problems(&project.read("snapshots/m_html.toml")), [""; 0]);
    // Every value twice, so that every group has another one.
    let data = project.read("data/events.ndjson");
    let twice: String = data
        .lines()
        .map(|line| format!("{line}\n{}\n", line.replacen("\"id\":\"", "\"id\":\"again_", 1)))
        .collect();
    project.write("data/events.ndjson", &twice);
    let _ = run(&project, &["eval", "m_html"]);
    let text = run_all(&project, &["review", "--all"], &[]).remove(0).stdout;
    let rejecting: Vec<&str> =
        text.lines().filter(|line| line.trim().starts_with("goodhart reject m_html -")).collect();
    assert!(rejecting.len() > 2 * markers().len(), "{text}");
    for line in rejecting {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ran = run(&project, &words);
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
    }
    let left = run(&project, &["review"]);
    assert_eq!((left.code, left.stdout.as_str()), (0, ""), "every group had its command");
}

#[test]
fn plans_and_lineage_show_names_as_text() {
    let project = Project::new();
    let literal = sql(&all_markers().into_iter().collect::<Vec<_>>().join("\n"));
    project.metric("m_sql", "x", &format!("from events where kind <> {literal}"), "");
    let ran = run(&project, &["eval", "--explain"]);
    assert!(ran.stdout.contains("\n  \\u{3a}:stop-commands::x\n"), "{}{}", ran.stdout, ran.stderr);
    let column = format!("named.{COLUMN}");
    for of in ["of_named", "events", &column] {
        let all = run_all(&project, &["lineage", of], &["json", "mermaid"]);
        assert!(all.iter().all(|ran| ran.code == 0), "{}", all[0].stderr);
        let edges = parsed(&all[2].stdout);
        let named = edges.as_array().unwrap().iter().any(|edge| edge["from"]["column"] == COLUMN);
        assert!(named, "{edges}");
        assert_eq!(flowchart_problems(&all[3].stdout), [""; 0], "{}", all[3].stdout);
    }
    let all = all_markers();
    for marker in &all {
        assert_eq!(run(&project, &["lineage", marker]).code, 2);
    }
    snapshot("flowchart", &run(&project, &["lineage", &column, "--format", "mermaid"]).stdout);
}

#[test]
fn comparisons_show_names_and_values_as_text() {
    let project = Project::new();
    let _ = run(&project, &["eval"]);
    let _ = run(&project, &["accept"]);
    commit(&project);
    // Every value, every title and one population are others, and no subject is what it was.
    let mut rows = String::new();
    for (name, marker) in &markers() {
        for id in [name.clone(), format!("{name}{marker}")] {
            let row = serde_json::json!({
                "id": id, "seen": "2026-06-15T00:00:00Z", "kind": marker, "odd": marker,
            });
            rows += &format!("{row}\n");
        }
        let text = format!("from events where kind <> {}", sql(&format!("{marker}```\n````")));
        project.metric(&format!("m_{name}"), &format!("x{marker}"), &text, "");
    }
    project.write("data/events.ndjson", &rows);
    let renamed = project.read("metrics/m_html.toml");
    project.write("metrics/renamed.toml", &renamed.replace("title =", "# x\ntitle ="));
    std::fs::remove_file(project.path("metrics/m_json.toml")).unwrap();
    project.metric("m_toml", "x", "from events where id not in ('html', 'link', 'image')", "");

    let all = run_all(&project, &["diff", "HEAD", "--all"], &["json", "markdown"]);
    let [text, coloured, json, markdown] = &all[..] else { panic!() };
    assert!(!text.stdout.is_empty(), "{}", text.stderr);
    let plain = without_colours(&coloured.stdout);
    let trimmed: String = plain.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert_eq!(trimmed, text.stdout);

    let document = parsed(&json.stdout);
    let metrics = document["metrics"].as_array().unwrap();
    assert_eq!(metrics.len(), markers().len() + 2, "{}", text.stdout);
    let titles: BTreeSet<&str> =
        metrics.iter().map(|metric| metric["title"].as_str().unwrap()).collect();
    for (name, marker) in &markers() {
        let gone = ["json", "toml"].contains(&name.as_str());
        assert!(gone || titles.contains(format!("x{marker}").as_str()), "{name}");
    }

    assert_eq!(markdown_problems(&markdown.stdout), [""; 0]);
    assert!(markdown.stdout.contains("<code>é ß 中文 العربية עברית 😀</code>"));
    let some = run(&project, &["diff", "HEAD", "--metric", "m_mention", "--format", "markdown"]);
    snapshot("comment", &some.stdout);
}

/// Commits everything.
fn commit(project: &Project) {
    let repository = git2::Repository::init(project.root()).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let author = git2::Signature::new("a", "a@b.example", &git2::Time::new(0, 0)).unwrap();
    repository.commit(Some("HEAD"), &author, &author, "base", &tree, &[]).unwrap();
}

/// The beginning of the commit at which a project is, as a comment has it.
/// Runs `check` in all formats and compares them with each other.
fn check(project: &Project) -> String {
    let all = run_all(project, &["check"], &["json", "sarif", "junit", "github"]);
    let [text, coloured, json, sarif, junit, github] = &all[..] else { panic!() };
    assert_eq!(without_colours(&coloured.stdout), text.stdout);
    let found = parsed(&json.stdout);
    let found = found.as_array().unwrap();
    assert!(found.len() >= markers().len(), "{}", text.stdout);

    let log = parsed(&sarif.stdout);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), found.len());
    for result in results {
        let text = result["message"]["text"].as_str().unwrap();
        assert_eq!(links(text), [""; 0]);
    }

    let report = quick_junit::Report::deserialize_from_str(&junit.stdout).unwrap();
    assert_eq!(report.test_suites.len(), 1);

    let commands = observe::commands(&github.stdout);
    assert_eq!(commands.len(), found.len());
    for (command, diagnostic) in commands.iter().zip(found) {
        assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{command:?}");
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        assert!(command.properties.keys().all(|key| known.contains(&key.as_str())), "{command:?}");
        assert_eq!(command.properties["title"], diagnostic["code"].as_str().unwrap());
        assert!(!command.message.is_empty());
    }
    text.stdout.clone()
}

#[test]
fn wrong_definitions_are_shown_as_text() {
    let project = Project::new();
    for (name, marker) in &markers() {
        let (text, key) = (toml(marker), key(marker));
        project.write(
            &format!("metrics/bad_{name}.toml"),
            &format!(
                "title = \"T\"\n{key} = 1\nunit = {text}\ndirection = {text}\nversion = {text}\n\
                 [population]\nsubject = {text}\nsql = {text}\nsegments = [{text}, {text}]\n\
                 [measure]\nkind = {text}\n{key} = {text}\n[gameability]\nguards = [{text}]\n\
                 [lints]\n{key} = {text}\n"
            ),
        );
        project.write(
            &format!("sources/bad_{name}.toml"),
            &format!(
                "format = \"csv\"\nfiles = {text}\nroot = {text}\ncsv.delimiter = {text}\n\
                 [columns]\n{key} = {{ type = {text}, epoch = {text} }}\n"
            ),
        );
        project.write(&format!("metrics/{}.toml", file_name(marker)), "title = 1\n");
    }
    let calendars: String = all_markers()
        .iter()
        .map(|marker| {
            let (text, key) = (toml(marker), key(marker));
            format!("[calendars.{key}]\nzone = {text}\nholidays = [{text}]\nhours.mon = [{text}]\n")
        })
        .collect();
    let project_file = project.read("goodhart.toml");
    project.write("goodhart.toml", &format!("{project_file}\n{calendars}"));
    let _ = check(&project);
    // All other verbs stop at them.
    for verb in [&["eval"][..], &["test"], &["accept"], &["lineage", "events"]] {
        let ran = run(&project, verb);
        assert_eq!(ran.code, 1);
    }
}

#[test]
fn toml_that_cannot_be_read_is_shown_as_text() {
    let project = Project::new();
    for (name, marker) in &markers() {
        project.write(&format!("metrics/bad_{name}.toml"), marker);
    }
    let _ = check(&project);
}

#[test]
fn what_the_engine_says_is_shown_as_text() {
    let project = Project::new();
    for (name, marker) in &markers() {
        let (literal, column) = (sql(marker), marker.replace('"', "\"\""));
        let metric = |kind: &str, query: &str| {
            project.metric_of(&format!("{kind}_{name}"), marker, query, "");
        };
        metric("column", &format!("select \"{column}\" as id from events"));
        metric("table", &format!("select * from \"{column}\""));
        metric("syntax", &format!("select {literal} {literal} frm"));
        metric("cast", &format!("select cast({literal} as integer) as id from events"));
        metric("function", &format!("select \"{column}\"({literal}) as id from events"));
    }
    let _ = check(&project);
    let project = Project::new();
    // Each metric that fails is tried alone, which takes its time.
    let some = ["colours", "line_of_command", "old_command", "toml", "reordered", "tags"];
    for (name, marker) in markers().iter().filter(|(name, _)| some.contains(&name.as_str())) {
        let literal = sql(marker);
        project.metric(
            &format!("constant_{name}"),
            marker,
            &format!("from events where case when kind <> '' then error({literal}) end is null"),
            "",
        );
        project.metric(
            &format!("row_{name}"),
            marker,
            &format!("from events where id = '{name}' and error(kind) is null"),
            "",
        );
    }
    let all = run_all(&project, &["eval"], &["json", "csv"]);
    assert!(all.iter().all(|ran| ran.code != 0));
    let _ = run_all(&project, &["check"], &["json", "sarif", "junit", "github"]);
}

#[test]
fn wrong_data_are_shown_as_text() {
    let project = Project::new();
    let (mut columns, mut expects) = (String::new(), String::new());
    let mut rows = String::new();
    for (name, marker) in &markers() {
        columns += &format!(
            "int_{name} = {{ type = \"integer\" }}\nday_{name} = {{ type = \"date\" }}\n\
             set_{name} = {{ type = \"text\", values = [\"a\", {}] }}\n",
            key(&format!("b{marker}")),
        );
        expects += &format!(
            "[[expect]]\nname = {text}\nwhy = {text}\nsql = {}\n",
            toml(&format!("select * from events where id = '{name}'")),
            text = toml(marker),
        );
    }
    for (name, marker) in &markers() {
        let mut row =
            serde_json::json!({ "id": name, "seen": "2026-06-15T00:00:00Z", "kind": marker });
        for column in markers().keys() {
            row[format!("int_{column}")] = Value::from(if column == name { marker } else { "1" });
            row[format!("day_{column}")] = Value::from("2026-01-01");
            row[format!("set_{column}")] = Value::from(if column == name { marker } else { "a" });
        }
        rows += &format!("{row}\n");
    }
    project.write("data/events.ndjson", &rows);
    let head = "format = \"ndjson\"\nfiles = \"data/events.ndjson\"\n\n[columns]\n\
                id = { type = \"text\", key = true }\nseen = { type = \"timestamp\" }\n\
                kind = { type = \"text\" }\n";
    project.write("sources/events.toml", &format!("{head}{columns}"));
    for name in markers().keys() {
        std::fs::remove_file(project.path(&format!("metrics/m_{name}.toml"))).unwrap();
    }
    let odd = quoted(COLUMN);
    project.metric_of("all", "x", &format!("select id, seen, kind, kind as {odd} from events"), "");
    let all = run_all(&project, &["eval"], &[]);
    assert!(all[0].stderr.contains("error[value-not-parsed]"), "{}", all[0].stderr);

    project.write("sources/events.toml", &format!("{head}\n{expects}"));
    let all = run_all(&project, &["eval"], &[]);
    assert!(all[0].stderr.contains("expectation"), "{}", all[0].stderr);

    let sets: String = columns
        .lines()
        .filter(|line| line.starts_with("set_"))
        .fold(String::new(), |text, line| text + line + "\n");
    project.write("sources/events.toml", &format!("{head}{sets}"));
    let all = run_all(&project, &["eval"], &[]);
    assert!(all[0].stderr.contains("error[value-not-allowed]"), "{}", all[0].stderr);

    project.write("sources/events.toml", head);
    for name in markers().keys() {
        let query = format!(
            "select kind as id, seen, kind, kind as {odd} from events, range(2) where id = '{name}'"
        );
        project.metric_of(&format!("twice_{name}"), "x", &query, "");
    }
    let all = run_all(&project, &["eval"], &[]);
    let found = all[0].stderr.matches("error[subject-not-unique]").count();
    assert_eq!(found, markers().len(), "{}", all[0].stderr);
    snapshot("subjects", &all[0].stderr);
}

#[test]
fn broken_files_are_shown_as_text() {
    let project = Project::new();
    for (index, marker) in all_markers().into_iter().enumerate() {
        // A glob gives some characters a meaning.
        let file = file_name(&marker).replace(['*', '?', '[', ']', '{', '}'], "");
        let header = marker.replace([',', '"'], "");
        let text = format!("id,{header}\nx{index}{marker},2\n");
        project.write(&format!("data/{index} {file}.csv"), &text);
        project.write(
            &format!("sources/csv_{index}.toml"),
            &format!(
                "format = \"csv\"\nfiles = \"data/{index} *.csv\"\n\n[columns]\n\
                 id = {{ type = \"integer\", key = true }}\n\
                 value = {{ type = \"text\", select = {} }}\n",
                key(&quoted(&header))
            ),
        );
        let query = format!(
            "select id, timestamp '2026-06-01' as seen, 'a' as kind, 'a' as {} from csv_{index}",
            quoted(COLUMN)
        );
        project.metric_of(&format!("csv_{index}"), "x", &query, "");
    }
    let all = run_all(&project, &["eval"], &["json"]);
    assert!(all[0].code != 0);
    // Of the first file that is wrong everything else is the same.
    assert!(all[0].stderr.contains("data/0 "), "{}", all[0].stderr);
}

#[test]
fn tests_that_fail_are_shown_as_text() {
    let project = Project::new();
    for (name, marker) in &markers() {
        let text = toml(marker);
        let column = key(COLUMN);
        let test = format!(
            "\n[[test]]\nname = {text}\n\
             given.events = [{{ id = {text}, seen = 2026-06-15T00:00:00Z, kind = {text}, odd = {text} }}]\n\
             expect = [{{ kind = {text}, value = 9 }}, {{ kind = \"x\", value = 1 }}]\n"
        );
        project.metric(&format!("m_{name}"), marker, "from events", &test);
        project.write(
            &format!("sources/d_{name}.toml"),
            &format!(
                "format = \"derived\"\nsql = {}\n\n[[test]]\nname = {text}\n\
                 given.events = [{{ id = \"a\", kind = {text} }}]\n\
                 expect = [{{ id = \"a\", kind = \"x\", {column} = {text} }}]\n",
                toml(&format!(
                    "select id, kind, case when kind = {} then 'a' else kind end as {} \
                     from events where id <> {}",
                    sql(marker),
                    quoted(COLUMN),
                    sql(&format!("{marker}\n{marker}")),
                )),
            ),
        );
    }
    let all = run_all(&project, &["test", "--coverage"], &["json", "junit"]);
    let [text, _, json, junit] = &all[..] else { panic!() };
    assert_eq!(text.code, 1, "{}", text.stderr);
    let report = parsed(&json.stdout);
    assert_eq!(report["failed"], 2 * markers().len(), "{}", text.stderr);
    let tests = report["tests"].as_array().unwrap();
    let names: BTreeSet<String> =
        tests.iter().map(|test| test["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, all_markers());
    for test in tests {
        for row in test["difference"]["rows"].as_array().unwrap() {
            for cell in row["actual"].as_array().into_iter().flatten() {
                // Cells are TOML.
                let toml: toml::Table = format!("v = {}", cell.as_str().unwrap()).parse().unwrap();
                assert!(toml.contains_key("v"));
            }
        }
    }
    let report = quick_junit::Report::deserialize_from_str(&junit.stdout).unwrap();
    let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    assert_eq!(cases.count(), 2 * markers().len());
    assert!(junit.stdout.contains(&markers()["ordinary"]));
    let one = run(&project, &["test", "m_toml", "d_mermaid", "d_no_width"]);
    snapshot("tests", &one.stderr);
}

#[test]
fn arguments_and_the_environment_are_shown_as_text() {
    let project = Project::new();
    git2::Repository::init(project.root()).unwrap();
    // Hundreds of runs, of which each reads the project.
    for name in markers().keys().filter(|name| *name != "html") {
        std::fs::remove_file(project.path(&format!("metrics/m_{name}.toml"))).unwrap();
    }
    for marker in all_markers() {
        let argument = marker.trim_start_matches(['-', '+']);
        for arguments in [
            &["eval", argument][..],
            &["eval", "--owner", &format!("x{argument}")],
            &["eval", "--format", &format!("x{argument}")],
            &["eval", "--project", argument],
            &["eval", "--as-of", argument],
            &["eval", &format!("--{argument}")],
            &["check", "--base", &format!("x{argument}")],
            &["test", argument],
            &["accept", argument],
            &["explain", argument],
            &["schema", argument],
        ] {
            assert_eq!(run(&project, arguments).code, 2, "{arguments:?}");
        }
        let folder = file_name(argument);
        let _ = run(&project, &["schema", "--out", &format!("s/{folder}")]);
        let _ = run(&project, &["init", &format!("i/{folder}")]);
        assert_eq!(run(&project, &["init", &format!("i/{folder}")]).code, 2);
    }
    let roots = "[roots]\nx = \"${GOODHART_HOSTILE}\"\n\n[lints]";
    project.write("goodhart.toml", &project.read("goodhart.toml").replace("[lints]", roots));
    let source = project.read("sources/events.toml").replace("files =", "root = \"x\"\nfiles =");
    project.write("sources/events.toml", &source);
    let ran = run(&project, &["eval"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("the root `x` is not a folder"), "{}", ran.stderr);
}

#[test]
fn long_values_are_cut_for_people_and_whole_for_machines() {
    let project = Project::new();
    let long = "x".repeat(1_000_000);
    let row = |id: &str, kind: &str| {
        let row = serde_json::json!({
            "id": id, "seen": "2026-06-15T00:00:00Z", "kind": kind, "odd": "\u{202e}".repeat(100_000),
        });
        format!("{row}\n")
    };
    project.write("data/events.ndjson", &row("a", &long));
    let all = run_all(&project, &["eval", "m_html"], &["json"]);
    assert!(all[0].stdout.contains("xxx…"), "{:.1000}", all[0].stdout);
    let results = parsed(&all[2].stdout);
    assert!(segment_values(results.as_array().unwrap().iter()).contains(&long));

    let types = project
        .read("sources/events.toml")
        .replace("kind = { type = \"text\"", "kind = { type = \"integer\"");
    project.write("sources/events.toml", &types);
    let ran = run(&project, &["eval", "m_html"]);
    assert!(ran.stderr.contains("value-not-parsed"), "{:.1000}", ran.stderr);
    project.metric("m_html", &long, "from events", &format!("\n[lints]\n{long} = \"warn\"\n"));
    let _ = run_all(&project, &["check"], &["github"]);
}
