//! A source for each service: one file or folder each, behind the feature of its name.
