// SPDX-License-Identifier: Apache-2.0
//! The flows of the code's users in Rust, against a testnet: each is one file here. The answer is JSON.

mod apply;
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

DIANYUN_NODE     a node of a testnet, such as http://127.0.0.1:8080
DIANYUN_HEADERS  another node of it, an observer even
DIANYUN_KEYS     the folder `keys` of the testnet, with its demo keys
DIANYUN_GENESIS  the genesis file of the chain";

#[tokio::main]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("apply") => apply::run().await,
        Some("verify") => verify::run().await,
        Some("show") => show::run().await,
        Some("waybill") => waybill::run().await,
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
