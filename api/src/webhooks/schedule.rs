// SPDX-License-Identifier: Apache-2.0
//! What follows on a failed delivery: another try after a pause that doubles, or putting the change aside.
//! Pure: it is told the time and what was drawn.

use chain::Time;

use super::config::WebhookConfig;
use super::record::Trouble;
use super::send::Sent;

/// What is done about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The same change once more.
    Again(Trouble),
    /// The change is put aside, after so many tries.
    PutAside(Trouble, u32),
}

/// Decides. `drawn` is at random, so that many webhooks of one receiver do not come in one moment.
///
/// The first change that is put aside may be the one that its receiver chokes on: the next goes at once. If
/// that fails too, it is the receiver that does not work: each further change is tried once, with a pause
/// before it.
pub(super) fn failed(
    before: Option<Trouble>,
    last: Sent,
    (now, drawn): (Time, u32),
    config: &WebhookConfig,
) -> Next {
    let first = Trouble { attempts: 0, failures: 0, since: now, retry_at: now, put_aside: 0, last };
    let before = before.unwrap_or(first);
    let (attempts, failures) = (before.attempts + 1, before.failures.saturating_add(1));
    let pause = pause(failures, drawn, config);
    let over = before.since.plus(config.give_up_ms);
    if now < over {
        // The last try is not before the time is over.
        let retry_at = now.plus(pause).min(over);
        return Next::Again(Trouble { attempts, failures, retry_at, last, ..before });
    }
    let retry_at = if before.put_aside == 0 { now } else { now.plus(pause) };
    let put_aside = before.put_aside.saturating_add(1);
    Next::PutAside(Trouble { attempts: 0, failures, retry_at, put_aside, last, ..before }, attempts)
}

/// From three to five quarters of the first pause, doubled for each further failure, up to the longest.
fn pause(failures: u32, drawn: u32, config: &WebhookConfig) -> u64 {
    let doubled = config.first_retry_ms.checked_shl(failures.saturating_sub(1).min(40));
    let whole = doubled.unwrap_or(u64::MAX).min(config.longest_retry_ms);
    let drawn = u64::from(drawn % 1_024);
    whole - whole / 4 + (whole / 2).saturating_mul(drawn) / 1_024
}

#[cfg(test)]
mod tests {
    use super::super::send::Failure;
    use super::*;

    const LAST: Sent = Sent { status: None, failure: Some(Failure::Unreachable) };
    const HALF: u32 = 512;

    fn config() -> WebhookConfig {
        WebhookConfig {
            first_retry_ms: 1_000,
            longest_retry_ms: 8_000,
            give_up_ms: 20_000,
            ..Default::default()
        }
    }

    /// The instants of all tries of a receiver that never answers, and what is put aside at which.
    fn tries(count: usize) -> Vec<(u64, bool)> {
        let (mut now, mut before, mut seen) = (Time(0), None, Vec::new());
        for _ in 0..count {
            let (trouble, aside) = match failed(before, LAST, (now, HALF), &config()) {
                Next::Again(trouble) => (trouble, false),
                Next::PutAside(trouble, _) => (trouble, true),
            };
            seen.push((now.0, aside));
            (now, before) = (trouble.retry_at, Some(trouble));
        }
        seen
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_end_with_the_time() {
        let seen = tries(9);
        let expected = [
            (0, false),
            (1_000, false),
            (3_000, false),
            (7_000, false),
            (15_000, false),
            (20_000, true),
            // The next one goes at once, and then each once with a pause.
            (20_000, true),
            (28_000, true),
            (36_000, true),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn pauses_differ_by_a_quarter_at_most_and_never_overflow() {
        let config = WebhookConfig { longest_retry_ms: u64::MAX, ..config() };
        assert_eq!(pause(1, 0, &config), 750);
        assert_eq!(pause(1, 1_023, &config), 1_249);
        assert_eq!(pause(3, HALF, &config), 4_000);
        for failures in [0, 1, 40, 64, u32::MAX] {
            assert!(pause(failures, u32::MAX, &config) > 0);
        }
    }

    #[test]
    fn a_change_is_put_aside_with_the_tries_that_it_had_itself() {
        let mut before = None;
        for attempts in 1..=5 {
            match failed(before, LAST, (Time(attempts - 1), HALF), &config()) {
                Next::Again(trouble) => before = Some(trouble),
                Next::PutAside(..) => unreachable!("the time is not over"),
            }
        }
        let next = failed(before, LAST, (Time(20_000), HALF), &config());
        assert!(matches!(next, Next::PutAside(Trouble { attempts: 0, .. }, 6)), "{next:?}");
    }
}
