// SPDX-License-Identifier: Apache-2.0
//! A page of a derived list, with a filter over the records, in bounded work.

use std::collections::BTreeSet;

use super::record::{Seen, record};
use crate::ids::Time;
use crate::records::{ListKey, RecordKey, Value};
use crate::view::{Past, Records};

/// Entries of a list looked at for one page, at most.
const LOOKED_AT: usize = 2_000;
/// Entries read at a time.
const STEP: usize = 200;

/// A record in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its key.
    pub key: RecordKey,
    /// How it stands.
    pub seen: Seen<Value>,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The records, in the order in which they came into the list. There may be fewer than were
    /// asked for, and none, although more follow.
    pub items: Vec<Item>,
    /// Where the next page goes on; none where nothing more is kept. It tells of what the filter
    /// leaves out no more than that the list is longer than one page looks at.
    pub next: Option<u64>,
}

/// A record may leave a list and come back (a code and its operator): its first entry counts.
fn is_first<S: Past + ?Sized>(
    state: &S,
    list: ListKey,
    (seq, key): (u64, RecordKey),
    newest: u64,
) -> bool {
    if newest == 1 || list == ListKey::of_kind(key.kind) {
        return true;
    }
    let versions = (1..=newest).filter_map(|number| state.version(&key, number));
    let mut joined = versions.filter(|stored| stored.value.lists().contains(&list));
    let header = joined.next().and_then(|stored| state.header_at(stored.version.since));
    header.is_some_and(|header| {
        let first = header.change_first_seq;
        (first..first + u64::from(header.change_count)).contains(&seq)
    })
}

/// A page of the records in a list, as of `at`, that a filter keeps: after `after`, at most `limit`.
pub fn list<S: Records + Past + ?Sized>(
    state: &S,
    list: ListKey,
    after: Option<u64>,
    (limit, at): (usize, Time),
    keep: &dyn Fn(&Value) -> bool,
) -> Page {
    list_between(state, list, (after, None), (limit, at), keep)
}

/// The same of a part of the list: after `after`, and before `before` if there is one.
pub(super) fn list_between<S: Records + Past + ?Sized>(
    state: &S,
    list: ListKey,
    (after, before): (Option<u64>, Option<u64>),
    (limit, at): (usize, Time),
    keep: &dyn Fn(&Value) -> bool,
) -> Page {
    let is_over = |seq: u64| before.is_some_and(|before| seq >= before);
    let mut page = Page { items: Vec::new(), next: after };
    let mut shown = BTreeSet::new();
    let mut looked_at = 0;
    // Behind a full page it is looked for one more record that is kept: that there are others says nothing.
    let mut last = after;
    while looked_at < LOOKED_AT {
        let entries = state.list(list, page.next, STEP);
        let is_last = entries.len() < STEP;
        for (seq, key) in entries {
            if is_over(seq) {
                page.next = None;
                return page;
            }
            looked_at += 1;
            page.next = Some(seq);
            let seen = record(state, key, at)
                .filter(|seen| seen.value.lists().contains(&list) && keep(&seen.value))
                .filter(|seen| is_first(state, list, (seq, key), seen.version.number));
            let Some(seen) = seen.filter(|_| shown.insert(key)) else { continue };
            if page.items.len() == limit {
                page.next = last;
                return page;
            }
            page.items.push(Item { key, seen });
            last = Some(seq);
        }
        if is_last {
            page.next = None;
            return page;
        }
    }
    page
}
