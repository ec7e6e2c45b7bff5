// SPDX-License-Identifier: 0BSD
//! skeleton: an Ingot driver in Rust, without crates.
//!
//! `driver` is what this driver does, `line` the protocol it speaks; `plugin` hands both to the host. `ffi`, `call`,
//! `net` and `json` are the same in every driver.

mod call;
mod driver;
mod ffi;
mod json;
mod line;
mod net;
mod plugin;
