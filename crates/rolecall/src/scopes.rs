//! Which scopes a credential lacks.

/// Those of the needed scopes that none of the granted ones satisfies.
pub(crate) fn missing<'a>(
    needed: impl IntoIterator<Item = &'a str>,
    granted: impl Iterator<Item = &'a str> + Clone,
) -> Vec<&'a str> {
    let lacks = |needed: &&str| !granted.clone().any(|granted| satisfies(granted, needed));
    needed.into_iter().filter(lacks).collect()
}

/// Whether a scope that was granted is as good as one that is needed. Besides being the same, that is so for the two names
/// that Foundry has for each: `api:use-admin-read` is granted to applications that are restricted, `api:admin-read` to
/// others (Palantir documentation on application restrictions).
fn satisfies(granted: &str, needed: &str) -> bool {
    granted == needed
        || granted
            .strip_prefix("api:use-")
            .is_some_and(|granted| needed.strip_prefix("api:") == Some(granted))
}
