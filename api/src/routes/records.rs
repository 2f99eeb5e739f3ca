// SPDX-License-Identifier: Apache-2.0
//! Single records, now or as of an earlier height or time.

use axum::extract::State;
use chain::ids::{
    AccessId, AffiliationId, ApplicationId, ConsentId, ErasureId, MatterId, OrganisationId,
    PersonId, RecordId, VehicleId, WaybillId,
};
use chain::records::{
    Access, Affiliation, Application, Consent, Erasure, Matter, Organisation, Parameters, Person,
    RecordKey, RecordValue, Vehicle, Waybill,
};
use chain::{Records, query};

use super::shapes::{RecordAnswer, Stage};
use super::{Api, AsOf};
use crate::access::guard::Asking;
use crate::http::extract::{Id, Query};
use crate::http::json::Json;
use crate::http::messages;
use crate::http::problem::Problem;

type Answer<T> = Result<Json<RecordAnswer<T>>, Problem>;

async fn answer<T>(api: Api, asking: Asking, id: RecordId, asked: AsOf) -> Answer<T>
where
    T: RecordValue + Clone + Send + 'static,
{
    let key = RecordKey { kind: T::KIND, id };
    let read = api.read(move |api| {
        let (at, time) = api.as_of(asked.when())?;
        let seen = query::typed::<T, _>(&at, id, time);
        let seen = seen.map(|seen| (seen.value.clone().into_value(), seen));
        // What is not for the caller is not there for it.
        let shown = seen.filter(|(value, _)| asking.sees(&at, value));
        let not_found = || Problem::new(&messages::NOT_FOUND).value(key.id_text());
        let (value, seen) = shown.ok_or_else(not_found)?;
        let height = at.header().height;
        Ok(RecordAnswer {
            height,
            time,
            stage: Stage::Ordered,
            id: key.id_text(),
            version: seen.version,
            record: seen.value,
            ended_attesters: query::ended_attesters(&at, &value, time),
            proof: asked.proof.then(|| api.proof(&key, height)).transpose()?,
        })
    });
    read.await.map(Json)
}

macro_rules! by_id {
    ($($(#[$doc:meta])* $name:ident, $path:literal, $id:ident, $record:ident;)*) => {$(
        $(#[$doc])*
        #[utoipa::path(
            get,
            path = $path,
            tag = "records",
            params(("id" = $id, Path, description = "Its id."), AsOf),
            responses((status = 200, description = "The record.", body = RecordAnswer<$record>)),
        )]
        pub(super) async fn $name(
            State(api): State<Api>,
            asking: Asking,
            Id(id): Id<$id>,
            Query(asked): Query<AsOf>,
        ) -> Answer<$record> {
            answer(api, asking, id.0, asked).await
        }
    )*};
}

by_id! {
    /// 机构。An organisation: who it is, what it may attest, its keys and certificates.
    organisation, "/v1/organisations/{id}", OrganisationId, Organisation;
    /// 人员。A person: keys, certificates and open matters, and no personal data.
    person, "/v1/persons/{id}", PersonId, Person;
    /// 申请。An application: its claims, and what each attester answered.
    application, "/v1/applications/{id}", ApplicationId, Application;
    /// 车辆。A vehicle or trailer: certificates, bindings and open matters.
    vehicle, "/v1/vehicles/{id}", VehicleId, Vehicle;
    /// 待办事项。A matter: something to settle, and by when.
    matter, "/v1/matters/{id}", MatterId, Matter;
    /// 运单。A waybill: what was offered, who carries it, and every step.
    waybill, "/v1/waybills/{id}", WaybillId, Waybill;
    /// 授权。A consent: to whom, what for, which fields, and how often it was used.
    consent, "/v1/consents/{id}", ConsentId, Consent;
    /// 查询记录。An access: who asked for which fields of whom, on which basis, when.
    access, "/v1/accesses/{id}", AccessId, Access;
    /// 删除记录。An erasure: what became of the data that came with an application.
    erasure, "/v1/erasures/{id}", ErasureId, Erasure;
    /// 挂靠。An affiliation: what an enterprise and a driver said of it. The list tells how it stands.
    affiliation, "/v1/affiliations/{id}", AffiliationId, Affiliation;
}

/// 参数。The parameters of the rules: every value with the instant from which it holds.
#[utoipa::path(
    get,
    path = "/v1/parameters",
    tag = "records",
    params(AsOf),
    responses((status = 200, description = "The record.", body = RecordAnswer<Parameters>)),
)]
pub(super) async fn parameters(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<AsOf>,
) -> Answer<Parameters> {
    answer(api, asking, RecordId::default(), asked).await
}
