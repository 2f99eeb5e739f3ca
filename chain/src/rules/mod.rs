// SPDX-License-Identifier: Apache-2.0
//! Fixed tables of the trade that the state machine and its readers share. Pure; never a parameter.

pub mod exchange;
pub mod goods;
pub mod licence;
pub mod senders;
pub mod titles;
