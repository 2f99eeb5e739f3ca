// SPDX-License-Identifier: Apache-2.0
//! The vault over a shelf in memory that never forgets by itself.

#![allow(clippy::unwrap_used)]

mod common;
mod erasing;
mod hostile;
mod keeping;
mod memory;
mod rotating;
