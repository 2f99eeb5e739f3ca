// SPDX-License-Identifier: Apache-2.0
//! Classes of goods as waybills name them (JT/T 919.2): two digits of the class, two of its kind.
//! Never a rule about who may carry them.

/// The last class: 零担 and other goods.
const LAST: u16 = 17;

/// True for a class of the table, with or without a kind.
pub fn is_known(goods: u16) -> bool {
    (1..=LAST).contains(&(goods / 100))
}

/// True if goods are what is wanted: of any kind where a class without one is (`1600`), else of that kind.
pub fn is_within(goods: u16, wanted: u16) -> bool {
    goods == wanted || (wanted.is_multiple_of(100) && goods / 100 == wanted / 100)
}

#[cfg(test)]
mod tests {
    use super::{is_known, is_within};

    #[test]
    fn classes_run_from_1_to_17() {
        let known: Vec<u16> = [0, 99, 100, 500, 1_601, 1_700, 1_799, 1_800, u16::MAX]
            .into_iter()
            .filter(|goods| is_known(*goods))
            .collect();
        assert_eq!(known, [100, 500, 1_601, 1_700, 1_799]);
    }

    #[test]
    fn a_class_holds_its_kinds_and_a_kind_itself_alone() {
        let within = |wanted| [1_600, 1_601, 1_602, 1_700, 601].map(|one| is_within(one, wanted));
        assert_eq!(within(1_600), [true, true, true, false, false]);
        assert_eq!(within(1_601), [false, true, false, false, false]);
    }
}
