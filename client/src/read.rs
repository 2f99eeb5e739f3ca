// SPDX-License-Identifier: Apache-2.0
//! Reading from a node. What is read here is only what that node says; proofs are checked apart.

use chain::TransactionId;
use chain::ids::{ApplicationId, CodeId, Height, MatterId, PersonId, VehicleId, WaybillId};
use chain::limits::PAGE;
use chain::records::{Application, Matter, Person, Vehicle, Waybill};
use serde::de::DeserializeOwned;

use crate::answers::{
    AnyRecord, BlockAnswer, CodeAnswer, HeaderItem, Page, RecordAnswer, Status, TransactionAnswer,
};
use crate::error::ClientError;
use crate::http::Client;

/// An answer, or none where the node has no such thing.
fn found<T>(answer: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match answer {
        Err(error) if error.is_not_found() => Ok(None),
        other => other.map(Some),
    }
}

impl Client {
    /// How the node is.
    pub async fn status(&self) -> Result<Status, ClientError> {
        self.get("/v1/status", &[]).await
    }

    /// The header at a height.
    pub async fn header(&self, height: Height) -> Result<HeaderItem, ClientError> {
        self.get(&format!("/v1/headers/{height}"), &[]).await
    }

    /// The newest header.
    pub async fn newest_header(&self) -> Result<HeaderItem, ClientError> {
        self.get("/v1/headers/latest", &[]).await
    }

    /// A block with all its transactions, read page by page.
    pub async fn block(&self, height: Height) -> Result<BlockAnswer, ClientError> {
        let path = format!("/v1/blocks/{height}");
        let limit = ("limit", PAGE.to_string());
        let mut block: BlockAnswer = self.get(&path, std::slice::from_ref(&limit)).await?;
        while let Some(cursor) = block.next.take() {
            let query = [limit.clone(), ("cursor", cursor)];
            let more: BlockAnswer = self.get(&path, &query).await?;
            block.transactions.extend(more.transactions);
            block.next = more.next;
        }
        Ok(block)
    }

    /// A transaction, if the node knows it.
    pub async fn transaction(
        &self,
        id: TransactionId,
    ) -> Result<Option<TransactionAnswer>, ClientError> {
        found(self.get(&format!("/v1/transactions/{id}"), &[]).await)
    }

    /// A code; an unknown one has the standing `unknown`.
    pub async fn code(&self, id: CodeId) -> Result<CodeAnswer, ClientError> {
        self.get(&format!("/v1/codes/{id}"), &[]).await
    }

    /// An application.
    pub async fn application(
        &self,
        id: ApplicationId,
    ) -> Result<Option<RecordAnswer<Application>>, ClientError> {
        found(self.get(&format!("/v1/applications/{id}"), &[]).await)
    }

    /// A person.
    pub async fn person(&self, id: PersonId) -> Result<Option<RecordAnswer<Person>>, ClientError> {
        found(self.get(&format!("/v1/persons/{id}"), &[]).await)
    }

    /// A vehicle.
    pub async fn vehicle(
        &self,
        id: VehicleId,
    ) -> Result<Option<RecordAnswer<Vehicle>>, ClientError> {
        found(self.get(&format!("/v1/vehicles/{id}"), &[]).await)
    }

    /// A matter.
    pub async fn matter(&self, id: MatterId) -> Result<Option<RecordAnswer<Matter>>, ClientError> {
        found(self.get(&format!("/v1/matters/{id}"), &[]).await)
    }

    /// A waybill.
    pub async fn waybill(
        &self,
        id: WaybillId,
    ) -> Result<Option<RecordAnswer<Waybill>>, ClientError> {
        found(self.get(&format!("/v1/waybills/{id}"), &[]).await)
    }

    /// A proof by its path, such as `/v1/codes/53…/proof`.
    pub async fn proof(
        &self,
        path: &str,
        at: Option<Height>,
    ) -> Result<chain::proof::Proof, ClientError> {
        let query: Vec<_> =
            at.map(|height| ("at_height", height.to_string())).into_iter().collect();
        self.get(path, &query).await
    }

    /// All items of a list, page by page, up to `most`.
    pub async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        filter: &[(&str, String)],
        most: usize,
    ) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut query = filter.to_vec();
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let page: Page<T> = self.get(path, &query).await?;
            items.extend(page.items);
            cursor = page.next;
            if cursor.is_none() || items.len() >= most {
                items.truncate(most);
                return Ok(items);
            }
        }
    }

    /// All organisations.
    pub async fn organisations(&self) -> Result<Vec<AnyRecord>, ClientError> {
        self.list("/v1/state/organisation", &[], usize::MAX).await
    }
}
