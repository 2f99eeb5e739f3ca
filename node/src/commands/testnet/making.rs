// SPDX-License-Identifier: Apache-2.0
//! Making a new testnet's genesis, keys and folders, with free ports on loopback.

use std::path::Path;

use anyhow::{Context, Result};
use chain::Time;
use chain::ids::Prefecture;
use consensus::clock::Clock;
use demo::cast;
use genesis::Layout;
use genesis::demo::{Consortium, Enterprise, consortium};
use genesis::layout::{Addresses, Foundation};

use super::ports::free_addresses;
use super::state::AuthorityState;

/// How many nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) validators: u32,
    pub(crate) observers: u32,
}

/// Hauliers of the register that are there from the beginning.
const IN_GENESIS: u64 = 3;

/// What a new network consists of. Nothing is written yet.
pub(super) fn design(plan: Plan) -> Result<(Consortium, Vec<Addresses>)> {
    let time = Time(Clock::default().now_ms());
    let seed = genesis::new_key()?.seed();
    let mut wanted = genesis::demo::Plan::testnet(time, seed);
    (wanted.validators, wanted.observers) = (plan.validators, plan.observers);
    let register = cast::register(time);
    for index in 0..IN_GENESIS {
        let enterprise = register.enterprise(index)?;
        wanted.enterprises.push(Enterprise {
            credit_code: enterprise.uscc.parse()?,
            name: enterprise.name.parse()?,
            prefecture: Prefecture(enterprise.prefecture.code),
        });
    }
    let consortium = consortium(&wanted)?;
    let free = free_addresses(consortium.nodes.len() * 2)?;
    let pairs = free.chunks_exact(2);
    let addresses = pairs.map(|pair| Addresses { api: pair[0], p2p: pair[1] }).collect();
    Ok((consortium, addresses))
}

/// Writes the folders of a new network.
pub(super) fn write(
    dir: &Path,
    consortium: &Consortium,
    addresses: &[Addresses],
    authorities: &[AuthorityState],
) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let mut foundation = Foundation::demo(consortium, addresses);
    let chain = consortium.genesis.chain_id();
    let hauliers = IN_GENESIS..cast::ENTERPRISES;
    // They are admitted later, and run no node.
    foundation.sponsors.extend(hauliers.map(|index| {
        (format!("haulier-{}", index + 1), cast::key(chain, cast::Player::Enterprise(index)))
    }));
    for authority in authorities {
        let member = consortium.member(&authority.name).context("an authority of no name")?;
        foundation.inboxes.push((member.id, authority.listen));
    }
    Ok(Layout::at(dir).write(&foundation)?)
}

/// Makes the folders of a new network.
pub(crate) fn make(dir: &Path, plan: Plan) -> Result<Consortium> {
    let (consortium, addresses) = design(plan)?;
    write(dir, &consortium, &addresses, &[])?;
    Ok(consortium)
}
