//! A difference, as a comparison finds it.

use super::document::Node;
use super::finding::{Direction, Renamed, WireVerdict};
use super::rules;

/// A difference, as it was found.
#[derive(Clone, Debug)]
pub(super) struct Change<'a> {
    pub rule: &'static str,
    pub direction: Direction,
    /// What the old document says, if it says anything.
    pub old: Option<Node<'a>>,
    /// What the new document says, if it says anything.
    pub new: Option<Node<'a>>,
    /// Where the old document would say it.
    pub old_near: Option<Node<'a>>,
    /// Where the new document would say it.
    pub new_near: Option<Node<'a>>,
    /// What it is about besides, in the old document and in the new one.
    pub about: (Vec<Node<'a>>, Vec<Node<'a>>),
    /// What tells it from other findings of the rule at the place.
    pub detail: String,
    pub message: String,
    /// A verdict other than the rule's.
    pub wire: Option<WireVerdict>,
    /// What it looks renamed to, or from.
    pub renamed: Option<Renamed>,
}

impl<'a> Change<'a> {
    pub fn new(
        rule: &'static str,
        direction: Direction,
        old: Option<Node<'a>>,
        new: Option<Node<'a>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            direction,
            old,
            new,
            old_near: None,
            new_near: None,
            about: (Vec::new(), Vec::new()),
            detail: String::new(),
            message: message.into(),
            wire: None,
            renamed: None,
        }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub fn near(mut self, old: Option<Node<'a>>, new: Option<Node<'a>>) -> Self {
        self.old_near = old;
        self.new_near = new;
        self
    }

    pub fn about(mut self, old: &[Node<'a>], new: &[Node<'a>]) -> Self {
        self.about = (old.to_vec(), new.to_vec());
        self
    }

    pub fn wire(mut self, verdict: Option<WireVerdict>) -> Self {
        self.wire = verdict;
        self
    }

    pub fn renamed(mut self, renamed: Option<Renamed>) -> Self {
        self.renamed = renamed;
        self
    }

    /// Its own verdict, or the rule's.
    pub fn verdict(&self) -> WireVerdict {
        self.wire.unwrap_or_else(|| {
            rules::find(self.rule)
                .map_or(WireVerdict::Breaking, |rule| rule.verdict(self.direction))
        })
    }
}
