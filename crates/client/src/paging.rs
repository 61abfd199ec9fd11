//! How an operation's list is cut into pages: plain data, as in [`operation`](crate::Operation).

/// How an operation's list is cut into pages. `items` and `next` are JSON Pointers (RFC 6901) into the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pages {
    /// The operation does not answer with a list.
    NotAList,
    /// The whole list comes at once.
    Whole {
        /// Where the items are.
        items: &'static str,
    },
    /// A `Link` header with `rel="next"` (RFC 8288) leads to the next page.
    LinkHeader {
        /// Where the items are.
        items: &'static str,
        /// Where the body has the link, for answers without the header.
        next: Option<&'static str>,
        /// The parameter that the link's cursor goes into.
        cursor: Option<PageParameter>,
        /// How many items a page has.
        limit: Option<PageLimit>,
    },
    /// A link in the body leads to the next page.
    BodyLink {
        /// Where the items are.
        items: &'static str,
        /// Where the link is.
        next: &'static str,
        /// Whether the `Link` header is looked at when the body has no link.
        link_header: bool,
        /// The parameter that the link's cursor goes into.
        cursor: Option<PageParameter>,
        /// How many items a page has.
        limit: Option<PageLimit>,
    },
    /// A token in the body is sent back for the next page.
    BodyToken {
        /// Where the items are.
        items: &'static str,
        /// Where the token is.
        next: &'static str,
        /// The parameter that the token goes into.
        cursor: PageParameter,
        /// How many items a page has.
        limit: Option<PageLimit>,
    },
    /// The next page starts after the items received so far.
    Offset {
        /// Where the items are.
        items: &'static str,
        /// The parameter that counts the items to skip.
        offset: PageParameter,
        /// How many items a page has.
        limit: PageLimit,
    },
}

impl Pages {
    /// Where the items are: a JSON Pointer into the body. `None` when the operation does not answer with a list.
    #[must_use]
    pub const fn items(self) -> Option<&'static str> {
        match self {
            Self::NotAList => None,
            Self::Whole { items }
            | Self::LinkHeader { items, .. }
            | Self::BodyLink { items, .. }
            | Self::BodyToken { items, .. }
            | Self::Offset { items, .. } => Some(items),
        }
    }

    /// How many items a page has. `None` when a caller cannot ask for a number.
    #[must_use]
    pub const fn limit(self) -> Option<PageLimit> {
        match self {
            Self::NotAList | Self::Whole { .. } => None,
            Self::LinkHeader { limit, .. }
            | Self::BodyLink { limit, .. }
            | Self::BodyToken { limit, .. } => limit,
            Self::Offset { limit, .. } => Some(limit),
        }
    }
}

/// A parameter that chooses the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageParameter {
    /// Where it goes.
    pub location: PageLocation,
    /// The query parameter's name, or a JSON Pointer into the request body.
    pub name: &'static str,
}

/// Where a parameter that chooses the page goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageLocation {
    /// In the query string.
    Query,
    /// In the JSON request body.
    Body,
}

/// How many items a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit {
    /// The parameter that asks for it.
    pub parameter: PageParameter,
    /// The number when it is not asked for.
    pub default: Option<u64>,
    /// The largest number that is granted.
    pub maximum: Option<u64>,
}
