//! Each rule passes on a small good tree and fires on a small bad one.

use super::*;

/// Runs one rule on a tree given as path and text, and compares what it says, without the advice:
/// the first words of each finding.
#[track_caller]
fn check(rule: Rule, files: &[(&str, &str)], expected: &[&str]) {
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
    compare(rule(&Tree::new(files.iter().map(own))), expected);
}

#[track_caller]
fn compare(mut findings: Vec<Finding>, expected: &[&str]) {
    findings.sort();
    let findings: Vec<String> = findings.iter().map(Finding::to_string).collect();
    let alike = findings.len() == expected.len()
        && findings.iter().zip(expected).all(|(finding, start)| finding.starts_with(start));
    assert!(alike, "found {findings:#?}, expected {expected:#?}");
}

#[test]
fn this_repository_is_tidy() {
    let findings = findings(&crate::root()).expect("the repository can be read");
    let lines: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    assert!(findings.is_empty(), "{} findings (cargo xtask tidy):\n{lines}", findings.len());
}

#[test]
fn the_lexer_tells_code_from_comments_and_strings() {
    let source = Source::new(
        "let a = \"x\\\"y\"; // one \"two\"\n\
         /* a /* b */ c */ let q = '\"'; let l: &'a str = r#\"raw \"it\" \"#;\n\
         let r#type = br\"z\"; let esc = '\\''; let n = '\\u{7f}';\n",
    );
    let strings: Vec<_> = source.strings.iter().map(|it| (it.line, it.text.as_str())).collect();
    assert_eq!(strings, [(1, "x\\\"y"), (2, "raw \"it\" "), (3, "z")]);
    let lines: Vec<&str> = source.code.lines().map(str::trim).collect();
    assert_eq!(lines[0], "let a = \"    \";");
    assert_eq!(lines[1], "let q = ' '; let l: &'a str = r#\"         \"#;");
    assert_eq!(lines[2], "let r#type = br\" \"; let esc = '  '; let n = '      ';");
    assert_eq!(source.comments.lines().next().map(str::trim), Some("// one \"two\""));
}

#[test]
fn the_lexer_marks_test_items() {
    let source = Source::new(
        "fn live() {}\n#[cfg(test)]\nmod tests;\nfn live() {}\n\
         #[cfg(test)]\nmod inline {\n    fn f() {\n    }\n}\nfn live() {}\n",
    );
    let live: Vec<usize> = source.live_lines().map(|(line, _)| line).collect();
    assert_eq!(live, [1, 4, 10]);
}

#[test]
fn layer_edges() {
    let manifest = |name: &str, rest: &str| format!("[package]\nname = \"{name}\"\n{rest}");
    let good = manifest("model", "[dependencies]\nserde = \"1\"\nspec.workspace = true\n");
    check(layers::edges, &[("crates/model/Cargo.toml", &good)], &[]);
    let root = manifest("conformance", "[dev-dependencies]\nrefserver.workspace = true\n");
    check(layers::edges, &[("Cargo.toml", &root)], &[]);

    let back = manifest("spec", "[dependencies]\nmodel.workspace = true\n");
    let expected = ["crates/spec/Cargo.toml:4: `spec` must not depend on `model`"];
    check(layers::edges, &[("crates/spec/Cargo.toml", &back)], &expected);
    let renamed = manifest(
        "refserver",
        "[target.'cfg(unix)'.dependencies]\noracle = { package = \"model\", path = \"../m\" }\n",
    );
    let expected = ["crates/refserver/Cargo.toml: `refserver` must not depend on `model`"];
    check(layers::edges, &[("crates/refserver/Cargo.toml", &renamed)], &expected);
    let shared = manifest("refserver", "[dev-dependencies]\nspec.workspace = true\n");
    let expected = ["crates/refserver/Cargo.toml:4: `refserver` must not test with `spec`"];
    check(layers::edges, &[("crates/refserver/Cargo.toml", &shared)], &expected);
    let reference = manifest("model", "[dev-dependencies]\nrefserver.workspace = true\n");
    let expected = ["crates/model/Cargo.toml:4: `model` must not test with `refserver`"];
    check(layers::edges, &[("crates/model/Cargo.toml", &reference)], &expected);
    let unknown = manifest("common", "");
    let expected = ["crates/common/Cargo.toml: is a package that no rule speaks of"];
    check(layers::edges, &[("crates/common/Cargo.toml", &unknown)], &expected);
    check(layers::edges, &[("Cargo.toml", "[")], &["Cargo.toml: is not TOML"]);
}

