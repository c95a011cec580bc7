//! The log file behind a presigned URL: gunzipped within a cap and split into lines.

use std::io::Read;

use flate2::read::MultiGzDecoder;

/// The largest file, decompressed.
const BYTES_MAX: u64 = 64 << 20;

/// The lines of a gzip file, without empty ones. The error says in a few words what is wrong.
pub fn lines(bytes: &[u8]) -> Result<Vec<String>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Err("it does not begin like gzip".to_owned());
    }
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(BYTES_MAX)
        .read_to_end(&mut text)
        .map_err(|_| "it cannot be decompressed".to_owned())?;
    if text.len() as u64 == BYTES_MAX {
        return Err(format!("it has more than {BYTES_MAX} bytes"));
    }
    let text = String::from_utf8(text).map_err(|_| "its content is not UTF-8".to_owned())?;
    Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<&[&str], &str>) {
        let lines = super::lines(bytes);
        match expected {
            Ok(expected) => assert_eq!(
                lines.as_deref(),
                Ok(&expected.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()[..])
            ),
            Err(expected) => assert_eq!(lines, Err(expected.to_owned())),
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
    }

    #[test]
    fn reads_lines_and_says_what_is_wrong() {
        check(&gzip(b"{}\n{\"a\":1}\n"), Ok(&["{}", "{\"a\":1}"]));
        check(&gzip(b""), Ok(&[]));
        check(b"{}\n", Err("it does not begin like gzip"));
        check(&gzip(b"{}\n")[..12], Err("it cannot be decompressed"));
        check(&gzip(&[0xff, 0xfe]), Err("its content is not UTF-8"));
    }
}
