// SPDX-License-Identifier: Apache-2.0
//! How a one-time code reaches a phone: by the operator's gateway of text messages. A demo without one prints the
//! code to its log, never the phone.

use std::path::Path;

use axum::http::{Request, header};
use bytes::Bytes;
use serde::Serialize;
use zeroize::Zeroizing;

use super::ApplyingError;
use super::config::SmsConfig;
use super::phones::Drawn;
use crate::outgoing::{Failure, Outgoing, Target};

/// Bytes of a gateway's answer that are read.
const ANSWER_BYTES: usize = 4 << 10;

/// Where codes go.
pub(super) enum Gateway {
    /// To the operator's gateway.
    Sms { url: Target, secret: Option<Zeroizing<String>> },
    /// To the log of a demo.
    Log,
    /// Nowhere: nobody applies by phone here.
    None,
}

/// What a gateway is posted.
#[derive(Serialize)]
struct Text<'a> {
    phone: &'a str,
    code: &'a str,
    zh: String,
    en: String,
}

/// The gateway did not take it, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotSent {
    /// True if the message cannot be on its way all the same.
    pub(super) is_certain: bool,
}

const CERTAINLY_NOT: NotSent = NotSent { is_certain: true };

impl Gateway {
    pub(super) fn new(config: Option<&SmsConfig>, is_demo: bool) -> Result<Self, ApplyingError> {
        let Some(config) = config else {
            return Ok(if is_demo { Self::Log } else { Self::None });
        };
        let secret = config.secret.as_deref().map(read).transpose()?;
        Ok(Self::Sms { url: config.url.clone(), secret })
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    pub(super) async fn send(
        &self,
        outgoing: &Outgoing,
        phone: &str,
        drawn: &Drawn,
    ) -> Result<(), NotSent> {
        let code = drawn.code.as_str();
        match self {
            Self::None => Err(CERTAINLY_NOT),
            Self::Log => {
                let request = drawn.request.as_str();
                tracing::info!(request, code, "one-time code of the demo, sent nowhere");
                Ok(())
            }
            Self::Sms { url, secret } => {
                let text = Text {
                    phone,
                    code,
                    zh: format!("【滇运码】验证码 {code}，5 分钟内有效。如非本人操作，请勿理会。"),
                    en: format!("Yunnan Transport Code: {code}. Good for 5 minutes."),
                };
                let body = serde_json::to_vec(&text).map_err(|_| CERTAINLY_NOT)?;
                let mut request =
                    Request::post(url.path()).header(header::CONTENT_TYPE, "application/json");
                if let Some(secret) = secret {
                    let bearer = format!("Bearer {}", secret.as_str());
                    request = request.header(header::AUTHORIZATION, bearer);
                }
                match outgoing.send(url, request, Bytes::from(body), ANSWER_BYTES).await {
                    Ok((200..300, _)) => Ok(()),
                    Ok((status, _)) => {
                        tracing::warn!(status, "the gateway of text messages refused");
                        Err(NotSent { is_certain: (400..500).contains(&status) })
                    }
                    Err(failure) => {
                        tracing::warn!(?failure, "the gateway of text messages gave no answer");
                        let never =
                            [Failure::NameUnknown, Failure::AddressClosed, Failure::Unreachable];
                        Err(NotSent { is_certain: never.contains(&failure) })
                    }
                }
            }
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, ApplyingError> {
    let wrong = |why: String| ApplyingError::Secret { path: path.to_owned(), why };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let text = Zeroizing::new(text.trim().to_owned());
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain { Ok(text) } else { Err(wrong("it is not one line of plain symbols".into())) }
}
