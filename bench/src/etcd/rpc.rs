// SPDX-License-Identifier: Apache-2.0
//! The two calls of etcd's v3 API that are measured, by their published field numbers.

use std::time::Duration;

use anyhow::Result;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone, PartialEq, prost::Message)]
struct PutRequest {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct PutResponse {}

#[derive(Clone, PartialEq, prost::Message)]
struct StatusRequest {}

#[derive(Clone, PartialEq, prost::Message)]
struct Header {
    #[prost(uint64, tag = "2")]
    member_id: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct StatusResponse {
    #[prost(message, optional, tag = "1")]
    header: Option<Header>,
    #[prost(uint64, tag = "4")]
    leader: u64,
}

/// A connection to one member.
#[derive(Clone, Debug)]
pub(crate) struct Member(Grpc<Channel>);

impl Member {
    /// Connects when it is first used.
    pub(crate) fn at(url: &str) -> Result<Self> {
        let endpoint = Endpoint::from_shared(url.to_owned())?;
        let endpoint = endpoint.timeout(PATIENCE).tcp_nodelay(true);
        Ok(Self(Grpc::new(endpoint.connect_lazy())))
    }

    async fn call<Q, A>(&mut self, path: &'static str, request: Q) -> Result<A>
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        self.0.ready().await?;
        let codec = ProstCodec::<Q, A>::default();
        let path = PathAndQuery::from_static(path);
        Ok(self.0.unary(tonic::Request::new(request), path, codec).await?.into_inner())
    }

    /// Writes one key; returns once a majority has it on disk.
    pub(crate) async fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<()> {
        let _: PutResponse = self.call("/etcdserverpb.KV/Put", PutRequest { key, value }).await?;
        Ok(())
    }

    /// Whether this member leads.
    pub(crate) async fn leads(&mut self) -> Result<bool> {
        let status: StatusResponse =
            self.call("/etcdserverpb.Maintenance/Status", StatusRequest {}).await?;
        let own = status.header.map(|header| header.member_id);
        Ok(status.leader != 0 && own == Some(status.leader))
    }
}
