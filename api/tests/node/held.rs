// SPDX-License-Identifier: Apache-2.0
//! What a node holds, for tests: in memory, and filled by a messenger that carries claims to the
//! authorities and keeps what it carried.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use api::exchange::holdings::{HeldClaim, Holdings, HoldingsError, Reading};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chain::exchange::{KeyField, KeyKind, KeyedField};
use chain::hash::Hash;
use chain::ids::{ApplicationId, OrganisationId};
use chain::keys::SecretKey;
use chain::records::CertificateKind;
use chain::text::Word;
use demo::applicant::InboxAt;
use demo::authority::Role;
use demo::authority::messages::WhoAmI;
use genesis::demo::Consortium;
use sealing::{Content, Parcel, Published, Receiver};
use tokio::net::TcpListener;

/// The key that the nodes of the tests share.
pub(crate) const CONSORTIUM_KEY: [u8; 32] = [7; 32];
/// The phone number of whoever applies in the tests.
pub(crate) const PHONE: &str = "16400001234";

/// What a node holds.
#[derive(Default)]
pub(crate) struct Held(Mutex<BTreeMap<ApplicationId, Vec<HeldClaim>>>);

impl Held {
    /// Everything moves over to another node.
    pub(crate) fn move_to(&self, other: &Held) {
        other.0.lock().unwrap().append(&mut self.0.lock().unwrap());
    }

    /// The values of a field in all that is held of a kind.
    pub(crate) fn values(&self, kind: CertificateKind, name: &str) -> Vec<String> {
        let all = self.0.lock().unwrap();
        let claims = all.values().flatten().filter(|claim| claim.kind == kind);
        let fields = claims.flat_map(|claim| claim.fields.iter());
        fields.filter(|field| field.name == name).map(|field| field.value.clone()).collect()
    }

    fn found(&self, is_it: impl Fn(KeyKind, &str) -> bool) -> Vec<ApplicationId> {
        let all = self.0.lock().unwrap();
        let has = |claims: &Vec<HeldClaim>| {
            claims.iter().flat_map(|claim| claim.fields.iter()).any(|field| {
                let kind = match field.name.as_str() {
                    "identityNumber" => KeyKind::IdentityNumber,
                    "vehicleNumber" => KeyKind::Plate,
                    _ => return false,
                };
                is_it(kind, &field.value)
            })
        };
        let found = all.iter().filter(|(_, claims)| has(claims) || is_it(KeyKind::Phone, PHONE));
        found.map(|(application, _)| *application).collect()
    }
}

impl Holdings for Held {
    fn claims(
        &self,
        application: ApplicationId,
        _: Reading,
    ) -> Result<Vec<HeldClaim>, HoldingsError> {
        Ok(self.0.lock().unwrap().get(&application).cloned().unwrap_or_default())
    }

    fn phone(&self, application: ApplicationId, _: Reading) -> Result<Option<Word>, HoldingsError> {
        let is_held = self.0.lock().unwrap().contains_key(&application);
        Ok(is_held.then(|| Word::new(PHONE).unwrap()))
    }

    fn find(&self, key: &KeyField) -> Result<Vec<ApplicationId>, HoldingsError> {
        Ok(self.found(|kind, value| kind == key.kind && value == key.plain()))
    }

    fn find_keyed(&self, key: &KeyedField) -> Result<Vec<ApplicationId>, HoldingsError> {
        let keyed = |kind, value: &str| {
            Word::new(value)
                .is_ok_and(|value| KeyField { kind, value }.keyed(&CONSORTIUM_KEY) == *key)
        };
        Ok(self.found(keyed))
    }
}

/// Stands before an authority's inbox with a key of its own, which the authority signed.
struct Messenger {
    to: String,
    held: Arc<Held>,
    http: reqwest::Client,
    of: (Hash, OrganisationId),
    signer: SecretKey,
    receiver: Receiver,
}

/// A messenger to an authority's inbox; where it is reached.
pub(crate) async fn messenger(
    consortium: &Consortium,
    (role, to): (Role, &InboxAt),
    held: Arc<Held>,
) -> String {
    let messenger = Messenger {
        to: to.url.clone(),
        held,
        http: demo::plain(std::time::Duration::from_secs(60)),
        of: (consortium.genesis.chain_id(), to.organisation),
        signer: consortium.member(role.word()).unwrap().key.clone(),
        receiver: Receiver::fresh(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let app = Router::new()
        .route("/v1/authority", get(who))
        .route("/v1/parcels", post(parcel))
        .fallback(carry)
        .with_state(Arc::new(messenger));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    format!("http://{address}")
}

impl Messenger {
    async fn authority(&self) -> WhoAmI {
        let asked = self.http.get(format!("{}/v1/authority", self.to)).send().await.unwrap();
        asked.json().await.unwrap()
    }

    async fn post(&self, path: &str, body: Vec<u8>) -> Response {
        let url = format!("{}{path}", self.to);
        let request = self.http.post(url).header(header::CONTENT_TYPE, "application/json");
        let answer = request.body(body).send().await.unwrap();
        let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        (status, headers, answer.bytes().await.unwrap()).into_response()
    }
}

async fn who(State(messenger): State<Arc<Messenger>>) -> Json<WhoAmI> {
    let real = messenger.authority().await;
    let (key, until) = (messenger.receiver.public(), real.sealed_to.valid_until);
    Json(WhoAmI { sealed_to: Published::sign(&messenger.signer, messenger.of, key, until), ..real })
}

async fn parcel(State(messenger): State<Arc<Messenger>>, Json(parcel): Json<Parcel>) -> Response {
    let content = parcel.open(&messenger.receiver, messenger.of).unwrap();
    if let Content::Claims(claims) = &content {
        let mut held = messenger.held.0.lock().unwrap();
        for claim in claims {
            let one = HeldClaim { kind: claim.kind, fields: claim.fields.clone() };
            held.entry(claim.application).or_default().push(one);
        }
    }
    let sealed = Parcel::seal(&content, &messenger.authority().await.sealed_to).unwrap();
    messenger.post("/v1/parcels", serde_json::to_vec(&sealed).unwrap()).await
}

async fn carry(State(messenger): State<Arc<Messenger>>, uri: Uri, body: Bytes) -> Response {
    messenger.post(uri.path(), body.to_vec()).await
}
