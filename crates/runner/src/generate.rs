//! Programs of generated requests: what the document says, refined by what is known of the
//! target's world.

use std::collections::BTreeMap;

use model::Program;
use model::render::to_hex;
use model::transition::{LogState, RawCase, RawExpect, Transition};
use serde_json::{Value, json};
use spec::document::Operation;
use spec::requirement::Requirement;
use spec::wire::Request;
use strategy::machine::{self, Theme};
use strategy::{Case, Input, Intent, Refinement, Refinements, ViolationKind};

use crate::certain;
use crate::chains::access::world;
use crate::chains::{Chain, Facts, OWNER};
use crate::draw::{self, Drawn};
use crate::plan;
use crate::suite::Suite;

/// How many random valid cases a unit sends.
pub const CASES_PER_ROUND: u32 = 25;

/// How many state-machine runs a unit makes.
const MACHINES_PER_UNIT: usize = 3;

/// The greatest lengths of the runs of successive rounds.
const LENGTHS: [usize; 5] = [12, 50, 25, 6, 50];

/// How many cases share an account.
const CASES_PER_PROGRAM: usize = 40;

/// A kind of unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Counterexamples of the past.
    Regressions,
    /// Fixed chains.
    Chains,
    /// The document's own examples.
    Examples,
    /// Every boundary of every schema.
    Boundary,
    /// Single edits of requests that the target has just accepted.
    Violations,
    /// Random valid requests.
    Valid,
    /// Generated state-machine runs.
    Stateful,
}

impl Phase {
    /// All, in the order in which they run.
    pub const ALL: [Phase; 7] = [
        Phase::Regressions,
        Phase::Chains,
        Phase::Examples,
        Phase::Boundary,
        Phase::Violations,
        Phase::Valid,
        Phase::Stateful,
    ];

    /// The word in unit names.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Regressions => "regressions",
            Phase::Chains => "chains",
            Phase::Examples => "examples",
            Phase::Boundary => "boundary",
            Phase::Violations => "violations",
            Phase::Valid => "valid",
            Phase::Stateful => "stateful",
        }
    }
}

/// The programs of a unit. An error is the suite's own: a document that cannot be generated from,
/// or a valid case that is not valid.
pub fn programs(
    suite: &Suite,
    operation: &str,
    phase: Phase,
    round: u64,
) -> Result<Vec<Program>, String> {
    let Some(described) = suite.operation(operation) else { return Ok(Vec::new()) };
    // A deletion accepted is an app gone: its chains say more than generated ids could.
    if operation == "deleteOauthApp" || operation == "createLogUrl" && !suite.offers(&["jobs"]) {
        return Ok(Vec::new());
    }
    let Some(facts) = plan::facts(suite) else { return Ok(Vec::new()) };
    let case = Maker { suite, operation: described, facts: &facts };
    let steps = match phase {
        Phase::Regressions | Phase::Chains | Phase::Stateful => Vec::new(),
        Phase::Examples => case.examples()?,
        Phase::Boundary => case.boundaries()?,
        Phase::Violations => case.violations()?,
        Phase::Valid => case.valid(round)?,
    };
    Ok(case.assemble(phase, round, &steps))
}

/// The generated state-machine runs of a unit.
pub fn machines(
    suite: &Suite,
    theme: Theme,
    round: u64,
    operations: Option<&[String]>,
) -> Result<Vec<Program>, String> {
    let Some(ground) = plan::ground(suite) else { return Ok(Vec::new()) };
    let length_max = LENGTHS[usize::try_from(round).unwrap_or(0) % LENGTHS.len()];
    let name = format!("stateful/{}-{round}", theme.as_str());
    let seed = draw::seed(suite.seed.get(), theme.as_str(), round);
    let programs = machine::programs(ground, theme, length_max);
    let mut drawn = draw::values(&programs, seed, MACHINES_PER_UNIT)?;
    let called = |program: &Program, wanted: &String| {
        program.steps.iter().any(|step| step.operations().contains(&wanted.as_str()))
    };
    drawn.retain(|program| {
        operations.is_none_or(|wanted| wanted.iter().any(|one| called(program, one)))
            && suite.offers(&program.needs())
    });
    for (at, program) in drawn.iter_mut().enumerate() {
        program.name = format!("{name}.{at}");
    }
    Ok(drawn)
}

