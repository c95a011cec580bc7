//! The stateless phases against any API that an OpenAPI 3.0 document describes: `run --openapi`.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use check::{Documented, Observations};
use futures_util::StreamExt;
use spec::Document;
use spec::document::Operation;
use spec::requirement::{Requirement, Requirements, Surface};
use spec::wire::{Exchange, Request, Response};
use strategy::{Intent, Refinements, ViolationKind};

use crate::draw::{self, Generators};
use crate::drive::{self, Driven, Failure, Progress};
use crate::fold::{self, RunResult};
use crate::known::KnownFailures;
use crate::open::OpenError;
use crate::report::{self, Counterexample, Report, Row};
use crate::run::{Finished, Options};
use crate::secret::{Redactor, Secret};
use crate::transcript;
use crate::transport::{Base, Transport, TransportConfig, TransportError};

/// A document with the headers that every request carries.
pub struct Described {
    document: Rc<Document>,
    headers: Vec<(String, String)>,
    authorization: Option<String>,
    redactor: Redactor,
}

/// Reads document and headers.
pub fn read(name: &str, text: &str, headers: &[String]) -> Result<Described, String> {
    let document = Document::parse(text).map_err(|error| format!("{name}: {error}"))?;
    let redactor = Redactor::new();
    let mut described = Described {
        document: Rc::new(document),
        headers: Vec::new(),
        authorization: None,
        redactor,
    };
    for header in headers {
        let (key, value) = header.split_once(':').ok_or_else(|| {
            "a --header has the form 'Name: value', as in 'Authorization: Bearer …'".to_owned()
        })?;
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().to_owned());
        let secret = value.rsplit(' ').next().unwrap_or("").to_owned();
        if key == "authorization" {
            described.redactor.learn(&Secret::new(secret));
            described.authorization = Some(value);
        } else {
            if key.contains("key") || key.contains("token") || key == "cookie" {
                described.redactor.learn(&Secret::new(value.clone()));
            }
            described.headers.push((key, value));
        }
    }
    Ok(described)
}

/// What a case claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Valid,
    Violation,
    NoCredential,
}

struct Shot {
    request: Request,
    claim: Claim,
    reason: String,
    twin: Option<Request>,
}

struct Any<'a> {
    described: &'a Described,
    transport: Transport,
    base: Base,
    prefix: String,
    documented: Documented,
    generators: Generators,
    options: &'a Options,
}

/// One operation's exchanges with what they showed.
struct OperationDone {
    name: String,
    exchanges: Vec<Exchange>,
    observations: Vec<(usize, check::Observation)>,
    harness: Vec<String>,
    unreachable: Option<String>,
}