#[test]
fn forbidden_libraries() {
    let tree = "check v0.1.0\njsonschema v0.60.2\ntokio-util v0.7.0\nserde v1.0.0 (*)\n";
    compare(layers::forbidden("check", tree), &[]);
    let tree = "check v0.1.0\njsonschema v0.60.2\nreqwest v0.13.5\ntokio v1.54.0\n";
    let expected = [
        "crates/check/Cargo.toml: `check` must not reach `reqwest`",
        "crates/check/Cargo.toml: `check` must not reach `tokio`",
    ];
    compare(layers::forbidden("check", tree), &expected);
    compare(layers::forbidden("runner", tree), &[]);
}

#[test]
fn module_docs() {
    let good = "//! What it is.\n";
    let rooms = [("crates/spec/src/a.rs", good), ("tests/suite/main.rs", good)];
    check(sources::module_docs, &rooms, &[]);
    check(sources::module_docs, &[("fixtures/sample.rs", "fn f() {}\n")], &[]);
    let bad = [("src/main.rs", "/// Not inner.\nfn main() {}\n"), ("xtask/src/a.rs", "")];
    let expected = ["src/main.rs:1: begin the module", "xtask/src/a.rs:1: begin the module"];
    check(sources::module_docs, &bad, &expected);
}

#[test]
fn banned_words() {
    let good = "// It says todo! and so on.\nlet a = \"dbg!(x)\";\nfn fixme_it() {}\nmytodo!();\n";
    check(sources::banned_words, &[("src/a.rs", good)], &[]);
    let words = ["dbg!(x)", "todo!()", "unimplemented!()", "#[ignore = \"slow\"]"];
    for word in words.iter().chain(&["#[should_panic]", "// FIXME later", "/* XXX */"]) {
        check(sources::banned_words, &[("src/a.rs", &format!("\n{word}\n"))], &["src/a.rs:2: `"]);
    }
}

#[test]
fn lines() {
    let good = format!("{}\n", "é".repeat(100));
    check(sources::lines, &[("src/a.rs", &good), ("a.md", &"x".repeat(300))], &[]);
    check(sources::lines, &[("fixtures/a.md", "x \n"), ("a.json", "1 \n")], &[]);
    check(sources::lines, &[("src/a.rs", &"x".repeat(101))], &["src/a.rs:1: 101 columns"]);
    let bad = [("README.md", "a\nb \n"), (".ci/run", "c\t\n")];
    let expected = [".ci/run:1: remove the trailing", "README.md:2: remove the trailing"];
    check(sources::lines, &bad, &expected);
}

#[test]
fn spec_is_read_by_one() {
    let text = "const A: &str =\n    include_str!(\n        \"../../../spec/a.toml\"\n    );\n";
    check(sources::spec_is_read_by_one, &[("crates/spec/src/a.rs", text)], &[]);
    let expected = ["crates/check/src/a.rs:3: only `crates/spec` reads"];
    check(sources::spec_is_read_by_one, &[("crates/check/src/a.rs", text)], &expected);
    let other = "const A: &str = include_str!(\"a.txt\");\nconst B: &str = \"/spec/\";\n";
    check(sources::spec_is_read_by_one, &[("crates/check/src/a.rs", other)], &[]);
}

#[test]
fn pure_rooms() {
    let text = "//! Never std::fs.\nuse std::fs;\nlet now = Instant::now();\noperand::f();\n";
    check(sources::pure_rooms, &[("crates/runner/src/a.rs", text)], &[]);
    check(sources::pure_rooms, &[("crates/model/src/tests.rs", text)], &[]);
    let hidden = "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
    check(sources::pure_rooms, &[("crates/spec/src/a.rs", hidden)], &[]);
    let expected = ["crates/spec/src/a.rs:2: `std::fs`"];
    check(sources::pure_rooms, &[("crates/spec/src/a.rs", text)], &expected);
    let expected =
        ["crates/model/src/a.rs:2: `std::fs`", "crates/model/src/a.rs:3: `Instant::now`"];
    check(sources::pure_rooms, &[("crates/model/src/a.rs", text)], &expected);
    let random = [("crates/check/src/a.rs", "use rand::Rng;\n")];
    check(sources::pure_rooms, &random, &["crates/check/src/a.rs:1: `rand::`"]);
}