struct Maker<'a> {
    suite: &'a Suite,
    operation: &'a Operation,
    facts: &'a Facts,
}

impl Maker<'_> {
    /// Cuts a list of cases into programs, each on a world of its own.
    fn assemble(&self, phase: Phase, round: u64, cases: &[RawCase]) -> Vec<Program> {
        let name = format!("{}/{}-{round}", self.operation.id, phase.as_str());
        // A violation stands between two acceptances: chunks of an odd length keep that.
        let length = CASES_PER_PROGRAM + 1;
        let mut parts = Vec::new();
        let mut at = 0;
        while at < cases.len() && (at == 0 || cases.len() - at > 1) {
            parts.push(&cases[at..cases.len().min(at + length)]);
            at += if phase == Phase::Violations { length - 1 } else { length };
        }
        let program = |(part, cases): (usize, &[RawCase])| {
            let chain = Chain::new(&format!("{name}.{part}"), self.facts);
            let cases = with_keys_used_once(cases);
            let steps = cases.into_iter().map(|case| Transition::Raw { by: OWNER, case });
            world(self.facts, &self.operation.id, chain).steps(steps).done()
        };
        parts.into_iter().enumerate().map(program).collect()
    }

    fn drawn(&self, variety: Variety, stream: u64, n: usize) -> Result<Vec<Drawn>, String> {
        let seed = draw::seed(self.suite.seed.get(), &self.operation.id, stream);
        let refinements = || refinements(self.suite, self.facts, &self.operation.id, variety);
        let admits = |input: &Input| world_admits(&self.operation.id, input);
        let name = format!("{variety:?}");
        self.suite.generators.inputs(self.operation, &name, refinements, seed, n, admits)
    }

    fn valid(&self, round: u64) -> Result<Vec<RawCase>, String> {
        let variety = match (round % 2, &self.facts.other) {
            (1, Some(_)) => Variety::OtherDatabase,
            _ => Variety::Whole,
        };
        let drawn = self.drawn(variety, round, CASES_PER_ROUND as usize)?;
        Ok(drawn.iter().map(|one| self.accepted(&one.request, "a valid request")).collect())
    }

    fn boundaries(&self) -> Result<Vec<RawCase>, String> {
        let known = refinements(self.suite, self.facts, &self.operation.id, Variety::Whole);
        let mut cases = Vec::new();
        for base in self.bases()? {
            let edges = self.suite.generators.boundaries(self.operation, &base.input, &known)?;
            for edge in edges.iter().filter(|edge| base.speaks_of(&edge.at)) {
                let admitted = |input: &Input| world_admits(&self.operation.id, input);
                let open = edge.open || !edge.input.as_ref().is_none_or(admitted);
                let reason = edge.reason.to_string();
                cases.push(match (edge.intent, open) {
                    (Intent::Valid, false) => self.accepted(&edge.request, &reason),
                    (Intent::Valid, true) => self.case(&edge.request, &reason, RawExpect::Open),
                    (Intent::Violates, _) => self.violation(edge),
                });
            }
        }
        Ok(cases)
    }

    /// Each violation stands between two acceptances of the request that it is an edit of.
    fn violations(&self) -> Result<Vec<RawCase>, String> {
        let mut cases = Vec::new();
        for base in self.bases()? {
            let twin = self.accepted(&base.request, "a valid request");
            let edges = self.suite.generators.violations(self.operation, &base.input)?;
            cases.push(twin.clone());
            for edge in edges.iter().filter(|edge| base.speaks_of(&edge.at)) {
                cases.push(self.violation(edge));
                cases.push(twin.clone());
            }
            for extra in self.extras(&base) {
                cases.push(extra);
                cases.push(twin.clone());
            }
        }
        Ok(cases)
    }

    /// Edits of a request that are about what the document leaves out of it: a version that is
    /// none, and a parameter of old programs.
    fn extras(&self, base: &Base) -> Vec<RawCase> {
        if base.only.is_some() {
            return Vec::new();
        }
        match self.operation.id.as_str() {
            "createLogUrl" => {
                let request = base.request.clone().with_json(&json!({"version": "text"}));
                let expect = RawExpect::Refused {
                    statuses: vec![400],
                    speaks_for: vec!["logs-url-version-is-lock".to_owned()],
                };
                vec![self.case(&request, "wrong-type-string: a version that is a word", expect)]
            }
            "requestLogs" | "getLogRequest" | "listLogRequests" => {
                let mut request = base.request.clone();
                let query = request.query.take().unwrap_or_default();
                request.query = Some(format!("{query}&regionGroup=us-std"));
                let expect = RawExpect::Harmless {
                    speaks_for: vec!["logs-old-region-parameter-ignored".to_owned()],
                };
                vec![self.case(&request, "the parameter regionGroup of old programs", expect)]
            }
            _ => Vec::new(),
        }
    }

    /// The inputs that are edited: one with as many optional parts as any of a handful, one with
    /// as few; and one with an idempotency key or token, of which only that is edited, since a
    /// target may well resolve the key before it looks at the rest.
    fn bases(&self) -> Result<Vec<Base>, String> {
        let mut drawn = self.drawn(Variety::WithoutKey, u64::MAX, 24)?;
        drawn.sort_by_key(|one| one.request.path_and_query().len() + body_parts(&one.request));
        let least = drawn.first().cloned();
        let most = drawn.pop();
        let mut bases: Vec<Base> = most.into_iter().map(|one| Base::whole(&one)).collect();
        if let Some(keyed) = bases.first().and_then(|base| self.with_key(base)) {
            bases.push(keyed);
        }
        bases.extend(least.map(|one| Base::whole(&one)));
        Ok(bases)
    }

    fn with_key(&self, base: &Base) -> Option<Base> {
        let mut input = base.input.clone();
        let place = match self.operation.id.as_str() {
            "createExport" => {
                input.header.insert("Idempotency-Key".to_owned(), json!("conformance-edge-0001"));
                "header/Idempotency-Key"
            }
            "requestLogs" => {
                let token = json!("6f1c2d3e-4b5a-4c6d-8e7f-90a1b2c3d4e5");
                let members = input.body.as_mut()?.value.as_object_mut()?;
                members.insert("idempotency_token".to_owned(), token);
                "body/idempotency_token"
            }
            _ => return None,
        };
        let request = strategy::render(self.operation, &input).ok()?;
        Some(Base { input, request, only: Some(place) })
    }

    fn examples(&self) -> Result<Vec<RawCase>, String> {
        let Some(base) = self.drawn(Variety::WithoutKey, u64::MAX, 1)?.pop() else {
            return Ok(Vec::new());
        };
        let requests = self.suite.generators.examples(self.operation, &base.input);
        let open = |request| self.case(request, "an example of the document", RawExpect::Open);
        Ok(requests.iter().map(open).collect())
    }

    fn accepted(&self, request: &Request, reason: &str) -> RawCase {
        let speaks_for = vec![acceptance_row(&self.operation.id).to_owned()];
        self.case(request, reason, RawExpect::Accepted { speaks_for })
    }

    /// A violation is asserted where a requirement names it, and open where none does: a target
    /// may be laxer than the schema wherever the documents do not say that it must refuse.
    fn violation(&self, edge: &Case) -> RawCase {
        let mut statuses: Vec<u16> = Vec::new();
        let mut speaks_for = Vec::new();
        for row in self.suite.requirements.iter().filter(|row| row.check.is_some()) {
            let kind = edge.kind.map(ViolationKind::as_str);
            if let Some(accepted) = rejects(row, &self.operation.id, &edge.at, kind) {
                speaks_for.push(row.id.clone());
                statuses = match statuses.is_empty() {
                    true => accepted,
                    false => statuses.into_iter().filter(|s| accepted.contains(s)).collect(),
                };
            }
        }
        let expect = if speaks_for.is_empty() || !certain::is_certain(edge) {
            RawExpect::Open
        } else {
            RawExpect::Refused { statuses, speaks_for }
        };
        self.case(&edge.request, &edge.reason.to_string(), expect)
    }

    fn case(&self, request: &Request, reason: &str, expect: RawExpect) -> RawCase {
        let text = request.body.as_ref().map(|body| String::from_utf8(body.clone()));
        let (body, body_hex) = match text {
            None => (None, None),
            Some(Ok(text)) => (Some(text), None),
            Some(Err(error)) => (None, Some(to_hex(error.as_bytes()))),
        };
        RawCase {
            operation: self.operation.id.clone(),
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            body,
            body_hex,
            reason: reason.to_owned(),
            expect,
        }
    }
}

