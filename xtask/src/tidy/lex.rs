//! Just enough of Rust's lexical rules to tell code from comments and strings.
//!
//! The rules look for words such as a banned macro; a comment or a message may speak of that word
//! without using it. The lexer blanks both out, so the rules need no exceptions, not even for the
//! source of the rules themselves.

/// A Rust file, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The text with comments and the insides of strings blanked out; same lines, same columns.
    pub(crate) code: String,
    /// The comments, in the same way: everything else is blank.
    pub(crate) comments: String,
    /// String literals in order, with escapes as written.
    pub(crate) strings: Vec<Literal>,
    /// For each line, whether it belongs to an item marked `#[cfg(test)]`.
    pub(crate) in_test: Vec<bool>,
}

/// A string literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// The line it begins on, counted from 1.
    pub(crate) line: usize,
    /// How many characters of the file stand before it.
    pub(crate) at: usize,
    /// What stands between the quotes.
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn new(text: &str) -> Source {
        let mut lexer = Lexer { chars: text.chars().collect(), ..Lexer::default() };
        lexer.run();
        let in_test = test_lines(&lexer.source.code);
        Source { in_test, ..lexer.source }
    }

    /// The lines of code outside `#[cfg(test)]` items, with their numbers.
    pub(crate) fn live_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .lines()
            .zip(&self.in_test)
            .enumerate()
            .filter(|(_, (_, in_test))| !**in_test)
            .map(|(idx, (line, _))| (idx + 1, line))
    }

    /// The string literals outside `#[cfg(test)]` items.
    pub(crate) fn live_strings(&self) -> impl Iterator<Item = &Literal> {
        self.strings.iter().filter(|literal| !self.in_test.get(literal.line - 1).unwrap_or(&false))
    }
}

#[derive(Default)]
struct Lexer {
    chars: Vec<char>,
    next: usize,
    line: usize,
    source: Source,
}

/// Which of the two texts a character is kept in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Code,
    Comment,
    Neither,
}

impl Lexer {
    fn run(&mut self) {
        self.line = 1;
        while let Some(ch) = self.peek(0) {
            match (ch, self.peek(1)) {
                ('/', Some('/')) => self.line_comment(),
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.string(),
                ('\'', _) => self.char_or_lifetime(),
                ('r', Some('"' | '#')) if self.raw_prefix() => self.raw_string(),
                _ => self.take(Keep::Code),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.next + ahead).copied()
    }

    /// Moves past one character; the other text gets a blank, so that places stay comparable.
    fn take(&mut self, keep: Keep) {
        let Some(ch) = self.peek(0) else { return };
        self.next += 1;
        let (mut code, mut comment) = (' ', ' ');
        if ch == '\n' {
            self.line += 1;
            (code, comment) = ('\n', '\n');
        } else if keep == Keep::Code {
            code = ch;
        } else if keep == Keep::Comment {
            comment = ch;
        }
        self.source.code.push(code);
        self.source.comments.push(comment);
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|ch| ch != '\n') {
            self.take(Keep::Comment);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                (None, _) => return,
                _ => {
                    self.take(Keep::Comment);
                    continue;
                }
            }
            self.take(Keep::Comment);
            self.take(Keep::Comment);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let (line, at) = (self.line, self.next);
        self.take(Keep::Code);
        let mut text = String::new();
        while let Some(ch) = self.peek(0) {
            if ch == '"' {
                self.take(Keep::Code);
                break;
            }
            text.push(ch);
            self.take(Keep::Neither);
            if ch == '\\' {
                text.extend(self.peek(0));
                self.take(Keep::Neither);
            }
        }
        self.source.strings.push(Literal { line, at, text });
    }

    /// Whether the `r` here begins a raw string (and neither an identifier nor `r#name`).
    fn raw_prefix(&self) -> bool {
        let word_before = |back: usize| {
            self.next
                .checked_sub(back)
                .and_then(|idx| self.chars.get(idx))
                .is_some_and(|ch| ch.is_alphanumeric() || *ch == '_')
        };
        // `b` and `c` may stand before the `r`, but only if they begin the word.
        let prefixed =
            matches!(self.next.checked_sub(1).and_then(|idx| self.chars.get(idx)), Some('b' | 'c'));
        let begins_word = if prefixed { !word_before(2) } else { !word_before(1) };
        let hashes = (1..).take_while(|ahead| self.peek(*ahead) == Some('#')).count();
        begins_word && self.peek(hashes + 1) == Some('"')
    }

    fn raw_string(&mut self) {
        let (line, at) = (self.line, self.next);
        self.take(Keep::Code);
        let mut hashes = 0;
        while self.peek(0) == Some('#') {
            hashes += 1;
            self.take(Keep::Code);
        }
        self.take(Keep::Code);
        let mut text = String::new();
        while let Some(ch) = self.peek(0) {
            let closes = ch == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'));
            if closes {
                (0..=hashes).for_each(|_| self.take(Keep::Code));
                break;
            }
            text.push(ch);
            self.take(Keep::Neither);
        }
        self.source.strings.push(Literal { line, at, text });
    }

    fn char_or_lifetime(&mut self) {
        let length = match (self.peek(1), self.peek(2)) {
            (Some('\\'), _) => {
                // The escape itself may be a quote, so the search begins after it.
                let close = (3..).find(|ahead| matches!(self.peek(*ahead), Some('\'') | None));
                close.unwrap_or(3) + 1
            }
            (Some(_), Some('\'')) => 3,
            _ => 1,
        };
        for idx in 0..length {
            let edge = idx == 0 || idx + 1 == length;
            self.take(if edge { Keep::Code } else { Keep::Neither });
        }
    }
}

/// Marks the lines of items below `#[cfg(test)]`. It relies on rustfmt: such an item ends at the
/// first line that closes a brace at the indentation of the attribute, or with its semicolon.
fn test_lines(code: &str) -> Vec<bool> {
    let lines: Vec<&str> = code.lines().collect();
    let mut marks = vec![false; lines.len()];
    let mut idx = 0;
    while idx < lines.len() {
        if lines[idx].trim() != "#[cfg(test)]" {
            idx += 1;
            continue;
        }
        let indent: String = lines[idx].chars().take_while(|ch| *ch == ' ').collect();
        let close = format!("{indent}}}");
        let mut open = false;
        while idx < lines.len() {
            marks[idx] = true;
            let line = lines[idx].trim_end();
            open |= line.ends_with('{');
            idx += 1;
            let one_line = !open && (line.ends_with(';') || line.ends_with('}'));
            if one_line || (open && line.starts_with(&close)) {
                break;
            }
        }
    }
    marks
}
