//! Which of several credentials an operation gets.

use super::origin::{Origin, secure};
use super::{Error, ErrorKind, Scopes, TokenSource};
use rolecall_client::{CredentialKind, HttpSettings, Operation, Url};
use std::borrow::Cow;
use std::sync::Arc;

/// The credentials for one service, by name, and the rules which one an operation uses. Cloning shares everything.
///
/// The first rule that fits an operation names its source. Where none fits, it is the first source, in the order in which
/// they were added, whose kind the operation accepts. An operation that needs no credential never gets one.
#[derive(Clone, Debug)]
pub struct Credentials(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    origin: Origin,
    sources: Vec<Named>,
    rules: Vec<(Match, Arc<str>)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: Arc<str>,
    pub(crate) source: Arc<dyn TokenSource>,
}

/// Which source an operation uses.
#[derive(Clone, Debug)]
pub enum Chosen {
    /// The operation takes no credential.
    Anonymous,
    /// This one.
    #[non_exhaustive]
    Source {
        /// Its name.
        name: Arc<str>,
        /// The source.
        source: Arc<dyn TokenSource>,
        /// The scopes that the operation names for this kind of credential.
        scopes: Scopes,
        /// Whether the operation's description lists this kind of credential. A rule can choose another one.
        listed: bool,
    },
}

impl Credentials {
    /// Starts the credentials for a service, given any URL of it; only its scheme, host and port matter.
    pub fn builder(url: impl Into<String>) -> CredentialsBuilder {
        CredentialsBuilder {
            url: url.into(),
            insecure_http: false,
            sources: Vec::new(),
            rules: Vec::new(),
        }
    }

    /// One credential for everything that accepts it.
    ///
    /// # Errors
    ///
    /// As [`CredentialsBuilder::build`].
    pub fn single(url: impl Into<String>, source: impl TokenSource) -> Result<Self, Error> {
        Self::builder(url).source("default", source).build()
    }

    /// Which source this operation uses.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoCredential`] when no source fits.
    pub fn choose(&self, operation: &'static Operation) -> Result<Chosen, Error> {
        if operation.security.is_empty() {
            return Ok(Chosen::Anonymous);
        }
        let mut rules = self.0.rules.iter();
        let ruled = rules.find(|(matches, _)| matches.fits(operation));
        let mut sources = self.0.sources.iter();
        let found = match ruled {
            Some((_, name)) => sources.find(|known| known.name == *name),
            None => sources.find(|known| operation.accepts(known.source.kind())),
        };
        match found {
            Some(known) => {
                let kind = known.source.kind();
                Ok(Chosen::Source {
                    name: known.name.clone(),
                    source: known.source.clone(),
                    scopes: operation.scopes_for(Some(kind)).into_iter().collect(),
                    listed: operation.accepts(kind),
                })
            }
            None if operation.security.iter().any(|set| set.is_empty()) => Ok(Chosen::Anonymous),
            None => Err(self.nothing_for(operation)),
        }
    }

    /// The names and kinds of all sources, in the order in which they were added.
    pub fn sources(&self) -> impl Iterator<Item = (&str, CredentialKind)> {
        let sources = self.0.sources.iter();
        sources.map(|known| (&*known.name, known.source.kind()))
    }

    /// Offers every source the HTTP settings of the client that they are for.
    pub fn inherit_http(&self, settings: &HttpSettings) {
        for known in &self.0.sources {
            known.source.inherit_http(settings);
        }
    }

    /// Refuses a URL that these credentials are not for.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Error> {
        if self.0.origin.is_of(url) {
            return Ok(());
        }
        let other = Origin::of(url).map_or_else(
            || format!("a URL of scheme `{}`", url.scheme()),
            |origin| origin.to_string(),
        );
        let what = format!(
            "the credentials are for {} and were refused to {other}",
            self.0.origin
        );
        Err(Error::new(ErrorKind::OtherOrigin, what)
            .with_advice("register credentials for that origin if they belong there"))
    }

    fn nothing_for(&self, operation: &'static Operation) -> Error {
        let mut accepted = Vec::new();
        for need in operation.security.iter().flat_map(|set| set.iter()) {
            let word = need.kind.to_string();
            if !accepted.contains(&word) {
                accepted.push(word);
            }
        }
        let held: Vec<String> = self
            .sources()
            .map(|(name, kind)| format!("`{name}` ({})", kind))
            .collect();
        let held = if held.is_empty() {
            "nothing".to_owned()
        } else {
            held.join(", ")
        };
        let what = format!(
            "{} `{}` takes {}, and what is registered is {held}",
            operation.api,
            operation.id,
            accepted.join(" or "),
        );
        Error::new(ErrorKind::NoCredential, what)
            .with_advice("add a source of a kind that it takes")
    }
}

