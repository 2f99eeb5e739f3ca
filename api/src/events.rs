// SPDX-License-Identifier: Apache-2.0
//! Server-sent events: a stream that reads the chain's changes page by page at its client's pace.
//! Nothing is queued for a slow client but one page, and nothing is lost: the number of the last
//! change seen (`Last-Event-ID`) resumes the stream on any node.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::access::rates::Counted;
use crate::config::Limits;
use crate::http::messages;
use crate::http::problem::Problem;
use crate::metrics::{HttpMetrics, StreamGuard};

/// Changes read at once; all that is ever held for one stream.
pub const PAGE: usize = 100;
/// Time between comments that keep an idle stream open.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often an idle stream is looked at: whether its caller may have it still.
const LOOK: Duration = Duration::from_secs(5);
/// The part of all streams that those may have together who are not known by name.
const STRANGERS: usize = 4;
/// How long a client should wait before it connects again.
const RETRY: Duration = Duration::from_secs(2);

/// One change of the chain, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its sequence number, dense over the whole chain.
    pub seq: u64,
    /// The event's name.
    pub name: String,
    /// Its JSON, on one line.
    pub data: String,
}

/// Changes in order, and how far they were looked through.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Those that the stream asked for.
    pub changes: Vec<Change>,
    /// First sequence number that was not looked at.
    pub next: u64,
}

/// Where changes come from.
pub trait Source: Send + Sync + 'static {
    /// Looks through at most `limit` changes from `from` on. May read the disk; called off the
    /// async threads.
    fn read(&self, from: u64, limit: usize) -> Result<Page, Problem>;

    /// Whose streams are counted together with this one.
    fn owner(&self) -> Owner;

    /// A problem once the caller may have this stream no longer. May read the disk; called off the async threads.
    fn still(&self) -> Result<(), Problem>;

    /// Places for those who read at the same time.
    fn reads(&self) -> Arc<Semaphore>;

    /// The first sequence number that does not exist yet, as it grows.
    fn tip(&self) -> watch::Receiver<u64>;
}

/// Whose a stream is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Owner {
    /// By what its streams are counted; not at all at an open interface.
    pub(crate) counted: Option<Counted>,
    /// True if the chain knows it by name: an organisation or a person.
    pub(crate) is_known: bool,
}

/// Hands out streams up to a limit, and up to one for each caller, and ends them at shutdown.
#[derive(Clone)]
pub struct Streams {
    places: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    per_caller: usize,
    taken: Arc<Mutex<HashMap<Counted, usize>>>,
    metrics: HttpMetrics,
    shutdown: CancellationToken,
    look: Duration,
}

/// The places that a stream holds.
struct Places {
    _of_all: OwnedSemaphorePermit,
    _of_strangers: Option<OwnedSemaphorePermit>,
    counted: Option<Counted>,
    taken: Arc<Mutex<HashMap<Counted, usize>>>,
}

impl Drop for Places {
    fn drop(&mut self) {
        let Some(who) = self.counted else { return };
        let mut taken = self.taken.lock();
        let left = taken.get(&who).map_or(0, |count| count - 1);
        if left == 0 {
            taken.remove(&who);
        } else {
            taken.insert(who, left);
        }
    }
}

impl Streams {
    /// Streams within these limits.
    pub fn new(limits: &Limits, metrics: HttpMetrics, shutdown: CancellationToken) -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self {
            places: places(limits.streams),
            strangers: places((limits.streams / STRANGERS).max(1)),
            per_caller: limits.streams_per_caller,
            taken: Arc::default(),
            metrics,
            shutdown,
            look: LOOK,
        }
    }

    fn places(&self, owner: Owner) -> Option<Places> {
        let of_all = self.places.clone().try_acquire_owned().ok()?;
        let stranger = !owner.is_known && owner.counted.is_some();
        let of_strangers = match stranger {
            true => Some(self.strangers.clone().try_acquire_owned().ok()?),
            false => None,
        };
        if let Some(who) = owner.counted {
            let mut taken = self.taken.lock();
            let count = taken.entry(who).or_default();
            if *count >= self.per_caller {
                return None;
            }
            *count += 1;
        }
        let taken = Arc::clone(&self.taken);
        Some(Places { _of_all: of_all, _of_strangers: of_strangers, counted: owner.counted, taken })
    }

    /// A stream of `source` from sequence number `from` on.
    pub fn open<S: Source>(
        &self,
        source: Arc<S>,
        from: u64,
    ) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>> + use<S>>, Problem> {
        let too_many = || Problem::new(&messages::TOO_MANY_STREAMS).retry_after(5);
        let places = self.places(source.owner()).ok_or_else(too_many)?;
        let reader = Reader {
            tip: source.tip(),
            source,
            next: from,
            ready: VecDeque::new(),
            greeted: false,
            shutdown: self.shutdown.clone(),
            look: self.look,
            _places: places,
            _guard: self.metrics.stream(),
        };
        let events = futures::stream::unfold(reader, |mut reader| async move {
            reader.event().await.map(|event| (Ok(event), reader))
        });
        Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("heartbeat")))
    }
}

