//! stub
use model::Program;
use crate::suite::Suite;
pub const CASES_PER_ROUND: u32 = 25;
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase { Chains, Examples, Boundary, Violations, Valid }
impl Phase {
    pub const GENERATED: [Phase; 4] = [Phase::Examples, Phase::Boundary, Phase::Violations, Phase::Valid];
    pub fn as_str(self) -> &'static str { "x" }
}
pub fn programs(_: &Suite, _: &str, _: Phase, _: u64) -> Result<Vec<Program>, String> { Ok(Vec::new()) }
