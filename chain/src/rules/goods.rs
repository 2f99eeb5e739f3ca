// SPDX-License-Identifier: Apache-2.0
//! Classes of goods as waybills name them (JT/T 919.2): two digits of the class, two of its kind.
//! Never a rule about who may carry them.

/// The last class: 零担 and other goods.
const LAST: u16 = 17;

/// True for a class of the table, with or without a kind.
pub fn is_known(goods: u16) -> bool {
    (1..=LAST).contains(&(goods / 100))
}

#[cfg(test)]
mod tests {
    use super::is_known;

    #[test]
    fn classes_run_from_1_to_17() {
        let known: Vec<u16> = [0, 99, 100, 500, 1_601, 1_700, 1_799, 1_800, u16::MAX]
            .into_iter()
            .filter(|goods| is_known(*goods))
            .collect();
        assert_eq!(known, [100, 500, 1_601, 1_700, 1_799]);
    }
}