/// [`Credentials`] in the making.
#[derive(Debug)]
#[must_use]
pub struct CredentialsBuilder {
    url: String,
    insecure_http: bool,
    sources: Vec<Named>,
    rules: Vec<(Match, Arc<str>)>,
}

impl CredentialsBuilder {
    /// Adds a source under a name.
    pub fn source(self, name: &str, source: impl TokenSource) -> Self {
        self.shared_source(name, Arc::new(source))
    }

    /// Adds a source that others use as well.
    pub fn shared_source(mut self, name: &str, source: Arc<dyn TokenSource>) -> Self {
        self.sources.push(Named {
            name: name.into(),
            source,
        });
        self
    }

    /// Makes the operations that fit use the source of this name. Earlier rules come first.
    pub fn rule(mut self, matches: Match, source: &str) -> Self {
        self.rules.push((matches, source.into()));
        self
    }

    /// Lets secrets go over unencrypted HTTP to other machines than this one.
    pub fn allow_insecure_http(mut self) -> Self {
        self.insecure_http = true;
        self
    }

    /// Finishes the credentials.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when the URL cannot be used, two sources share a name, or a rule names a source that is
    /// not there; [`ErrorKind::Insecure`] for `http` on another machine.
    pub fn build(self) -> Result<Credentials, Error> {
        let url = secure("the URL of the service", &self.url, self.insecure_http)?;
        let invalid = |what| Err(Error::new(ErrorKind::Configuration, what));
        let Some(origin) = Origin::of(&url) else {
            return invalid("the URL of the service has no host".to_owned());
        };
        for (at, known) in self.sources.iter().enumerate() {
            if self
                .sources
                .iter()
                .take(at)
                .any(|earlier| earlier.name == known.name)
            {
                return invalid(format!("two sources are named `{}`", known.name));
            }
        }
        for (_, name) in &self.rules {
            if !self.sources.iter().any(|known| known.name == *name) {
                return invalid(format!(
                    "a rule names the source `{name}`, which is not there"
                ));
            }
        }
        Ok(Credentials(Arc::new(Inner {
            origin,
            sources: self.sources,
            rules: self.rules,
        })))
    }
}

/// Which operations a rule is for. In patterns, `*` stands for any text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Match {
    /// Operations whose operationId fits the pattern.
    Operation(Cow<'static, str>),
    /// Operations whose tag fits the pattern.
    Tag(Cow<'static, str>),
    /// Operations that accept this kind of credential.
    Accepts(CredentialKind),
}

impl Match {
    /// Operations whose operationId fits the pattern.
    pub fn operation(pattern: impl Into<Cow<'static, str>>) -> Self {
        Self::Operation(pattern.into())
    }

    /// Operations whose tag fits the pattern.
    pub fn tag(pattern: impl Into<Cow<'static, str>>) -> Self {
        Self::Tag(pattern.into())
    }

    /// Operations that accept this kind of credential.
    #[must_use]
    pub fn accepts(kind: CredentialKind) -> Self {
        Self::Accepts(kind)
    }

    /// Whether the operation is one of them.
    #[must_use]
    pub fn fits(&self, operation: &Operation) -> bool {
        match self {
            Self::Operation(pattern) => glob(pattern, operation.id),
            Self::Tag(pattern) => glob(pattern, operation.tag),
            Self::Accepts(kind) => operation.accepts(*kind),
        }
    }
}

/// Whether the text fits the pattern, in which `*` stands for any text, none included.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((start, mut rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    while let Some((middle, after)) = rest.split_once('*') {
        let Some(at) = text.find(middle) else {
            return false;
        };
        text = text.get(at + middle.len()..).unwrap_or_default();
        rest = after;
    }
    text.ends_with(rest)
}
