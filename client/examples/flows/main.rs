// SPDX-License-Identifier: Apache-2.0
//! The flows of the code's users in Rust, against a testnet: each is one file here. The answer is JSON.

mod applied;
mod apply;
mod exchange;
mod newcomer;
mod show;
mod support;
mod verify;
mod waybill;

use anyhow::Result;

const HELP: &str = "\
flows apply      an invented driver, from nothing to a code
flows verify     the code of DIANYUN_CODE and its operator, proven under the header of DIANYUN_HEADERS
flows show       a driver's code, shown on the word of a validator and scanned without a network
flows waybill    a waybill from offer to settled, and the proof of its end
flows exchange   an insurer asks for a driver's data: refused, agreed to, taken back

DIANYUN_NODE     a node of a testnet, such as http://127.0.0.1:8080
DIANYUN_HEADERS  another node of it, an observer even
DIANYUN_KEYS     the folder `keys` of the testnet, with its demo keys
DIANYUN_GENESIS  the genesis file of the chain

For `exchange`:
DIANYUN_PAPERS         what `dianyun testnet newcomer --json` prints
DIANYUN_PLATFORM_NODE  the platform's node, where the driver applies
DIANYUN_INSURER_NODE   the insurer's node, where it asks";

#[tokio::main]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("apply") => apply::run().await,
        Some("verify") => verify::run().await,
        Some("show") => show::run().await,
        Some("waybill") => waybill::run().await,
        Some("exchange") => exchange::run().await,
        Some("--help" | "-h") => {
            println!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("{HELP}");
            std::process::exit(2)
        }
    }
}
