//! Observations, and the verdict that they add up to.

use std::borrow::Cow;

/// What an instance of a requirement shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instance {
    /// The target did what it must do.
    Accepting,
    /// The target refused what it must refuse, or kept apart what it must keep apart: an
    /// implementation without the rule would have been caught here.
    Discriminating,
    /// Both at once: an answer that had to have one particular shape or content.
    Both,
}

/// One judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As demanded.
    Holds(Instance),
    /// Not as demanded: what was expected and what came, in one sentence without secrets.
    Broken(String),
    /// Cannot be said, and why.
    Unknown(String),
}

/// A judgement of one requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The requirement's slug.
    pub requirement: Cow<'static, str>,
    /// The judgement.
    pub outcome: Outcome,
}

/// The judgements of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observations {
    /// In the order made.
    pub list: Vec<Observation>,
}

impl Observations {
    /// The requirement holds here, seen from both sides.
    pub fn holds(&mut self, requirement: impl Into<Cow<'static, str>>) {
        self.push(requirement, Outcome::Holds(Instance::Both));
    }

    /// The target did what it must do.
    pub fn accepts(&mut self, requirement: impl Into<Cow<'static, str>>) {
        self.push(requirement, Outcome::Holds(Instance::Accepting));
    }

    /// The target refused what it must refuse.
    pub fn refuses(&mut self, requirement: impl Into<Cow<'static, str>>) {
        self.push(requirement, Outcome::Holds(Instance::Discriminating));
    }

    /// The requirement is broken.
    pub fn broken(
        &mut self,
        requirement: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) {
        self.push(requirement, Outcome::Broken(message.into()));
    }

    /// Nothing can be said.
    pub fn unknown(
        &mut self,
        requirement: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) {
        self.push(requirement, Outcome::Unknown(message.into()));
    }

    /// Holds (on both sides) if the condition does; else broken with the message. Returns the
    /// condition.
    pub fn expect(
        &mut self,
        requirement: &'static str,
        condition: bool,
        message: impl FnOnce() -> String,
    ) -> bool {
        self.expect_as(requirement, Instance::Both, condition, message)
    }

    /// As [`Observations::expect`], with the kind of instance that it is.
    pub fn expect_as(
        &mut self,
        requirement: &'static str,
        instance: Instance,
        condition: bool,
        message: impl FnOnce() -> String,
    ) -> bool {
        let outcome = if condition { Outcome::Holds(instance) } else { Outcome::Broken(message()) };
        self.push(requirement, outcome);
        condition
    }

    /// Whether anything is broken.
    pub fn any_broken(&self) -> bool {
        self.list.iter().any(|one| matches!(one.outcome, Outcome::Broken(_)))
    }

    /// The message with which a requirement is broken here, if it is.
    pub fn broken_message(&self, requirement: &str) -> Option<&str> {
        self.list.iter().find_map(|one| match &one.outcome {
            Outcome::Broken(message) if one.requirement == requirement => Some(message.as_str()),
            _ => None,
        })
    }

    fn push(&mut self, requirement: impl Into<Cow<'static, str>>, outcome: Outcome) {
        self.list.push(Observation { requirement: requirement.into(), outcome });
    }
}

/// The folded result of a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Seen to hold, with an accepting and a discriminating instance, and never broken.
    Pass,
    /// Broken at least once.
    Fail,
    /// Not exercised, or seen from one side only, or only unknown.
    Inconclusive,
    /// The target does not offer what the requirement needs.
    NotApplicable,
    /// The suite itself failed.
    HarnessError,
}

impl Verdict {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
            Verdict::NotApplicable => "not_applicable",
            Verdict::HarnessError => "harness_error",
        }
    }
}
