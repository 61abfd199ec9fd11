//! Stateful in-process servers of the four APIs on real sockets.

#![forbid(unsafe_code)]
