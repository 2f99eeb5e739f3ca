// SPDX-License-Identifier: Apache-2.0
//! Schemas of text forms for OpenAPI.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

fn string(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).description(Some(description))
}

/// A text form: what it is in words and as a pattern, and one that is valid.
pub(crate) fn text(description: &str, pattern: &str, example: &str) -> RefOr<Schema> {
    string(description).pattern(Some(pattern)).examples([example]).into()
}

/// A text of 1 to `max` bytes. A schema counts characters, of which there are never more.
pub(crate) fn bounded(max: usize) -> RefOr<Schema> {
    let description = format!("1 to {max} bytes of UTF-8 without control characters");
    string(&description).min_length(Some(1)).max_length(Some(max)).into()
}