/// The cases, with nothing claimed of one that uses an idempotency key or token again with another
/// body: what becomes of it is the target's choice (C-31).
fn with_keys_used_once(cases: &[RawCase]) -> Vec<RawCase> {
    let mut used: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut kept = Vec::with_capacity(cases.len());
    for case in cases {
        let again = key_of(case).is_some_and(|key| {
            let first = used.entry(key).or_insert_with(|| case.body.clone());
            *first != case.body
        });
        kept.push(match again {
            true => RawCase { expect: RawExpect::Open, ..case.clone() },
            false => case.clone(),
        });
    }
    kept
}

/// The idempotency key or token of a case, if it carries one.
fn key_of(case: &RawCase) -> Option<String> {
    let header = case.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
    if let Some((_, key)) = header {
        return Some(key.clone());
    }
    let json: Value = serde_json::from_str(case.body.as_deref()?).ok()?;
    json.get("idempotency_token")?.as_str().map(str::to_ascii_lowercase)
}

/// An input that is edited.
struct Base {
    input: Input,
    request: Request,
    /// The only place that is edited; `None` edits all.
    only: Option<&'static str>,
}

impl Base {
    fn whole(drawn: &Drawn) -> Base {
        Base { input: drawn.input.clone(), request: drawn.request.clone(), only: None }
    }

