// SPDX-License-Identifier: Apache-2.0
//! Schemas of text forms for OpenAPI.

use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, schema::SchemaType};

/// A string with a description.
pub(crate) fn text(description: &str, title: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .title(Some(title))
        .description(Some(description))
        .into()
}
