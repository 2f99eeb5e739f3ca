// SPDX-License-Identifier: Apache-2.0
//! etcd as the yardstick: three members on loopback with their default settings, which sync each write.

mod rpc;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;

use self::rpc::Member;
use crate::figures::{self, Figures};
use crate::http::{self, Connection};
use crate::process::{self, Process};

const MEMBERS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at something that is awaited.
const LOOK: Duration = Duration::from_millis(5);
/// Bytes of a value: about a transaction's.
const VALUE: usize = 224;
const KEYS: u64 = 100_000;
/// How long a try may take while nobody leads.
const TRY: Duration = Duration::from_millis(50);

struct Etcd {
    dir: PathBuf,
    /// Ports for clients and for peers.
    ports: Vec<(u16, u16)>,
    processes: Vec<Process>,
}

impl Etcd {
    async fn start(dir: &Path) -> Result<Self> {
        let held: Vec<TcpListener> = (0..2 * MEMBERS)
            .map(|_| TcpListener::bind("127.0.0.1:0"))
            .collect::<std::io::Result<_>>()?;
        let ports: Vec<u16> =
            held.iter().map(|one| Ok(one.local_addr()?.port())).collect::<std::io::Result<_>>()?;
        drop(held);
        let ports = ports.chunks(2).map(|pair| (pair[0], pair[1])).collect();
        let mut etcd = Self { dir: dir.to_path_buf(), ports, processes: Vec::new() };
        for place in 0..MEMBERS {
            let process = etcd.member(place)?;
            etcd.processes.push(process);
        }
        for place in 0..MEMBERS {
            etcd.ready(place).await?;
        }
        Ok(etcd)
    }

    fn member(&self, place: usize) -> Result<Process> {
        let (client, peer) = self.ports[place];
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let cluster: Vec<String> = self
            .ports
            .iter()
            .enumerate()
            .map(|(n, (_, port))| format!("m{n}={}", url(*port)))
            .collect();
        let mut command = Command::new("etcd");
        command
            .args(["--name", &format!("m{place}")])
            .arg("--data-dir")
            .arg(self.dir.join(format!("etcd-{place}")))
            .args(["--listen-client-urls", &url(client)])
            .args(["--advertise-client-urls", &url(client)])
            .args(["--listen-peer-urls", &url(peer)])
            .args(["--initial-advertise-peer-urls", &url(peer)])
            .args(["--initial-cluster", &cluster.join(",")])
            .args(["--initial-cluster-state", "new"])
            .args(["--log-level", "error"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Process::start(&mut command).context("is etcd installed? scripts/bench.sh installs it")
    }

    fn url(&self, place: usize) -> String {
        format!("http://127.0.0.1:{}", self.ports[place].0)
    }

    /// Waits until a member answers that it is well.
    async fn ready(&self, place: usize) -> Result<()> {
        let address = http::address(&self.url(place))?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Ok(mut connection) = Connection::open(address).await
                && let Ok((status, body)) = connection.get("/health").await
                && status.is_success()
                && String::from_utf8_lossy(&body).contains("true")
            {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("etcd's member {place} does not get well")
    }

    async fn leader(&self) -> Result<usize> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            for place in 0..MEMBERS {
                if Member::at(&self.url(place))?.leads().await.unwrap_or(false) {
                    return Ok(place);
                }
            }
        }
        bail!("etcd has no leader")
    }

    fn pids(&self) -> Vec<u32> {
        self.processes.iter().map(Process::pid).collect()
    }

    /// So many clients, each with one write under way, on these members in turn.
    async fn load(&self, clients: usize, places: &[usize], time: Duration) -> Result<Load> {
        let mut members = Vec::new();
        for place in places {
            members.push(Member::at(&self.url(*place))?);
        }
        for member in &mut members {
            member.leads().await?;
        }
        let before = process::sum(&self.pids(), process::cpu_s);
        let started = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for client in 0..clients {
            let mut member = members[client % members.len()].clone();
            tasks.spawn(async move {
                let mut latency = figures::latency()?;
                let mut number = client as u64;
                while started.elapsed() < time {
                    let began = Instant::now();
                    let mut value = vec![1; VALUE];
                    value[..8].copy_from_slice(&number.to_le_bytes());
                    let key = format!("/bench/{:08}", number % KEYS).into_bytes();
                    member.put(key, value).await?;
                    latency.saturating_record(began.elapsed().as_micros() as u64);
                    number += clients as u64;
                }
                anyhow::Ok(latency)
            });
        }
        let mut latency = figures::latency()?;
        while let Some(one) = tasks.join_next().await {
            latency.add(one??)?;
        }
        let took = started.elapsed().as_secs_f64();
        let cpu = process::sum(&self.pids(), process::cpu_s) - before;
        Ok(Load { per_s: latency.len() as f64 / took, cpu_s: cpu, latency })
    }

    /// Kills the leader; how long until another member takes a write, milliseconds.
    async fn failover(&mut self) -> Result<(usize, f64)> {
        let leader = self.leader().await?;
        let mut others = Vec::new();
        for place in (0..MEMBERS).filter(|place| *place != leader) {
            let mut member = Member::at(&self.url(place))?;
            member.leads().await?;
            others.push(member);
        }
        self.processes[leader].kill()?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            for member in &mut others {
                let put = member.put(b"/failover".to_vec(), vec![1; VALUE]);
                if let Ok(Ok(())) = tokio::time::timeout(TRY, put).await {
                    return Ok((leader, began.elapsed().as_secs_f64() * 1e3));
                }
            }
        }
        bail!("etcd takes no write after its leader was killed")
    }

    /// Starts a member anew; how long until it is well, milliseconds.
    async fn restart(&mut self, place: usize) -> Result<f64> {
        let began = Instant::now();
        self.processes[place] = self.member(place)?;
        self.ready(place).await?;
        Ok(began.elapsed().as_secs_f64() * 1e3)
    }
}

struct Load {
    per_s: f64,
    cpu_s: f64,
    latency: Histogram<u64>,
}

/// One cluster from its start to its end.
pub(crate) async fn measure(dir: &Path, seconds: u64) -> Result<Figures> {
    let mut etcd = Etcd::start(dir).await?;
    let time = Duration::from_secs(seconds);
    let leader = etcd.leader().await?;
    let idle = etcd.load(1, &[leader], time / 3).await?;
    let all: Vec<usize> = (0..MEMBERS).collect();
    let some = etcd.load(256, &all, time).await?;
    let many = etcd.load(1_000, &all, time / 2).await?;
    let peak = etcd.pids().iter().filter_map(|pid| process::peak_mib(*pid)).fold(0.0, f64::max);
    let (killed, failover) = etcd.failover().await?;
    let restart = etcd.restart(killed).await?;
    let at = |load: &Load, quantile| load.latency.value_at_quantile(quantile) as f64;
    Ok(Figures::from([
        ("etcd_idle_p50_us", at(&idle, 0.5)),
        ("etcd_256_writes_per_s", some.per_s),
        ("etcd_256_p50_us", at(&some, 0.5)),
        ("etcd_256_p99_us", at(&some, 0.99)),
        ("etcd_256_cpu_us", some.cpu_s * 1e6 / some.latency.len() as f64),
        ("etcd_1000_writes_per_s", many.per_s),
        ("etcd_1000_p99_us", at(&many, 0.99)),
        ("etcd_peak_mib", peak),
        ("etcd_failover_ms", failover),
        ("etcd_restart_ms", restart),
    ]))
}
