//! Drift: every rule on minimal pairs, what must not matter to a comparison, and whatever a document may hold.

mod corpus;
mod findings;
mod metamorphic;
mod mutations;
