// SPDX-License-Identifier: Apache-2.0
//! `dianyun`: the node, its tools, and a local testnet. One command a file; this one lists them.

mod apikeys;
mod commands;
mod config;
mod exchange;
mod keystore;
mod lock;
mod logs;
mod output;
mod vault;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Memory of many threads that come and go: the system's allocator keeps more of it, and takes longer.
/// RocksDB allocates by it too.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The node of the Yunnan Transport Code and its tools. 滇运码区块链节点及工具。
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = AFTER)]
struct Arguments {
    /// Write JSON to standard output, and nothing else there.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const AFTER: &str = "\
Begin with: dianyun testnet up, then dianyun code apply. Every command has examples: --help.

Data goes to standard output, messages to standard error; with --json data is JSON, one value a run.
NO_COLOR switches colours off. DIANYUN_LOG filters a node's log, such as info or consensus=debug.

Exit codes:
  0    done
  1    it failed, and the message says what to do
  2    wrong usage
  74   a running node cannot read its database any more
  101  a bug: please report the message
  130  told to stop twice, and ended at once";

/// One table of all commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run a node.
    #[command(subcommand)]
    Node(commands::node::Command),
    /// Play an authority of the demo.
    #[command(subcommand)]
    Authority(commands::authority::Command),
    /// Start and handle a local network.
    #[command(subcommand)]
    Testnet(commands::testnet::Command),
    /// Put a closed-loop load of valid life cycles on a testnet.
    Bench(commands::bench::Bench),
    /// Apply for a code, and look at codes.
    #[command(subcommand)]
    Code(commands::code::Command),
    /// Show a code or a badge, and verify what was scanned.
    #[command(subcommand)]
    Shown(commands::shown::Command),
    /// Open, settle and look at matters.
    #[command(subcommand)]
    Matter(commands::matter::Command),
    /// Run and look at waybills.
    #[command(subcommand)]
    Waybill(commands::waybill::Command),
    /// Sign, send and look at transactions.
    #[command(subcommand)]
    Tx(commands::tx::Command),
    /// Get proofs, and verify them offline.
    #[command(subcommand)]
    Proof(commands::proof::Command),
    /// Write a header to standard output, such as the one that a proof ends in.
    Header(commands::header::HeaderOf),
    /// Make key files, look at them, change their passphrase.
    #[command(subcommand)]
    Keys(commands::keys::Command),
    /// Apply for an interface, and answer such requests.
    #[command(subcommand)]
    Interface(commands::interface::Command),
    /// Make, list, rotate and revoke API keys of a node.
    #[command(subcommand)]
    Apikey(commands::apikey::Command),
    /// Register and look after webhooks of an organisation at a node.
    #[command(subcommand)]
    Webhook(commands::webhook::Command),
    /// Look after the personal data that a node keeps: restrict, erase, another key.
    #[command(subcommand)]
    Vault(commands::vault::Command),
    /// Sign a token with a key, good for a few minutes.
    Token(commands::token::TokenOf),
    /// Look through the data folder of a node that does not run.
    Doctor(commands::doctor::Doctor),
    /// Show a node's configuration and where each value comes from.
    #[command(subcommand)]
    Config(commands::config::Command),
    /// Make a genesis, or check one.
    #[command(subcommand)]
    Genesis(commands::genesis::Command),
    /// Write completions for a shell.
    Completions(commands::completions::Completions),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = output::Output { json: arguments.json };
    let done = match arguments.command {
        Command::Node(command) => command.run(),
        Command::Authority(command) => command.run(),
        Command::Testnet(command) => command.run(output),
        Command::Bench(bench) => bench.run(output),
        Command::Code(command) => command.run(output),
        Command::Shown(command) => command.run(output),
        Command::Matter(command) => command.run(output),
        Command::Waybill(command) => command.run(output),
        Command::Tx(command) => command.run(output),
        Command::Proof(command) => command.run(output),
        Command::Header(header) => header.run(output),
        Command::Keys(command) => command.run(output),
        Command::Interface(command) => command.run(output),
        Command::Apikey(command) => command.run(output),
        Command::Webhook(command) => command.run(output),
        Command::Vault(command) => command.run(output),
        Command::Token(token) => token.run(output),
        Command::Doctor(doctor) => doctor.run(output),
        Command::Config(command) => command.run(output),
        Command::Genesis(command) => command.run(output),
        Command::Completions(completions) => completions.run(output),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            if commands::is_unreachable(&error) {
                eprintln!(
                    "`testnet status` says which nodes of a local testnet run, `testnet up` starts them."
                );
            }
            ExitCode::FAILURE
        }
    }
}
