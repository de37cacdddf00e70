//! Full names: which words are the first names, and which the last.

/// With these a last name begins, wherever they stand behind the first word.
const PARTICLES: &[&str] = &[
    "al", "af", "av", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn", "la", "le", "ten",
    "ter", "van", "vom", "von", "zu", "zum", "zur",
];
/// These belong to the last name before them.
const SUFFIXES: &[&str] = &["jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md", "m.d."];

/// First and last names. "Bauer, Anna" says which is which; else the last word is the last name, with the particles before it.
pub(super) fn split(full: &str) -> (Option<String>, Option<String>) {
    let joined = |words: &[&str]| (!words.is_empty()).then(|| words.join(" "));
    let is_one_of = |words: &[&str], word: &str| words.contains(&word.to_lowercase().as_str());
    if let Some((last, first)) = full.split_once(',')
        && !first.contains(',')
        && !is_one_of(SUFFIXES, first.trim())
    {
        let words = |text: &str| joined(&text.split_whitespace().collect::<Vec<_>>());
        return (words(first), words(last));
    }
    let words: Vec<&str> = full.split(|char: char| char.is_whitespace() || char == ',').filter(|word| !word.is_empty()).collect();
    let name = words.len() - words.iter().rev().take_while(|word| is_one_of(SUFFIXES, word)).count();
    // Somebody of a single name has no last one.
    if name < 2 {
        return (joined(&words), None);
    }
    let begins = words[1..name].iter().position(|word| is_one_of(PARTICLES, word)).map_or(name - 1, |place| place + 1);
    (joined(&words[..begins]), joined(&words[begins..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names_are_split_as_a_reader_would() {
        for (full, first, last) in [
            ("Mara Quendt", "Mara", "Quendt"),
            ("Quendt, Mara", "Mara", "Quendt"),
            ("Mara", "Mara", ""),
            ("Anna Maria  Bauer", "Anna Maria", "Bauer"),
            ("Dr. Ida von der Heide", "Dr. Ida", "von der Heide"),
            ("Vincent Van Gogh", "Vincent", "Van Gogh"),
            ("Maria de la Cruz", "Maria", "de la Cruz"),
            ("de la Cruz, Maria", "Maria", "de la Cruz"),
            ("La Toya Jackson", "La Toya", "Jackson"),
            ("Martin Luther King Jr.", "Martin Luther", "King Jr."),
            ("Rudi Kern, PhD", "Rudi", "Kern PhD"),
            ("Von", "Von", ""),
        ] {
            let (was_first, was_last) = split(full);
            assert_eq!((was_first.unwrap_or_default().as_str(), was_last.unwrap_or_default().as_str()), (first, last), "{full}");
        }
    }
}
