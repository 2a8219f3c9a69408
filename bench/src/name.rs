//! Names of suites, cases and surrogates: which are permitted, and how they become parts of paths.

use data::{Invalid, hash_hex};

/// Bytes of a name. Names of files may have 255, of which keys and extensions take some.
const LONGEST: usize = 120;

/// Bytes of a name that a path repeats if the name itself cannot be part of a path.
const SHOWN: usize = 60;

/// Names that Windows reserves for devices, in all spellings and with all extensions.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Refuses a name that is empty, too long, or has characters that cannot be seen.
pub(crate) fn check_name(key: &'static str, name: &str) -> Result<(), Invalid> {
    let is_sound = !name.trim().is_empty()
        && name.len() <= LONGEST
        && !name.chars().any(|c| c.is_control() || is_invisible(c));
    let expected = format!("a name of 1 to {LONGEST} bytes without control characters");
    Invalid::unless(is_sound, key, name.escape_debug(), &expected)
}

/// Characters of no width, and those that change the direction of text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A name as one part of a path, on every file system.
///
/// A plain name is itself, with `-` for `/`. Of any other, unsafe characters become `_`, and `~` and a hash of the name
/// are appended, which no plain name contains: two names share a part only if they differ in `/` and `-` alone. Suites
/// refuse such names.
pub(crate) fn path_part(name: &str) -> String {
    let part = name.replace('/', "-");
    if is_plain(&part) {
        return part;
    }
    let shown: String = part.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    let shown = shown.trim_start_matches(['.', '-', ' ']);
    let shown = &shown[..shown.len().min(SHOWN)]; // all characters are ASCII
    format!("_{shown}~{}", &hash_hex(name.as_bytes())[..8])
}

fn is_plain(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    part.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !part.ends_with(['.', ' '])
        && part.len() <= LONGEST
        && part.chars().all(is_safe)
        && !DEVICES.contains(&stem.trim_end())
}

fn is_safe(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.,+=() ".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    #[test]
    fn usual_names_are_themselves() {
        for (name, part) in [
            ("fno", "fno"),
            ("cavity/quick", "cavity-quick"),
            ("solver-1/2x", "solver-1-2x"),
            ("U-Net (3 levels), ema=0.9", "U-Net (3 levels), ema=0.9"),
        ] {
            assert_eq!(path_part(name), part);
            check_name("name", name).expect("it is permitted");
        }
    }

    #[test]
    fn names_that_are_no_part_of_a_path_are_encoded() {
        let long = "x".repeat(300);
        let names = [
            "",
            ".",
            "..",
            "../../etc/passwd",
            "/",
            "/etc",
            "\\\\server\\share",
            "C:",
            "a\0b",
            "CON",
            "nul.txt",
            "com1",
            ".hidden",
            "-rf",
            "a ",
            "a.",
            "quick@1",
            "fnо",
            "é",
            "a~b",
            "a*b",
            "~",
            &long,
        ];
        let parts: Vec<String> = names.iter().map(|name| path_part(name)).collect();
        for (name, part) in names.iter().zip(&parts) {
            assert!(part.len() <= 80 && part.is_ascii() && *part != *name, "{name:?}: {part}");
        }
        let mut distinct = parts.clone();
        distinct.sort();
        distinct.dedup_by_key(|part| part.to_ascii_lowercase());
        assert_eq!(distinct.len(), parts.len(), "{parts:?}");
    }

    #[test]
    fn names_that_cannot_be_seen_are_refused() {
        for name in
            ["", " ", "a\nb", "a\u{1b}[31m", "a\0", "a\u{202e}b", "a\u{200b}", &"x".repeat(121)]
        {
            let error = check_name("name", name).expect_err(name).to_string();
            assert!(
                error.starts_with("`name = ") && !error.chars().any(char::is_control),
                "{error}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_part_is_one_component_below_its_folder(name in any::<String>()) {
            let part = path_part(&name);
            let path = Path::new("runs").join(&part);
            let components: Vec<_> = path.components().collect();
            prop_assert_eq!(components, [Component::Normal("runs".as_ref()), Component::Normal(part.as_ref())]);
        }

        #[test]
        fn different_names_have_different_parts(one in "[a-c./~@ _-]{0,5}", other in "[a-c./~@ _-]{0,5}") {
            prop_assume!(one.replace('/', "-") != other.replace('/', "-"));
            prop_assert_ne!(path_part(&one), path_part(&other));
        }
    }
}
