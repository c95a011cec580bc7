//! Counterexamples of the past: minimal programs that once showed a fault. They are replayed first
//! on every run, since what broke once breaks again.

use include_dir::{Dir, include_dir};
use model::Program;

use crate::counterexample::CounterexampleFile;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../fixtures/regressions");

/// The programs, in the order of their files' names.
pub fn all() -> Vec<Program> {
    parsed().into_iter().filter_map(Result::ok).collect()
}

/// Each file as a program, or what is wrong with it.
fn parsed() -> Vec<Result<Program, String>> {
    let mut files: Vec<_> = FILES.files().collect();
    files.sort_by_key(|file| file.path());
    let json =
        files.into_iter().filter(|file| file.path().extension().is_some_and(|e| e == "json"));
    json.map(|file| {
        let name = file.path().with_extension("").display().to_string();
        let text = file.contents_utf8().ok_or_else(|| format!("{name} is not text"))?;
        let mut program = CounterexampleFile::parse(&name, text)?.program;
        program.name = format!("regressions/{name}");
        Ok(program)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_file_can_be_read() {
        let parsed = super::parsed();
        assert!(!parsed.is_empty());
        for program in parsed {
            assert!(program.is_ok(), "{program:?}");
        }
    }
}