struct Reader<S> {
    source: Arc<S>,
    tip: watch::Receiver<u64>,
    next: u64,
    ready: VecDeque<Change>,
    greeted: bool,
    shutdown: CancellationToken,
    look: Duration,
    _places: Places,
    _guard: StreamGuard,
}

impl<S: Source> Reader<S> {
    /// The next event; none ends the stream, and the client comes back with the last id it saw.
    async fn event(&mut self) -> Option<Event> {
        if !self.greeted {
            self.greeted = true;
            return Some(Event::default().retry(RETRY).comment("dianyun"));
        }
        while self.ready.is_empty() {
            self.wait().await?;
            self.fill().await?;
        }
        let change = self.ready.pop_front()?;
        let event = Event::default().id(change.seq.to_string()).event(change.name);
        Some(event.data(change.data))
    }

    /// Waits until there is a change at `next`; looks now and then whether the caller may have it still.
    async fn wait(&mut self) -> Option<()> {
        let next = self.next;
        loop {
            tokio::select! {
                tip = self.tip.wait_for(|tip| *tip > next) => return tip.ok().map(|_| ()),
                () = self.shutdown.cancelled() => return None,
                () = tokio::time::sleep(self.look) => {}
            }
            self.look_again().await?;
        }
    }

    async fn look_again(&self) -> Option<()> {
        let source = self.source.clone();
        let place = source.reads().acquire_owned().await.ok()?;
        let still = tokio::task::spawn_blocking(move || {
            let _place = place;
            source.still()
        });
        still.await.ok()?.ok()
    }