#[test]
fn long_files() {
    let long = "// line\n".repeat(601);
    let tested = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n");
    let list = |text| ("xtask/long-files.txt", text);
    let listed = [("src/a.rs", long.as_str()), list("# Why.\nsrc/a.rs # one table\n")];
    check(sources::long_files, &listed, &[]);
    check(sources::long_files, &[("src/a.rs", &tested), ("src/tests.rs", &long)], &[]);

    check(sources::long_files, &[("src/a.rs", &long)], &["src/a.rs: 601 lines without tests"]);
    let bare = [("src/a.rs", long.as_str()), list("src/a.rs\n")];
    check(sources::long_files, &bare, &["xtask/long-files.txt:1: give the reason"]);
    let shrunk = [("src/a.rs", "// line\n"), list("src/a.rs # one table\n")];
    check(sources::long_files, &shrunk, &["src/a.rs: is down to 1 lines"]);
    let gone = [list("src/gone.rs # one table\n")];
    check(sources::long_files, &gone, &["xtask/long-files.txt:1: there is no shipped file"]);
    let twice = [("src/a.rs", long.as_str()), list("src/a.rs # a\nsrc/a.rs # b\n")];
    check(sources::long_files, &twice, &["xtask/long-files.txt:2: is listed twice"]);
}

#[test]
fn paths_exist() {
    let others = |text| {
        [
            ("README.md", text),
            ("ARCHITECTURE.md", ""),
            ("CONTRIBUTING.md", ""),
            ("crates/spec/src/lib.rs", ""),
        ]
    };
    let good = "`crates/spec`, `crates/*/src/lib.rs`, `a/b`, `crates/<name>`, `cargo x crates/y`\n\
                ```\n`crates/gone`\n```\n`application/json`, `crates/spec/src/`\n";
    check(files::paths_exist, &others(good), &[]);
    let expected = ["README.md:2: `crates/gone` does not exist"];
    check(files::paths_exist, &others("see\n`crates/gone` and `crates/spec`\n"), &expected);
    let expected = ["README.md:1: `crates/*/lib.rs` does not exist"];
    check(files::paths_exist, &others("`crates/*/lib.rs`\n"), &expected);
    let expected = ["ARCHITECTURE.md: is missing", "CONTRIBUTING.md: is", "README.md: is missing"];
    check(files::paths_exist, &[], &expected);
}

#[test]
fn machine_paths() {
    let at = |name: &str| format!("see {}/x", ["/", name].concat());
    let url = "https://host/home/x and {base}/root/x and /homestead/x\n";
    check(files::machine_paths, &[("a.txt", url)], &[]);
    for name in ["root", "home", "work", "Users"] {
        check(files::machine_paths, &[("a.txt", &at(name))], &["a.txt:1: `/"]);
    }
}

#[test]
fn sizes() {
    check(files::sizes, &[("a.json", &"x".repeat(1 << 20))], &[]);
    check(files::sizes, &[("a.json", &"x".repeat((1 << 20) + 1))], &["a.json: 1024 KiB"]);
}

#[test]
fn known_failures() {
    let file = |text| [("fixtures/known-failures/acme.txt", text)];
    let good = "# Acme 1.4 has no paging.\nlogs-list-*\n\nlogs-one  # reported, due in 1.5\n";
    check(files::known_failures, &file(good), &[]);
    let expected = ["fixtures/known-failures/acme.txt:3: say why"];
    check(files::known_failures, &file("# Reason.\nlogs-a\nlogs-b\n"), &expected);
    let expected = ["fixtures/known-failures/acme.txt:2: say why"];
    check(files::known_failures, &file("#\nlogs-a #\n"), &expected);
}

/// A row with all that a row needs; `rest` says how it is judged.
fn row(id: &str, rest: &str) -> String {
    format!("[[requirement]]\nid = \"{id}\"\ntext = \"It is.\"\nsources = [\"A-001\"]\n{rest}\n")
}

