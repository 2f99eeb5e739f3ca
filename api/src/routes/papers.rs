// SPDX-License-Identifier: Apache-2.0
//! Six certificates and one policy (六证一单) behind a code, in one answer.

use axum::extract::State;
use chain::ids::{CodeId, Height, OrganisationId, Time};
use chain::query::{OperatorState, Part, StandingWord};
use chain::records::{Certificate, Colour, Custody, Matter, RecordValue, Subject};
use chain::{Records, query};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::Stage;
use super::{Api, When};
use crate::access::guard::Asking;
use crate::http::extract::{Id, Query};
use crate::http::json::Json;
use crate::http::messages;
use crate::http::problem::Problem;

/// A code with what stands behind it, as of an instant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PapersAnswer {
    /// Height of the block that was read.
    height: Height,
    /// The instant: that block's time, or the one asked for.
    time: Time,
    /// How far that block has come.
    stage: Stage,
    /// The code's id.
    id: CodeId,
    /// Its standing.
    standing: StandingWord,
    /// Its colour; null unless issued.
    colour: Option<Colour>,
    /// The colour to show: blue with an invalid operator is shown as yellow.
    displayed: Option<Colour>,
    /// The earliest instant at which standing, colour or operator can change with no new transaction; null: never.
    valid_until: Option<Time>,
    /// The state of its operator.
    operator: OperatorState,
    /// Who has the holder's keys in hand, one for each key in force; none for an enterprise's code.
    custody: Vec<Custody>,
    /// The holder, the current vehicle, its trailer and the operator, as far as there are any.
    papers: Vec<PapersOf>,
    /// Attesters of these certificates whose registration has ended since.
    ended_attesters: Vec<OrganisationId>,
}

/// What one subject has.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PapersOf {
    /// As what it stands behind the code.
    part: Part,
    /// Which it is.
    subject: Subject,
    /// Its certificates and policies, in order of attestation; at most 16.
    certificates: Vec<Certificate>,
    /// What is open, and by when it is to be settled.
    matters: Vec<Matter>,
}

impl From<query::PapersOf> for PapersOf {
    fn from(of: query::PapersOf) -> Self {
        let query::PapersOf { part, subject, certificates, matters } = of;
        Self { part, subject, certificates, matters }
    }
}

/// 六证一单。A code's colour with every certificate and open matter behind it: of its holder, its current vehicle, the
/// trailer and the operator.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}/papers",
    tag = "codes",
    params(("id" = CodeId, Path, description = "Its id."), When),
    responses((status = 200, description = "The code and its papers.", body = PapersAnswer)),
)]
pub(super) async fn papers(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<CodeId>,
    Query(asked): Query<When>,
) -> Result<Json<PapersAnswer>, Problem> {
    let read = api.read(move |api| {
        let (at, time) = api.as_of(asked)?;
        let (answer, papers) = query::papers(&at, id, time);
        // A code that is not for the caller has no more papers for it than one that never was.
        let shown = |code: chain::records::Code| asking.sees(&at, &code.into_value());
        if !answer.record.is_some_and(|(_, code)| shown(code)) {
            return Err(Problem::new(&messages::NOT_FOUND).value(id));
        }
        let ended_attesters = query::ended_among(&at, &papers, time);
        Ok(PapersAnswer {
            height: at.header().height,
            time,
            stage: Stage::Ordered,
            id,
            standing: answer.standing,
            colour: answer.colour,
            displayed: answer.displayed,
            valid_until: answer.valid_until,
            operator: answer.operator,
            custody: answer.custody,
            papers: papers.into_iter().map(PapersOf::from).collect(),
            ended_attesters,
        })
    });
    read.await.map(Json)
}
