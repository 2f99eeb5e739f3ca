// SPDX-License-Identifier: Apache-2.0
//! One webhook while the node runs: what is kept of it, how far it is, and who delivers it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chain::Time;
use chain::ids::OrganisationId;
use chain::records::RecordKind;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::record::{Kept, Progress, Stopped, Trouble, WebhookId};
use super::{WebhookError, deliver};
use crate::access::Narrowed;
use crate::outgoing::Target;
use crate::routes::Api;

/// What changes.
pub(super) struct State {
    pub(super) kept: Kept,
    pub(super) progress: Progress,
    /// How often it was told to go on elsewhere: what was under way before counts for nothing.
    pub(super) epoch: u64,
    /// Why nothing is delivered.
    pub(super) stopped: Option<Stopped>,
}

/// A webhook.
pub(crate) struct Hook {
    id: WebhookId,
    pub(super) state: Mutex<State>,
    /// Its owner changed something.
    pub(super) woken: Notify,
    ended: CancellationToken,
    is_started: AtomicBool,
    /// Locked while a test message is under way.
    testing: tokio::sync::Mutex<()>,
}

/// What its owner sees of it.
pub(crate) struct Look {
    pub(crate) url: Target,
    pub(crate) kinds: Vec<RecordKind>,
    pub(crate) created_at: Time,
    pub(crate) stopped: Option<Stopped>,
    pub(crate) next: u64,
    pub(crate) delivered: u64,
    pub(crate) dead: u64,
    pub(crate) trouble: Option<Trouble>,
    /// Until when the secret before signs too.
    pub(crate) old_secret_until: Option<Time>,
}

impl Hook {
    pub(super) fn new(kept: Kept, progress: Progress) -> Self {
        Self {
            id: kept.id,
            state: Mutex::new(State { kept, progress, epoch: 0, stopped: None }),
            woken: Notify::new(),
            ended: CancellationToken::new(),
            is_started: AtomicBool::new(false),
            testing: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> WebhookId {
        self.id
    }

    /// Begins a test message; none while another is under way.
    pub(crate) fn begin_test(&self) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        self.testing.try_lock().ok()
    }

    pub(crate) fn organisation(&self) -> OrganisationId {
        self.state.lock().kept.organisation
    }

    pub(crate) fn created_at(&self) -> Time {
        self.state.lock().kept.created_at
    }

    /// Kinds of records whose changes are wanted, and what it may see at most.
    pub(crate) fn terms(&self) -> (Vec<RecordKind>, Narrowed) {
        let state = self.state.lock();
        let (scopes, by_office) = (state.kept.scopes, state.kept.by_office);
        (state.kept.kinds.clone(), Narrowed { scopes, by_office, signs_with: None })
    }

    pub(super) fn wants_the_same(&self, target: &Target, kinds: &[RecordKind]) -> bool {
        let state = self.state.lock();
        state.kept.url == *target && state.kept.kinds == kinds
    }

    pub(crate) fn look(&self, now: Time) -> Look {
        let state = self.state.lock();
        let untils = state.kept.secrets.iter().filter_map(|secret| secret.until);
        Look {
            url: state.kept.url.clone(),
            kinds: state.kept.kinds.clone(),
            created_at: state.kept.created_at,
            stopped: state.stopped,
            next: state.progress.next,
            delivered: state.progress.delivered,
            dead: state.progress.dead,
            trouble: state.progress.trouble,
            old_secret_until: untils.filter(|until| now < *until).max(),
        }
    }

    /// Changes it, and has its deliverer look again.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, WebhookError>,
    ) -> Result<T, WebhookError> {
        let mut state = self.state.lock();
        if self.ended.is_cancelled() {
            return Err(WebhookError::Removed);
        }
        let done = change(&mut state)?;
        drop(state);
        self.woken.notify_one();
        Ok(done)
    }

    /// Nothing is written of it from now on.
    pub(super) fn end(&self) {
        let mut state = self.state.lock();
        state.epoch += 1;
        self.ended.cancel();
    }

    /// Delivers from now on, until it is removed or the interface shuts down; once.
    pub(crate) fn start(self: &Arc<Self>, api: &Api) {
        if self.is_started.swap(true, Ordering::AcqRel) {
            return;
        }
        let (hook, api) = (Arc::clone(self), api.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = api.shutdown.cancelled() => {}
                () = hook.ended.cancelled() => {}
                () = deliver::run(&api, &hook) => {}
            }
        });
    }
}
