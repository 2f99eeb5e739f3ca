// SPDX-License-Identifier: Apache-2.0
//! What an authority's inbox answers, and every limit of it. What it is sent are sealed parcels.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chain::hash::Hash;
use chain::ids::{OrganisationId, Time};
use chain::records::certificate::CertificateKind;
use sealing::Published;
use serde::{Deserialize, Serialize};

/// Most claims that wait for the clerk, and as many again that wait with the clerk for the chain.
pub const WAITING: usize = 5_000;
/// Most answers that an inbox remembers for those who ask.
pub const REMEMBERED: usize = 100_000;

/// What an inbox took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// How many claims, which are answered on chain; 1 for a key that is on chain now.
    pub taken: usize,
}

/// Where a claim stands at its authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClaimStanding {
    /// Not answered yet.
    Waiting,
    /// The answer is on chain.
    Answered {
        /// Yes or no.
        yes: bool,
        /// Reason code of a no.
        reason: Option<String>,
    },
    /// The chain did not take the answer.
    Failed {
        /// Why.
        reason: String,
    },
}

/// Who an inbox belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoAmI {
    /// The chain that it answers on.
    pub chain: Hash,
    /// Its organisation.
    pub organisation: OrganisationId,
    /// What it plays.
    pub role: String,
    /// Kinds of certificates that it answers.
    pub kinds: Vec<CertificateKind>,
    /// The key that parcels for it are sealed to.
    pub sealed_to: Published,
}

/// Asks the insurer's counter for a policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyWanted {
    /// For which vehicle.
    pub vin: String,
    /// When it shall end.
    pub ends: Time,
}

/// The fields of a policy that was sold.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySold {
    /// Names and values, in the order of the table.
    pub fields: Vec<(String, String)>,
}

/// RFC 9457 problem details of an inbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// In Chinese and English.
    pub title: String,
    /// What is wrong here, and what to do.
    pub detail: String,
    /// The field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    /// A problem with a stable code and a title in both languages.
    pub fn new(status: StatusCode, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            code: code.to_owned(),
            title: title.to_owned(),
            detail: detail.into(),
            field: None,
        }
    }

    /// Names the field at fault.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// A body or path that is not what it should be.
    pub fn malformed(detail: impl Into<String>) -> Self {
        let title = "请求内容无法识别 / the request cannot be read";
        Self::new(StatusCode::BAD_REQUEST, "inbox_malformed", title, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Json(self)).into_response();
        let media = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, media);
        response
    }
}
