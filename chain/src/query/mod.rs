// SPDX-License-Identifier: Apache-2.0
//! Answers as functions over a view, used by the API and by tests alike.
//!
//! Every answer is as of an instant that the asker names; never a clock. What is due by then but not
//! written yet is brought up in an overlay that is thrown away.

pub mod affiliation;
pub mod attesters;
pub mod certificates;
pub mod code;
pub mod exchange;
pub mod history;
pub mod interface;
pub mod list;
pub mod modules;
pub mod papers;
pub mod record;
pub mod shown;
pub mod waybills;

pub use attesters::{ended_among, ended_attesters};
pub use code::{CodeAnswer, OperatorState, StandingWord, code};
pub use history::{HistoryItem, history};
pub use interface::{grant, interfaces_of};
pub use list::{Item, Page, list};
pub use modules::{DriverOf, VehicleOf, VehiclePage, VehiclePlace, vehicles};
pub use papers::{PapersOf, Part, papers};
pub use record::{Seen, record, typed};
pub use shown::{Difference, NotShown, Present, facts_of_code, facts_of_organisation, since_shown};
pub use waybills::{OfferedTo, WaybillFilter, waybills};