/// Runs the stateless phases.
pub async fn run(
    described: Described,
    url: &str,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Finished, OpenError> {
    let started = Instant::now();
    let started_at = jiff::Timestamp::now();
    let base = Base::parse(url).map_err(|why| OpenError::Configuration(format!("--url: {why}")))?;
    if !base.is_loopback() {
        return Err(OpenError::Configuration(format!(
            "{} is not on this machine; --openapi is for test targets on this machine only, since \
             no handshake can prove what a target elsewhere is",
            base.as_str()
        )));
    }
    let transport = Transport::new(TransportConfig::default())
        .map_err(|error| OpenError::Configuration(format!("failed to {error}")))?;
    let documented = Documented::new(&described.document).map_err(OpenError::Configuration)?;
    let any = Any {
        transport,
        prefix: described.document.base_path(),
        documented,
        generators: Generators::new(described.document.clone()),
        base,
        options,
        described: &described,
    };
    let (driven, examples) = any.drive(progress).await;
    let mut finished = any.report(&driven, examples);
    finished.report.started_at = started_at.to_string();
    finished.report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(crate::run::write(finished, options))
}

impl Any<'_> {
    async fn drive(&self, progress: &dyn Progress) -> (Driven, BTreeMap<String, (Exchange, u64)>) {
        let mut driven = Driven::default();
        let mut examples = BTreeMap::new();
        let operations = self.described.document.operations();
        let deadline = drive::deadline(self.options.budget);
        let mut stream = futures_util::stream::iter(operations)
            .map(|operation| self.operation(operation, deadline))
            .buffered(self.options.jobs.max(1));
        while let Some(done) = stream.next().await {
            let before = driven.exchanges;
            driven.exchanges += done.exchanges.len() as u64;
            driven.units += 1;
            driven.harness.extend(done.harness);
            for (at, observation) in &done.observations {
                driven.tallies.add(observation);
                let check::Outcome::Broken(message) = &observation.outcome else { continue };
                let slug = observation.requirement.to_string();
                if let Some(exchange) = done.exchanges.get(*at)
                    && !examples.contains_key(&slug)
                {
                    let after = before + *at as u64;
                    examples.insert(slug.clone(), (exchange.clone(), after));
                    let program = crate::generate::no_program(&done.name);
                    let failure = Failure {
                        program,
                        message: message.clone(),
                        found_after: after,
                        exchanges: 0,
                    };
                    driven.failures.insert(slug, failure);
                }
            }
            progress.unit_done(&done.name, &driven, Some(operations.len()));
            if let Some(why) = done.unreachable {
                driven.given_up = Some(why);
                break;
            }
        }
        (driven, examples)
    }

    async fn operation(&self, operation: &Operation, deadline: Option<Instant>) -> OperationDone {
        let mut done = OperationDone {
            name: operation.id.clone(),
            exchanges: Vec::new(),
            observations: Vec::new(),
            harness: Vec::new(),
            unreachable: None,
        };
        let shots = match self.shots(operation) {
            Ok(shots) => shots,
            Err(why) => {
                done.harness.push(why);
                return done;
            }
        };
        for shot in &shots {
            if deadline.is_some_and(|end| Instant::now() >= end) && !done.exchanges.is_empty() {
                break;
            }
            if let Err(why) = self.shoot(operation, shot, &mut done).await {
                done.unreachable = Some(why);
                break;
            }
        }
        done
    }

    fn shots(&self, operation: &Operation) -> Result<Vec<Shot>, String> {
        let n = self.options.cases.min(10_000) as usize;
        let seed = draw::seed(self.options.seed, &operation.id, 0);
        let drawn =
            self.generators.inputs(operation, "any", Refinements::new, seed, n.max(1), |_| true)?;
        let mut shots = Vec::new();
        let shot = |request: &Request, claim, reason: String, twin: Option<&Request>| Shot {
            request: self.placed(request),
            claim,
            reason,
            twin: twin.map(|twin| self.placed(twin)),
        };
        let base = &drawn[0];
        for example in self.generators.examples(operation, &base.input) {
            shots.push(shot(&example, Claim::Valid, "an example".to_owned(), None));
        }
        if operation.secured && self.described.authorization.is_some() {
            let reason = "a request without credential".to_owned();
            shots.push(shot(&base.request, Claim::NoCredential, reason, Some(&base.request)));
        }
        for one in &drawn {
            shots.push(shot(&one.request, Claim::Valid, "a valid request".to_owned(), None));
        }
        for edge in self.generators.boundaries(operation, &base.input, &Refinements::new())? {
            let claim = match edge.intent {
                Intent::Valid => Claim::Valid,
                Intent::Violates => Claim::Violation,
            };
            shots.push(shot(&edge.request, claim, edge.reason.to_string(), Some(&base.request)));
        }
        for one in drawn.iter().take(3) {
            for edge in self.generators.violations(operation, &one.input)? {
                if edge.kind.is_some_and(asserted) {
                    let reason = edge.reason.to_string();
                    let twin = Some(&one.request);
                    shots.push(shot(&edge.request, Claim::Violation, reason, twin));
                }
            }
        }
        Ok(shots)
    }

    /// The request under the path prefix of the document's first server, with the headers given.
    fn placed(&self, request: &Request) -> Request {
        let mut placed = request.clone();
        placed.path = format!("{}{}", self.prefix.trim_end_matches('/'), request.path);
        for (name, value) in &self.described.headers {
            if placed.header(name).is_none() {
                placed.headers.push((name.clone(), value.clone()));
            }
        }
        placed
    }

    async fn shoot(
        &self,
        operation: &Operation,
        shot: &Shot,
        done: &mut OperationDone,
    ) -> Result<(), String> {
        let before = match &shot.twin {
            Some(twin) if shot.claim != Claim::Valid => {
                self.accepted(operation, twin, done).await?
            }
            _ => true,
        };
        let with_credential = shot.claim != Claim::NoCredential;
        let Some(response) = self.send(operation, &shot.request, with_credential, done).await?
        else {
            return Ok(());
        };
        let mut out = Observations::default();
        self.judge(operation, shot, &response, before, &mut out);
        let at = done.exchanges.len() - 1;
        done.observations.extend(out.list.into_iter().map(|one| (at, one)));
        Ok(())
    }

    async fn accepted(
        &self,
        operation: &Operation,
        twin: &Request,
        done: &mut OperationDone,
    ) -> Result<bool, String> {
        let response = self.send(operation, twin, true, done).await?;
        Ok(response.is_some_and(|response| response.is_success()))
    }

    /// Sends and records; an error means that nothing is there.
    async fn send(
        &self,
        operation: &Operation,
        request: &Request,
        with_credential: bool,
        done: &mut OperationDone,
    ) -> Result<Option<Response>, String> {
        let authorization = self.described.authorization.as_deref().filter(|_| with_credential);
        let sent = self.transport.send_patiently(&self.base, request, authorization).await;
        let mut out = Observations::default();
        let row = "document-request-answered";
        let response = match sent {
            Ok(patient) => {
                out.holds(row);
                Some(patient.response)
            }
            Err(error @ TransportError::Connect { .. }) => {
                return Err(format!("failed to {error}"));
            }
            Err(error) => {
                let asked = format!("{} {}", request.method, request.path);
                out.broken(row, format!("{asked} got no complete answer: failed to {error}"));
                None
            }
        };
        let redactor = &self.described.redactor;
        done.exchanges.push(Exchange {
            request: redactor.redact_request(request),
            response: redactor.redact_response(&response.clone().unwrap_or_default()),
        });
        if let Some(response) = &response {
            self.judge_answer(operation, response, &mut out);
        }
        let at = done.exchanges.len() - 1;
        done.observations.extend(out.list.into_iter().map(|one| (at, one)));
        Ok(response)
    }

    /// What holds for every answer.
    fn judge_answer(&self, operation: &Operation, response: &Response, out: &mut Observations) {
        let answered = format!("{} answered {}", operation.id, response.status);
        out.expect("document-no-server-error", response.status < 500, || answered.clone());
        let fit = self.documented.fit(&operation.id, response);
        let documented = self.documented.statuses(&operation.id);
        if response.status < 500 {
            out.expect("document-status-documented", fit.status, || {
                format!("{answered}, which is not one of {documented:?}")
            });
        }
        if fit.status {
            let label = fit.content_type.clone();
            out.expect("document-content-type", label.is_none(), || {
                format!("{answered} with {}", label.unwrap_or_default())
            });
            let wrong = fit.body.clone().or(fit.headers.clone());
            out.expect("document-response-schema", wrong.is_none(), || {
                format!("{answered}: {}", wrong.unwrap_or_default())
            });
        }
    }

    fn judge(
        &self,
        operation: &Operation,
        shot: &Shot,
        response: &Response,
        twin_accepted: bool,
        out: &mut Observations,
    ) {
        let answered = format!("{} answered {} to {}", operation.id, response.status, shot.reason);
        match shot.claim {
            // A resource that a drawn id names may well not exist: only a refusal of the input
            // itself contradicts the document.
            Claim::Valid => {
                let refused = matches!(response.status, 400 | 415 | 422);
                out.expect("document-accepts-valid", !refused, || answered);
                if response.is_success() {
                    out.accepts("document-rejects-violations");
                    out.accepts("document-requires-credentials");
                }
            }
            Claim::Violation => {
                let row = "document-rejects-violations";
                if response.is_success() {
                    out.broken(row, answered);
                } else if twin_accepted && response.status < 500 {
                    out.refuses(row);
                } else {
                    out.unknown(row, "the request that was edited is not accepted");
                }
            }
            Claim::NoCredential => {
                let row = "document-requires-credentials";
                let refused = matches!(response.status, 401 | 403);
                out.expect_as(row, check::Instance::Discriminating, refused, || answered);
            }
        }
    }

    fn report(&self, driven: &Driven, examples: BTreeMap<String, (Exchange, u64)>) -> Finished {
        let all = Requirements::embedded();
        let rows: Vec<&Requirement> = all
            .iter()
            .filter(|row| row.surface == Surface::Document)
            .filter(|row| self.options.selection.selects(row))
            .collect();
        let secured = self.described.authorization.is_some()
            && self.described.document.operations().iter().any(|one| one.secured);
        let judged = judge_rows(&rows, driven, secured, &self.options.known);
        let result = fold::result(
            judged.iter().map(|(row, judged)| (row.level, verdict_of(judged), judged.known)),
        );
        let judged: Vec<Row> = judged.into_iter().map(|(_, judged)| judged).collect();
        let counterexamples = examples
            .into_iter()
            .filter(|(slug, _)| judged.iter().any(|row| row.id == *slug))
            .map(|(slug, (exchange, found_after))| {
                self.counterexample(slug, &exchange, found_after, driven)
            })
            .collect();
        let mut errors = driven.harness.clone();
        errors.extend(driven.given_up.iter().map(|why| format!("the target is not there: {why}")));
        let nothing = driven.exchanges == 0 && errors.is_empty();
        let stale = self.options.known.stale(&rows, &judged);
        let result = if errors.is_empty() { result } else { RunResult::Error };
        let report = Report {
            schema: report::SCHEMA.to_owned(),
            suite: report::Suite {
                name: "conformance".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                requirements_revision: all.revision(),
            },
            target: report::Target {
                name: self.described.document.title().to_owned(),
                version: self.described.document.version().to_owned(),
                url: self.base.as_str().to_owned(),
                capabilities: Vec::new(),
            },
            seed: self.options.seed,
            started_at: String::new(),
            duration_ms: 0,
            exchanges: driven.exchanges,
            result: result.as_str().to_owned(),
            summary: report::summary(&judged),
            requirements: judged,
            counterexamples,
            notes: Vec::new(),
        };
        Finished { report, stale, errors, left_behind: Vec::new(), nothing }
    }

    fn counterexample(
        &self,
        slug: String,
        exchange: &Exchange,
        found_after: u64,
        driven: &Driven,
    ) -> Counterexample {
        let message = driven.failures.get(&slug).map(|one| one.message.clone());
        let sources = Requirements::embedded().get(&slug).map(|row| row.sources.clone());
        Counterexample {
            sources: sources.unwrap_or_default(),
            requirement: slug,
            requests: 1,
            found_after,
            message: message.unwrap_or_default(),
            confirmed: "1/1".to_owned(),
            exchanges: vec![transcript::exchange_json(exchange)],
            curl: vec![crate::curl::plain(self.base.as_str(), &exchange.request)],
            replay: String::new(),
        }
    }
}

