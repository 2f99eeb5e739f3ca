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

/// What asks inboxes on loopback over plain HTTP, each time for so long at most.
///
/// # Panics
/// If the machine has no memory left for it: nothing else can fail.
pub fn plain(longest: std::time::Duration) -> reqwest::Client {
    let made = client::plain_http().map(|builder| builder.timeout(longest).build());
    match made {
        Ok(Ok(http)) => http,
        Ok(Err(error)) => panic!("no HTTP: {error}"),
        Err(error) => panic!("no HTTP: {error}"),
    }
}
