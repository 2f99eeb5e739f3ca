// SPDX-License-Identifier: Apache-2.0
//! The term of every log index, as runs: (first index, term). Pure.
//! Never guesses: an index beyond the log has no term.

/// Runs of equal terms, from the first index of the log to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    runs: Vec<(u64, u64)>,
    /// The index after the last entry.
    end: u64,
}

impl Terms {
    /// Finds the runs of a log whose terms never fall, with few reads of single entries.
    pub(crate) fn load<E>(
        first: u64,
        end: u64,
        term_at: &mut impl FnMut(u64) -> Result<u64, E>,
    ) -> Result<Self, E> {
        let mut terms = Self { runs: Vec::new(), end };
        let mut index = first;
        while index < end {
            let term = term_at(index)?;
            terms.runs.push((index, term));
            index = first_with_other_term(index, end, term, term_at)?;
        }
        Ok(terms)
    }

    /// The term at this index, if the log has it.
    pub(crate) fn at(&self, index: u64) -> Option<u64> {
        if index >= self.end {
            return None;
        }
        let after = self.runs.partition_point(|(first, _)| *first <= index);
        self.runs.get(after.checked_sub(1)?).map(|(_, term)| *term)
    }

    /// The position (term, index) of the last entry.
    pub(crate) fn last(&self) -> Option<(u64, u64)> {
        let index = self.end.checked_sub(1)?;
        self.at(index).map(|term| (term, index))
    }

    /// True if an entry with this position can follow.
    pub(crate) fn may_follow(&self, term: u64, index: u64) -> bool {
        match self.last() {
            Some((last_term, last_index)) => index == last_index + 1 && term >= last_term,
            None => index == 0,
        }
    }

    /// Records the next entry. The caller has asked `may_follow`.
    pub(crate) fn push(&mut self, term: u64, index: u64) {
        if self.runs.last().is_none_or(|(_, last)| *last != term) {
            self.runs.push((index, term));
        }
        self.end = index + 1;
    }

    /// Forgets this index and all after it.
    pub(crate) fn truncate_from(&mut self, index: u64) {
        self.runs.retain(|(first, _)| *first < index);
        self.end = self.end.min(index);
        if self.runs.is_empty() {
            self.end = 0;
        }
    }
}

/// The first index in `(index, end]` whose term is another; doubling steps, then bisection.
fn first_with_other_term<E>(
    index: u64,
    end: u64,
    term: u64,
    term_at: &mut impl FnMut(u64) -> Result<u64, E>,
) -> Result<u64, E> {
    let mut same = index;
    let mut step = 1;
    let mut other = loop {
        let probe = same.saturating_add(step);
        if probe >= end {
            break end;
        }
        if term_at(probe)? != term {
            break probe;
        }
        same = probe;
        step *= 2;
    };
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if term_at(middle)? == term { same = middle } else { other = middle }
    }
    Ok(other)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    #[test]
    fn an_empty_log_takes_only_index_zero() {
        let terms = Terms::default();
        assert_eq!(terms.last(), None);
        assert!(terms.may_follow(0, 0) && terms.may_follow(7, 0));
        assert!(!terms.may_follow(7, 1));
    }

    #[test]
    fn a_gap_or_a_falling_term_may_not_follow() {
        let mut terms = Terms::default();
        terms.push(2, 0);
        assert!(terms.may_follow(2, 1) && terms.may_follow(3, 1));
        assert!(!terms.may_follow(1, 1), "falling term");
        assert!(!terms.may_follow(2, 2), "gap");
        assert!(!terms.may_follow(2, 0), "again");
    }

    proptest! {
        #[test]
        fn runs_say_what_a_plain_list_says(
            steps in prop::collection::vec(0..3u64, 0..200), cut in 0..220u64,
        ) {
            let mut list = Vec::new();
            let mut term = 0;
            let mut terms = Terms::default();
            for step in steps {
                term += step / 2;
                terms.push(term, list.len() as u64);
                list.push(term);
            }
            let loaded = Terms::load(0, list.len() as u64, &mut |index| {
                Ok::<_, Infallible>(list[usize::try_from(index).unwrap()])
            }).unwrap();
            prop_assert_eq!(&loaded, &terms);
            terms.truncate_from(cut);
            list.truncate(usize::try_from(cut).unwrap());
            for index in 0..220u64 {
                let expected = list.get(usize::try_from(index).unwrap()).copied();
                prop_assert_eq!(terms.at(index), expected);
            }
        }
    }
}
