//! Reads OpenAPI descriptions with the place of everything in them, and validates values against their schemas.

#![forbid(unsafe_code)]
