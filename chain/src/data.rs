// SPDX-License-Identifier: Apache-2.0
//! One list of derives for everything that is encoded, shown as JSON and described in OpenAPI.

/// Derives what each type of records, actions and answers has in common, but for `Encode` and
/// `Decode`: bincode's derive does not see through a macro, so each item names them itself.
macro_rules! data {
    ($($item:item)*) => {$(
        #[derive(
            Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize,
        )]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields, rename_all = "snake_case")]
        $item
    )*};
}

/// The same, and `Copy` with an order, for small enums and numbers.
macro_rules! small_data {
    ($($item:item)*) => {$(
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize,
        )]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields, rename_all = "snake_case")]
        $item
    )*};
}

pub(crate) use {data, small_data};