    async fn fill(&mut self) -> Option<()> {
        let (source, from) = (self.source.clone(), self.next);
        let place = source.reads().acquire_owned().await.ok()?;
        let read = tokio::task::spawn_blocking(move || {
            let _place = place;
            source.read(from, PAGE)
        });
        let read = read.await;
        match read {
            Ok(Ok(page)) if page.next > from => {
                self.next = page.next;
                self.ready.extend(page.changes);
                Some(())
            }
            Ok(Ok(_)) => {
                tracing::error!(from, "changes below the tip are missing");
                None
            }
            Ok(Err(problem)) => {
                tracing::warn!(code = problem.code(), from, "cannot read changes");
                None
            }
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::response::IntoResponse;
    use http_body_util::BodyExt;
    use prometheus_client::registry::Registry;

    use std::sync::atomic::{AtomicBool, Ordering};

    struct Numbers(watch::Sender<u64>, Owner, AtomicBool);

    fn numbers(tip: u64) -> Arc<Numbers> {
        of(tip, Owner::default())
    }

    fn of(tip: u64, owner: Owner) -> Arc<Numbers> {
        Arc::new(Numbers(watch::channel(tip).0, owner, AtomicBool::new(false)))
    }

    impl Source for Numbers {
        fn read(&self, from: u64, limit: usize) -> Result<Page, Problem> {
            let next = (*self.0.borrow()).min(from + limit as u64);
            let even = (from..next).filter(|seq| seq % 2 == 0);
            let changes = even
                .map(|seq| Change { seq, name: "even".into(), data: format!("{{\"seq\":{seq}}}") })
                .collect();
            Ok(Page { changes, next })
        }

        fn tip(&self) -> watch::Receiver<u64> {
            self.0.subscribe()
        }

        fn owner(&self) -> Owner {
            self.1
        }

        fn still(&self) -> Result<(), Problem> {
            match self.2.load(Ordering::SeqCst) {
                true => Err(Problem::new(&messages::CREDENTIALS_WRONG)),
                false => Ok(()),
            }
        }

        fn reads(&self) -> Arc<Semaphore> {
            Arc::new(Semaphore::new(1))
        }
    }

    fn streams(limit: usize) -> (Streams, CancellationToken) {
        let metrics = HttpMetrics::register(&mut Registry::default());
        let shutdown = CancellationToken::new();
        let limits = Limits { streams: limit, streams_per_caller: 2, ..Limits::default() };
        let streams = Streams::new(&limits, metrics, shutdown.clone());
        (Streams { look: Duration::from_millis(5), ..streams }, shutdown)
    }

    fn owner(address: &str, is_known: bool) -> Owner {
        Owner { counted: Some(Counted::address(address.parse().unwrap())), is_known }
    }

    #[tokio::test]
    async fn one_caller_takes_its_own_places_alone_and_gives_them_back() {
        let (streams, _) = streams(8);
        let open = |address: &str| streams.open(of(0, owner(address, true)), 0).ok();
        let held = [open("10.0.0.1"), open("10.0.0.1")];
        assert!(held.iter().all(Option::is_some) && open("10.0.0.1").is_none());
        let other = open("10.0.0.2");
        assert!(other.is_some());
        drop(held);
        assert!(open("10.0.0.1").is_some());
    }

    #[tokio::test]
    async fn strangers_leave_most_places_to_those_who_are_known() {
        let (streams, _) = streams(8);
        let open = |place: u8, known| {
            streams.open(of(0, owner(&format!("10.0.0.{place}"), known)), 0).ok()
        };
        let held: Vec<_> = (0..8).filter_map(|place| open(place, false)).collect();
        assert_eq!(held.len(), 2);
        assert!(open(9, true).is_some());
    }

    #[tokio::test]
    async fn an_idle_stream_ends_once_its_caller_may_have_it_no_longer() {
        let source = numbers(0);
        let (streams, _) = streams(1);
        let body = streams.open(source.clone(), 0).unwrap().into_response().into_body();
        source.2.store(true, Ordering::SeqCst);
        body.collect().await.unwrap();
    }

    async fn text_until(body: &mut axum::body::Body, end: &str) -> String {
        let mut text = String::new();
        while !text.contains(end) {
            let frame = body.frame().await.unwrap().unwrap();
            text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
        text
    }

    #[tokio::test]
    async fn a_stream_reads_on_over_pages_and_waits_for_new_changes() {
        let source = numbers(250);
        let (streams, _) = streams(1);
        let mut body = streams.open(source.clone(), 3).unwrap().into_response().into_body();
        let text = text_until(&mut body, "\"seq\":248").await;
        let expected: Vec<_> =
            (4..250).filter(|n| n % 2 == 0).map(|n| format!("id: {n}")).collect();
        let ids: Vec<_> = text.lines().filter(|line| line.starts_with("id: ")).collect();
        assert_eq!(ids, expected);
        source.0.send_replace(253);
        let text = text_until(&mut body, "\"seq\":252").await;
        assert!(text.contains("id: 250") && text.contains("event: even"));
    }

    #[tokio::test]
    async fn one_stream_too_many_is_refused_and_a_closed_one_makes_room() {
        let source = numbers(0);
        let (streams, _) = streams(1);
        let first = streams.open(source.clone(), 0).unwrap().into_response();
        let second = streams.open(source.clone(), 0).err().unwrap();
        assert_eq!(second.code(), "too_many_streams");
        drop(first);
        assert!(streams.open(source, 0).is_ok());
    }

    #[tokio::test]
    async fn shutdown_ends_a_waiting_stream() {
        let source = numbers(0);
        let (streams, shutdown) = streams(1);
        let body = streams.open(source, 0).unwrap().into_response().into_body();
        shutdown.cancel();
        let text = body.collect().await.unwrap().to_bytes();
        assert!(text.starts_with(b"retry: 2000") || text.starts_with(b":"));
    }
}