fn verdict_of(row: &Row) -> check::Verdict {
    use check::Verdict;
    [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive, Verdict::NotApplicable]
        .into_iter()
        .find(|verdict| verdict.as_str() == row.verdict)
        .unwrap_or(Verdict::HarnessError)
}

fn judge_rows<'a>(
    rows: &[&'a Requirement],
    driven: &Driven,
    secured: bool,
    known: &KnownFailures,
) -> Vec<(&'a Requirement, Row)> {
    use check::Verdict;
    let judge = |row: &&'a Requirement| {
        let tally = driven.tallies.of(row);
        let verdict = match tally.verdict() {
            Verdict::Inconclusive if row.id == "document-requires-credentials" && !secured => {
                Verdict::NotApplicable
            }
            verdict => verdict,
        };
        let message = match verdict {
            Verdict::Fail => {
                driven.failures.get(&row.id).map(|one| one.message.clone()).unwrap_or_default()
            }
            Verdict::Inconclusive => tally.why_inconclusive(),
            Verdict::NotApplicable => "no credential was given, or none is demanded".to_owned(),
            Verdict::Pass | Verdict::HarnessError => String::new(),
        };
        let judged = Row {
            id: row.id.clone(),
            sources: row.sources.clone(),
            level: report::level_word(row.level).to_owned(),
            surface: row.surface.as_str().to_owned(),
            text: row.text.clone(),
            verdict: verdict.as_str().to_owned(),
            known: verdict == Verdict::Fail && known.excuses(row),
            holds: tally.holds,
            broken: tally.broken,
            unknown: tally.unknown,
            message,
        };
        (*row, judged)
    };
    rows.iter().map(judge).collect()
}

/// Violations that the document itself forbids. What is wrong on the wire only (a repeated
/// parameter, a content type left out) is for HTTP to say, and HTTP leaves it open.
fn asserted(kind: ViolationKind) -> bool {
    !matches!(
        kind.as_str(),
        "duplicate-parameter" | "missing-content-type" | "wrong-content-type" | "read-only"
    )
}