fn rows_file(text: &str) -> [(&str, &str); 2] {
    [("spec/requirements/logs.toml", text), ("spec/retired.txt", "logs-old\n")]
}

#[test]
fn rows() {
    let one = |text: &str, expected: &str| {
        let expected = format!("spec/requirements/logs.toml:{expected}");
        check(requirements::rows, &rows_file(text), &[&expected]);
    };
    let good = row("logs-a", "check = \"judge\"") + &row("logs-b", "excluded = \"why\"");
    check(requirements::rows, &rows_file(&good), &[]);
    let rejects = "check = \"violations\"\nrejects = [{ at = \"body\", kinds = [\"null\"] }]";
    check(requirements::rows, &rows_file(&row("logs-a", rejects)), &[]);

    one("[", " is not TOML");
    one(&row("Logs-a", "planned = \"2\""), "2: `Logs-a` is not kebab-case");
    one(&row("logs-old", "planned = \"2\""), "2: `logs-old` is retired");
    let twice = row("logs-a", "planned = \"2\"").repeat(2);
    one(&twice, "7: `logs-a` is already at spec/requirements/logs.toml:2");
    one(&row("logs-a", ""), "2: `logs-a` has 0 of check");
    one(&row("logs-a", "planned = \"2\"\nexcluded = \"why\""), "2: `logs-a` has 2 of check");
    one(&row("logs-a", "check = \"violations\""), "2: `logs-a` is checked by violations");
    let unsourced = "[[requirement]]\nid = \"logs-a\"\ntext = \"It is.\"\nplanned = \"2\"\n";
    one(unsourced, "2: `logs-a` has no sources");
}

#[test]
fn judges() {
    let rows = row("logs-a", "check = \"judge\"") + &row("logs-b", "planned = \"2\"");
    let with = |path: &'static str, text: &'static str, expected: &[&str]| {
        let files = [("spec/requirements/logs.toml", rows.as_str()), (path, text)];
        check(requirements::judges, &files, expected);
    };
    let unjudged = "spec/requirements/logs.toml:2: `logs-a` says that a judge exists";
    with("crates/check/src/logs.rs", "out.judge(\"logs-a\");\n", &[]);
    with("crates/model/src/logs.rs", "broken(\"logs-a\", \"logs-any\");\n", &[]);
    with("crates/check/src/logs.rs", "// \"logs-a\"\n", &[unjudged]);
    with("crates/check/src/logs/tests.rs", "judge(\"logs-a\");\n", &[unjudged]);
    with("crates/refserver/src/a.rs", "judge(\"logs-a\");\n", &[unjudged]);
    let unknown = "crates/runner/src/a.rs:2: \"logs-c\" is no row";
    with("crates/runner/src/a.rs", "judge(\"logs-a\");\njudge(\"logs-c\");\n", &[unknown]);
    with("crates/runner/src/a.rs", "judge(\"logs-a\", \"logs-\", \"content-type\");\n", &[]);
}

#[test]
fn faults() {
    let row = row("logs-a", "check = \"judge\"");
    let with = |faults: &'static str, expected: &[&str]| {
        let files = [
            ("spec/requirements/logs.toml", row.as_str()),
            ("crates/refserver/src/fault/logs.rs", faults),
        ];
        check(requirements::faults, &files, expected);
    };
    with(
        "/// K-099\nForgets = \"forgets\" [\"A-001\", \"logs-a\", \"C-31\"] needs [] in 1;\n",
        &[],
    );
    let unknown = "crates/refserver/src/fault/logs.rs:2: \"A-002\" is no row's slug or source";
    with("\nForgets = \"forgets\" [\"A-002\"] needs [clock] in 1;\n", &[unknown]);
    let unknown = "crates/refserver/src/fault/logs.rs:1: \"logs-b\" is no row's slug or source";
    with("Forgets = \"forgets\" [\"logs-b\"] needs [] in 2;\n", &[unknown]);
}

