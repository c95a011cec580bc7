//! stub
use std::path::Path;
pub(crate) fn run(_root: &Path, _options: &[&str]) -> anyhow::Result<()> {
    Ok(())
}