    fn speaks_of(&self, at: &str) -> bool {
        self.only.is_none_or(|only| at == only)
    }
}

/// Which part of the valid inputs is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variety {
    /// All of it.
    Whole,
    /// All of it, for another database.
    OtherDatabase,
    /// Without an idempotency key or token.
    WithoutKey,
}

/// What no schema says: a log request names a database or a region group (C-16).
fn world_admits(operation: &str, input: &Input) -> bool {
    let body = input.body.as_ref().map(|body| &body.value);
    operation != "requestLogs"
        || body.is_some_and(|body| {
            body.get("database").is_some() || body.get("region_group").is_some()
        })
}

fn body_parts(request: &Request) -> usize {
    let body = request.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    body.as_ref().and_then(Value::as_object).map_or(0, |members| members.len() * 40)
}

/// The statuses with which a row wants this violation refused; `None` if it does not speak of it.
pub fn rejects(
    row: &Requirement,
    operation: &str,
    at: &str,
    kind: Option<&str>,
) -> Option<Vec<u16>> {
    if !row.operations.is_empty() && !row.operations.iter().any(|one| one == operation) {
        return None;
    }
    let kind = kind?;
    let family = row.rejects.iter().find(|family| {
        place_matches(&family.at, at) && family.kinds.iter().any(|one| one == kind)
    })?;
    Some(if family.statuses.is_empty() { vec![400] } else { family.statuses.clone() })
}

/// `*` stands for any position in an array. A parameter that is an array stands for its items as
/// well, since it is repeated for each of them.
fn place_matches(pattern: &str, at: &str) -> bool {
    let is_index = |part: &str| part.chars().all(|letter| letter.is_ascii_digit());
    let (pattern, mut at): (Vec<&str>, Vec<&str>) =
        (pattern.split('/').collect(), at.split('/').collect());
    if pattern[0] != "body"
        && at.len() == pattern.len() + 1
        && at.last().is_some_and(|p| is_index(p))
    {
        at.pop();
    }
    pattern.len() == at.len()
        && pattern
            .iter()
            .zip(&at)
            .all(|(one, other)| one == other || *one == "*" && is_index(other))
}

/// The row that a refusal of a random valid request speaks against.
fn acceptance_row(operation: &str) -> &'static str {
    match operation {
        "createExport" => "exports-create-echoes-request",
        "listExports" => "exports-list-answers-200",
        "getExport" => "exports-get-by-id",
        "requestLogs" => "logs-request-accepted",
        "getLogRequest" => "logs-get-by-request-id",
        "createLogUrl" => "logs-url-made-anew",
        "listLogRequests" => "logs-list-answers-200",
        _ => "oauth-list-answers-200",
    }
}