#[test]
fn vendored() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let file = |text| [("spec/openapi/SOURCE.toml", text), ("spec/openapi/a.json", "")];
    let by_member = format!("[[file]]\nfile = \"a.json\"\nsha256 = \"{empty}\"\n");
    check(openapi::vendored, &file(&by_member), &[]);
    let by_key = format!("[\"a.json\"]\nsha256 = \"{empty}\"\n");
    check(openapi::vendored, &file(&by_key), &[]);
    let changed = "[\"a.json\"]\nsha256 = \"00\"\n";
    check(openapi::vendored, &file(changed), &["spec/openapi/a.json: has sha256 e3b0"]);
    let gone = "[\"b.json\"]\nsha256 = \"00\"\n";
    check(openapi::vendored, &file(gone), &["spec/openapi/SOURCE.toml: `b.json` does not exist"]);
    check(openapi::vendored, &[], &["spec/openapi/SOURCE.toml: is missing"]);
}

#[test]
fn documents() {
    let meta = r##"{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object",
        "required": ["openapi"], "properties": {"paths": {"type": "object"}}}"##;
    let files = |text| [("spec/openapi/oas-3.0.schema.json", meta), ("spec/openapi/a.yaml", text)];
    check(openapi::documents, &files("openapi: 3.0.3\npaths: {}\n"), &[]);
    let expected = ["spec/openapi/a.yaml: #/paths: "];
    check(openapi::documents, &files("openapi: 3.0.3\npaths: 1\n"), &expected);
    check(openapi::documents, &files("paths: {}\n"), &["spec/openapi/a.yaml: #: \"openapi\""]);
    check(openapi::documents, &files("a: [\n"), &["spec/openapi/a.yaml: is not YAML"]);
    let expected = ["spec/openapi/oas-3.0.schema.json: is missing"];
    check(openapi::documents, &[("spec/openapi/a.yaml", "openapi: 3.0.3\n")], &expected);
}

/// A document whose media type has this schema and these examples, in flow style.
fn media(schema: &str, examples: &str) -> String {
    format!(
        "paths: {{/a: {{get: {{responses: {{200: {{content: {{application/json: \
         {{schema: {schema}, {examples}}}}}}}}}}}}}}}\n\
         components: {{schemas: {{Id: {{type: string, nullable: true, enum: [a, b]}}}}, \
         examples: {{One: {{value: 1}}}}}}\n"
    )
}

#[track_caller]
fn check_example(schema: &str, examples: &str, expected: &[&str]) {
    let text = media(schema, examples);
    check(openapi::examples, &[("spec/openapi/a.yaml", &text)], expected);
}

#[test]
fn examples() {
    let reference = "{$ref: '#/components/schemas/Id'}";
    check_example(reference, "example: a", &[]);
    check_example(reference, "example: null", &[]);
    check_example(reference, "examples: {x: {value: b}, y: {value: a}}", &[]);
    check_example("{type: number, minimum: 1, exclusiveMinimum: true}", "example: 1.5", &[]);
    check_example("{type: integer}", "examples: {x: {$ref: '#/components/examples/One'}}", &[]);
    check_example("{type: string, format: date-time}", "example: '2025-01-01T00:00:00Z'", &[]);

    let place = "spec/openapi/a.yaml: #/paths/~1a/get/responses/200/content/application~1json";
    let at = |rest: &str| format!("{place}{rest}");
    check_example(reference, "example: c", &[&at("/example: ")]);
    check_example(reference, "examples: {x: {value: 1}}", &[&at("/examples/x: "), &at("/ex")]);
    check_example("{type: string}", "example: null", &[&at("/example: null is not of type")]);
    let above = "{type: number, minimum: 1, exclusiveMinimum: true}";
    check_example(above, "example: 1", &[&at("/example: 1 ")]);
    check_example("{type: integer}", "examples: {x: {}}", &[&at("/examples/x: has no value")]);
    check_example("{type: string, format: date-time}", "example: yesterday", &[&at("/example: ")]);
    check_example("{$ref: '#/components/schemas/Gone'}", "example: 1", &[&at("/example: its sc")]);
    let inner = "{type: object, properties: {id: {type: string, example: 1}}}";
    check_example(inner, "x-none: 1", &[&at("/schema/properties/id/example: 1 is not of type")]);
    let member = "{type: object, properties: {example: {type: string}}, example: {example: a}}";
    check_example(member, "x-none: 1", &[]);
}
