// SPDX-License-Identifier: Apache-2.0
//! Invented Yunnan: register, authorities, scenario and load of the demo network.
//! It never holds a real person's data, and never issues anything by a short cut.

pub mod applicant;
pub mod authority;
pub mod cast;
pub mod deposit;
pub mod load;
pub mod net;
pub mod node;
pub mod scenario;
pub mod sealed;
pub mod yunnan;