/// What is known of the world that a valid request speaks of, and where the documents are silent
/// the part that every target must take (C-28, C-04).
fn refinements(suite: &Suite, facts: &Facts, operation: &str, variety: Variety) -> Refinements {
    let database = match (&facts.other, variety) {
        (Some(other), Variety::OtherDatabase) => other,
        _ => &facts.shop,
    };
    let keyless = variety == Variety::WithoutKey;
    let mut known = Refinements::new();
    let mut say = |place: &str, refinement| known.insert(place, refinement);
    let page = || Refinement::Schema(json!({"type": "integer", "minimum": 1, "maximum": 100}));
    let path = || Refinement::OneOf(vec![Value::from(database.path.clone())]);
    match operation {
        "createExport" => {
            say("body/database", path());
            let collections = Value::from(database.collections.clone());
            let schema = json!({
                "type": "array",
                "minItems": 1,
                "uniqueItems": true,
                "items": {"type": "string", "enum": collections},
            });
            say("body/collections", Refinement::Schema(schema));
            say("body/destination", Refinement::Schema(destination()));
            let key = json!({"type": "string", "pattern": "^[A-Za-z0-9-]{20,40}$"});
            let key = if keyless { Refinement::Absent } else { Refinement::Schema(key) };
            say("header/Idempotency-Key", key);
        }
        "listExports" => {
            say("query/next_token", Refinement::Absent);
            say("query/max_results", page());
            say("query/database", path());
            let states = json!({"type": "array", "minItems": 1, "uniqueItems": true,
                "items": {"type": "string"}});
            say("query/state", Refinement::Schema(states));
        }
        "getExport" => say("path/export_id", Refinement::OneOf(vec![json!("~export.0~")])),
        "requestLogs" => {
            let day = 24 * 60 * 60 * 1000;
            let today = suite.started_at.div_euclid(day) * day;
            let time = |days: i64| Value::from(model::render::timestamp(today - days * day));
            say("body/time_start", Refinement::OneOf(vec![time(3), time(2), time(30)]));
            say("body/time_end", Refinement::OneOf(vec![time(1), time(0)]));
            say("body/database", path());
            let region = database.path.split('/').next().unwrap_or("us-std");
            say("body/region_group", Refinement::OneOf(vec![json!(region)]));
            if keyless {
                say("body/idempotency_token", Refinement::Absent);
            }
        }
        "getLogRequest" => say("path/request_id", Refinement::OneOf(vec![json!("~log.0~")])),
        "createLogUrl" => {
            say("path/request_id", Refinement::OneOf(vec![json!("~log.0~")]));
            say("body/version", Refinement::Absent);
        }
        "listLogRequests" => {
            say("body/next_token", Refinement::OneOf(vec![Value::Null]));
            say("body/max_results", page());
            let core: Vec<&str> = LogState::CORE.iter().map(|state| state.as_str()).collect();
            let states = json!({"type": "array", "uniqueItems": true,
                "items": {"type": "string", "enum": core}});
            say("body/states", Refinement::Schema(states));
        }
        _ => {
            say("query/next_token", Refinement::Absent);
            say("query/max_results", page());
        }
    }
    known
}

/// Destinations that any S3 naming rule takes.
fn destination() -> Value {
    let bucket = "[a-z][a-z0-9]{2,20}(-[a-z0-9]{1,8}){0,2}";
    let path = "[A-Za-z0-9_-]{1,16}(/[A-Za-z0-9_-]{1,16}){0,3}";
    json!({
        "oneOf": [
            {"type": "string", "pattern": format!("^s3://{bucket}/{path}$")},
            {"type": "object", "properties": {"s3": {"type": "object", "properties": {
                "bucket": {"type": "string", "pattern": format!("^{bucket}$")},
                "path": {"type": "string", "pattern": format!("^{path}$")},
            }}}},
        ]
    })
}

/// A program that does nothing, for failures that are single requests.
pub fn no_program(name: &str) -> Program {
    Program { name: name.to_owned(), setup: model::Setup::default(), steps: Vec::new() }
}
