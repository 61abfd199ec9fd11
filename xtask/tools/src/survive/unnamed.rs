//! Whether a type names what it holds. A file of its own, since the program that reads bodies with a generated crate has it
//! too.

/// Whether `Debug` shows a variant that stands for what is not named.
pub fn is_unnamed(shown: &str) -> bool {
    let ends_a_name = |at: usize| {
        let before = shown
            .get(..at)
            .and_then(|before| before.chars().next_back());
        before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    };
    ["Unknown(", "Unrecognized("]
        .iter()
        .flat_map(|variant| shown.match_indices(variant))
        .any(|(at, _)| !ends_a_name(at))
}
