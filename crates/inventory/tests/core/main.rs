//! The inventory without a service: groups, snapshots, differences, rules and their published forms.

mod checkpoint;
mod diff;
mod forms;
mod groups;
mod read;
mod rules;
mod snapshot;
mod state;
