// SPDX-License-Identifier: Apache-2.0
//! Invented Yunnan: formats, register, authorities, scenario and load of the demo network.
//! It never holds a real person's data, and never issues anything by a short cut.

pub mod authority;
pub mod formats;
pub mod node;
pub mod sealed;
pub mod yunnan;
