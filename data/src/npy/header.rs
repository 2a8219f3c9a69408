//! The header of a `.npy` file: `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 5, 3, 64, 64, 1), }`.
//!
//! Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays". The header may be any Python literal
//! there; what `numpy.save` writes for arrays of numbers is what is read here, by a parser that never looks back.

use super::NpyError;
use super::number::Number;
use std::io::Read;

const MAGIC: &[u8] = b"\x93NUMPY";
/// The largest header in bytes: that of an array of numbers has about 100.
const LONGEST: usize = 1 << 16;
/// What may stand between tokens.
const SPACES: [char; 2] = [' ', '\t'];
/// The largest number of axes in numpy.
const MOST_AXES: usize = 64;

/// What the header says, and where the values begin.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) number: Number,
    pub(super) is_fortran: bool,
    pub(super) shape: Vec<usize>,
    /// Position of the first value in bytes.
    pub(super) start: u64,
}

impl Header {
    /// Reads the header of a file whose position is its start.
    pub(super) fn read(file: &mut impl Read) -> Result<Self, NpyError> {
        let invalid = |reason: &str| NpyError::Header(reason.into());
        let short = |_| invalid("it is too short to hold an array");
        let mut first = [0; 8];
        file.read_exact(&mut first).map_err(short)?;
        if &first[..6] != MAGIC {
            return Err(invalid("it does not begin as a `.npy` file"));
        }
        let mut length = [0; 4];
        let bytes = match first[6] {
            1 => 2,
            _ => 4,
        };
        if !matches!(first[6..], [1..=3, 0]) {
            let version = format!("{}.{}", first[6], first[7]);
            return Err(invalid(&format!("its version is {version}, not 1.0, 2.0 or 3.0")));
        }
        file.read_exact(&mut length[..bytes]).map_err(short)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > LONGEST {
            return Err(invalid(&format!("it is longer than {LONGEST} bytes")));
        }
        let mut text = vec![0; length];
        file.read_exact(&mut text).map_err(short)?;
        let text = std::str::from_utf8(&text).map_err(|_| invalid("it is no text"))?;
        let text = text.strip_suffix('\n').ok_or_else(|| invalid("its end is missing"))?;
        let (descr, is_fortran, shape) =
            parse(text).ok_or_else(|| invalid("it is not that of an array of numbers"))?;
        let number = Number::of(descr).ok_or_else(|| NpyError::Type(shown(descr)))?;
        Ok(Self { number, is_fortran, shape, start: (8 + bytes + length) as u64 })
    }
}

/// A type's name as a message shows it.
fn shown(descr: &str) -> String {
    descr.chars().take(40).flat_map(char::escape_default).collect()
}

/// Type, whether the first axis varies fastest, and shape.
fn parse(text: &str) -> Option<(&str, bool, Vec<usize>)> {
    let mut rest = Rest(text);
    let (mut descr, mut is_fortran, mut shape) = (None, None, None);
    rest.skip("{")?;
    while rest.skip("}").is_none() {
        let key = rest.string()?;
        rest.skip(":")?;
        match key {
            "descr" => descr = Some(rest.string()?),
            "fortran_order" => is_fortran = Some(rest.boolean()?),
            "shape" => shape = Some(rest.tuple()?),
            _ => return None,
        }
        if rest.skip(",").is_none() {
            rest.skip("}")?;
            break;
        }
    }
    rest.0.trim_start_matches(SPACES).is_empty().then_some((descr?, is_fortran?, shape?))
}

/// The text that is not parsed yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Skips spaces and a token.
    fn skip(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.trim_start_matches(SPACES).strip_prefix(token)?;
        Some(())
    }

    /// A string in single or double quotes, without escapes.
    fn string(&mut self) -> Option<&'a str> {
        let quote = ["'", "\""].into_iter().find(|quote| self.skip(quote).is_some())?;
        let (string, rest) = self.0.split_once(quote)?;
        self.0 = rest;
        Some(string)
    }

    fn boolean(&mut self) -> Option<bool> {
        let is_true = self.skip("True").is_some();
        if !is_true {
            self.skip("False")?;
        }
        Some(is_true)
    }

    /// `(2, 3, )`
    fn tuple(&mut self) -> Option<Vec<usize>> {
        let mut numbers = Vec::new();
        self.skip("(")?;
        while self.skip(")").is_none() {
            numbers.push(self.number().filter(|_| numbers.len() < MOST_AXES)?);
            if self.skip(",").is_none() {
                self.skip(")")?;
                break;
            }
        }
        Some(numbers)
    }

    fn number(&mut self) -> Option<usize> {
        let text = self.0.trim_start_matches(SPACES);
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, rest) = text.split_at(end);
        // Python 2 wrote an `L` after long numbers.
        self.0 = rest.strip_prefix('L').unwrap_or(rest);
        digits.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn headers_are_read_as_numpy_writes_them() {
        let numpy = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 40), }      ";
        assert_eq!(parse(numpy), Some(("<f4", false, vec![3, 40])));
        let other = "{\"shape\":(7,),\"fortran_order\":True,\"descr\":\"|i1\"}";
        assert_eq!(parse(other), Some(("|i1", true, vec![7])));
        assert_eq!(
            parse("{'descr':'<f8','fortran_order':False,'shape':()}").map(|h| h.2),
            Some(vec![])
        );
        assert_eq!(
            parse("{'descr':'<f8','fortran_order':False,'shape':(2L,)}").map(|h| h.2),
            Some(vec![2])
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "{",
            "{}",
            "{'descr': '<f4'",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -1)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)} more",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2)}",
            "{'descr': [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
