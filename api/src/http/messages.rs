// SPDX-License-Identifier: Apache-2.0
//! The one table of what this interface itself refuses: stable code, status, title, detail and
//! what to do, in Chinese and English. Refusals by the state machine have theirs in `chain`.
//! `{value}` and `{field}` are filled in. A code, once published, never changes its meaning.

use super::language::Language;

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Words {
    /// The text in `language`.
    pub fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }
}

/// One kind of problem.
#[derive(Debug)]
pub struct Message {
    /// What programs branch on.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// A few words.
    pub title: Words,
    /// What is wrong here.
    pub detail: Words,
    /// What to do about it.
    pub advice: Words,
}

macro_rules! messages {
    ($($name:ident = $status:literal $code:literal
        { $tz:literal $te:literal } { $dz:literal $de:literal } { $az:literal $ae:literal })*) => {
        $(#[doc = $te] pub static $name: Message = Message {
            code: $code,
            status: $status,
            title: Words { zh: $tz, en: $te },
            detail: Words { zh: $dz, en: $de },
            advice: Words { zh: $az, en: $ae },
        };)*
        /// Every message of this table, in its order.
        pub static ALL: &[&Message] = &[$(&$name),*];
    };
}

messages! {
    MALFORMED_JSON = 400 "malformed_json"
        { "不是有效的 JSON" "Not valid JSON" }
        { "请求体不是有效的 JSON：{value}" "The body is not valid JSON: {value}" }
        { "请按 /openapi.json 中的示例检查请求体。" "Compare the body with the example in /openapi.json." }
    UNKNOWN_FIELD = 400 "unknown_field"
        { "未知字段" "Unknown field" }
        { "字段 {field} 不存在：{value}" "There is no field {field}: {value}" }
        { "请删除该字段或更正其名称。" "Remove the field or correct its name." }
    MISSING_FIELD = 400 "missing_field"
        { "缺少字段" "Missing field" }
        { "缺少字段 {field}。" "The field {field} is missing." }
        { "请补充该字段。" "Add the field." }
    INVALID_FIELD = 400 "invalid_field"
        { "字段值无效" "Invalid value" }
        { "字段 {field} 的值无效：{value}" "The value of {field} is invalid: {value}" }
        { "请更正该字段的值。" "Correct the value of that field." }
    FIELDS_EXCLUSIVE = 400 "fields_exclusive"
        { "字段互斥" "Fields exclude each other" }
        { "{value} 只能给出其中一个。" "Only one of {value} can be given." }
        { "请只保留其中一个。" "Keep one of them." }
    INVALID_CURSOR = 400 "invalid_cursor"
        { "分页游标无效" "Invalid cursor" }
        { "该游标已被改动，或属于另一列表、另一筛选条件或另一条链。"
          "This cursor was altered, or belongs to another list, filter or chain." }
        { "请原样使用上一页给出的 next，并保持筛选条件不变；或不带游标从头开始。"
          "Use `next` of the page before as it is, with the same filter, or start without a cursor." }
    MALFORMED_TRANSACTION = 400 "transaction_malformed"
        { "交易字节无效" "Malformed transaction" }
        { "这些字节不是一笔规范编码的交易：{value}"
          "These bytes are not one transaction in canonical encoding: {value}" }
        { "请用 docs/proofs.md 所述的规范编码，末尾不得有多余字节。"
          "Use the canonical encoding of docs/proofs.md with nothing trailing." }
    TRANSACTION_TOO_LARGE = 413 "transaction_too_large"
        { "交易过大" "Transaction too large" }
        { "交易超过 {value} 字节。" "The transaction is over {value} bytes." }
        { "请拆分该交易。" "Split the transaction." }
    TRANSACTION_VERSION = 400 "transaction_version"
        { "交易版本不支持" "Unknown transaction version" }
        { "不支持交易版本 {value}。" "The transaction's version {value} is not known." }
        { "请使用与本节点匹配的版本。" "Use a release that matches this node." }
    WRONG_CHAIN = 400 "wrong_chain"
        { "属于另一条链" "Another chain" }
        { "该交易是为另一条链签名的。" "The transaction was signed for another chain." }
        { "请用 /v1/status 中的 chain 重新签名。" "Sign again with `chain` of /v1/status." }
    SIGNATURE_WRONG = 400 "signature_wrong"
        { "签名错误" "Wrong signature" }
        { "交易或其中声明的签名不成立。" "A signature of the transaction or of a statement in it does not hold." }
        { "请检查密钥与签名内容后重新签名。" "Check key and message, and sign again." }
    TRANSACTION_EXPIRED = 400 "transaction_expired"
        { "交易已过期" "Transaction expired" }
        { "valid_until 已过。" "Its valid_until has passed." }
        { "请以新的 valid_until 重新签名。" "Sign again with a new valid_until." }
    VALID_UNTIL_TOO_FAR = 400 "valid_until_too_far"
        { "有效期过长" "Valid for too long" }
        { "valid_until 超前区块时间 10 分钟以上。" "Its valid_until is more than 10 minutes ahead of block time." }
        { "请缩短有效期后重新签名。" "Sign again for a shorter time." }
    POOL_FULL = 503 "pool_full"
        { "交易池已满" "Pool full" }
        { "本节点等待排序的交易已达上限。" "This node holds as many transactions as it may." }
        { "请稍后重试；提交是幂等的。" "Retry shortly; submitting again is safe." }
    SENDER_QUEUE_FULL = 429 "sender_queue_full"
        { "发送方排队已满" "Sender's queue full" }
        { "该发送方等待排序的交易已达上限。" "This sender has as many transactions waiting as it may." }
        { "请等待其中一些执行后重试。" "Wait until some of them are executed, then retry." }
    NO_LEADER = 503 "no_leader"
        { "暂无主节点" "No leader" }
        { "目前没有主节点为交易排序。" "No leader orders transactions at the moment." }
        { "请稍后重试；提交是幂等的。" "Retry shortly; submitting again is safe." }
    NODE_STOPPED = 503 "node_stopped"
        { "节点已停止参与" "Node stopped" }
        { "本节点已停止参与共识。" "This node takes no part at the moment." }
        { "请改用其他节点。" "Use another node." }
    EMPTY_BATCH = 400 "empty_batch"
        { "批次为空" "Empty batch" }
        { "批次中没有交易。" "The batch holds no transaction." }
        { "请至少提交一笔交易。" "Submit at least one transaction." }
    CREDENTIALS_NEEDED = 401 "credentials_needed"
        { "需要凭证" "Credentials needed" }
        { "该路径不对匿名调用方开放。" "This route is not open to callers without credentials." }
        { "请在 Authorization: Bearer 中给出接口密钥或令牌；见 docs/access.md。"
          "Send an API key or a token as Authorization: Bearer; see docs/access.md." }
    CREDENTIALS_WRONG = 401 "credentials_wrong"
        { "凭证无效" "Wrong credentials" }
        { "所给凭证不被接受：{value}" "The credentials are not accepted: {value}" }
        { "请检查凭证是否完整、有效、属于本链；或不带凭证调用公开路径。"
          "See that they are whole, in force and for this chain; or call a public route without any." }
    CREDENTIALS_IN_CLEAR = 403 "credentials_in_clear"
        { "凭证经明文传输" "Credentials in the clear" }
        { "凭证经未加密的连接到达，已被拒绝。" "Credentials came over a connection that is not encrypted, and are refused." }
        { "请改用 HTTPS，并更换已泄露的凭证。" "Use HTTPS, and replace credentials that were sent in the clear." }
    NOT_ALLOWED = 403 "not_allowed"
        { "不被允许" "Not allowed" }
        { "该路径不对这类调用方开放：{value}。" "This route is not for callers of this class: {value}." }
        { "各类调用方可用的路径见 docs/access.md。" "docs/access.md says who may call what." }
    SCOPE_MISSING = 403 "scope_missing"
        { "接口密钥权限不足" "Scope missing" }
        { "该接口密钥的权限不含 {value}。" "The API key is not good for {value}." }
        { "请改用具有该权限的接口密钥；office 指按机构职责行事（dianyun apikey new --office）。"
          "Use an API key with that scope; office means what the organisation does by its office (dianyun apikey new --office)." }
    NOT_SIGNED_HERE = 409 "not_signed_here"
        { "本节点不能代签" "Not signed here" }
        { "本节点没有可用于此次签名的密钥：{value}" "This node has no key that signs this: {value}" }
        { "请用绑定了签名密钥的接口密钥（dianyun apikey new --sign-with），或调用 /v1/transactions/prepare 自行签名。"
          "Use an API key that is bound to a signing key (dianyun apikey new --sign-with), or sign it yourself after /v1/transactions/prepare." }
    RATE_EXCEEDED = 429 "rate_exceeded"
        { "调用过于频繁" "Too many calls" }
        { "超过每分钟 {value} 次的调用限额。" "More than {value} calls a minute." }
        { "请在 Retry-After 所示秒数后重试；授权可申请更高限额。"
          "Retry after the seconds in Retry-After; a grant can be asked for with a higher rate." }
    HOST_NOT_ALLOWED = 403 "host_not_allowed"
        { "主机名不被接受" "Host not allowed" }
        { "本接口只在本机开放，不接受 Host 为 {value} 的请求。"
          "This interface is open to this machine alone and takes no request for host {value}." }
        { "请用 127.0.0.1、[::1] 或 localhost 访问。" "Use 127.0.0.1, [::1] or localhost." }
    ROUTE_NOT_FOUND = 404 "route_not_found"
        { "没有这个路径" "No such route" }
        { "路径 {value} 不存在。" "There is no route {value}." }
        { "全部路径见 /docs。" "All routes are listed at /docs." }
    NOT_FOUND = 404 "not_found"
        { "没有找到" "Not found" }
        { "在所读高度上没有 {value}。" "There is no {value} at the height that was read." }
        { "请检查编号；若刚刚提交，请等到交易被执行。"
          "Check the id; if it was submitted just now, wait until its transaction is executed." }
    HEIGHT_NOT_REACHED = 404 "height_not_reached"
        { "尚无此高度或时刻" "Height or time not reached" }
        { "本节点尚未执行到 {value}。" "This node has not executed {value} yet." }
        { "请查询 /v1/status 中的 height，稍后再试或改用较早的高度或时刻。"
          "See `height` in /v1/status; try later or read an earlier height or time." }
    BEFORE_GENESIS = 404 "before_genesis"
        { "早于创世" "Before genesis" }
        { "{value} 早于本链的创世。" "{value} is before this chain began." }
        { "请改用较晚的时刻。" "Read a later time." }
    METHOD_NOT_ALLOWED = 405 "method_not_allowed"
        { "方法不被接受" "Method not allowed" }
        { "该路径不接受方法 {value}。" "This route does not take the method {value}." }
        { "该路径的方法见 /docs。" "The methods of each route are listed at /docs." }
    BODY_TOO_SLOW = 408 "body_too_slow"
        { "请求体传输过慢" "Body too slow" }
        { "请求体未在 {value} 毫秒内传完。" "The body did not arrive within {value} ms." }
        { "请在更好的网络上重试，或减小批次。" "Retry over a better network or with a smaller batch." }
    BODY_TOO_LARGE = 413 "body_too_large"
        { "请求体过大" "Body too large" }
        { "请求体超过 {value} 字节。" "The body is over {value} bytes." }
        { "请分成较小的批次提交。" "Submit in smaller batches." }
    BATCH_TOO_LARGE = 413 "batch_too_large"
        { "批次过大" "Batch too large" }
        { "批次中的交易超过 {value} 笔。" "The batch holds more than {value} transactions." }
        { "请分成较小的批次提交。" "Submit in smaller batches." }
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported_media_type"
        { "不支持的内容类型" "Unsupported media type" }
        { "该路径不接受内容类型 {value}。" "This route does not take the media type {value}." }
        { "请用 application/json，或以 application/octet-stream 提交规范编码。"
          "Use application/json, or application/octet-stream for canonical bytes." }
    INTERNAL = 500 "internal"
        { "节点内部错误" "Internal error" }
        { "节点未能完成该请求。" "The node could not complete this request." }
        { "请把 request_id 告知节点的运维人员；提交是幂等的，可以重试。"
          "Give the request_id to the node's operator; submitting again is safe." }
    OVERLOADED = 503 "overloaded"
        { "节点繁忙" "Node busy" }
        { "同时进行的请求过多。" "Too many requests are in progress." }
        { "请在 Retry-After 所示秒数后重试。" "Retry after the seconds in Retry-After." }
    TOO_MANY_CONNECTIONS = 503 "too_many_connections"
        { "连接过多" "Too many connections" }
        { "本节点的连接数已满。" "All connections of this node are in use." }
        { "请复用连接，或稍后重试。" "Reuse connections, or retry later." }
    TOO_MANY_STREAMS = 503 "too_many_streams"
        { "事件流过多" "Too many event streams" }
        { "本节点的事件流已满。" "All event streams of this node are in use." }
        { "请稍后重试，或改用其他节点。" "Retry later or use another node." }
    SHUTTING_DOWN = 503 "shutting_down"
        { "节点正在关闭" "Node shutting down" }
        { "节点正在关闭。" "The node is shutting down." }
        { "请改用其他节点；提交是幂等的，可以重试。"
          "Use another node; submitting again is safe." }
    NOT_READY = 503 "not_ready"
        { "节点尚未就绪" "Node not ready" }
        { "节点尚未就绪：{value}" "The node is not ready: {value}" }
        { "请稍后重试或改用其他节点。" "Retry later or use another node." }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_written_once_in_small_letters() {
        let codes: BTreeSet<_> = ALL.iter().map(|message| message.code).collect();
        assert_eq!(codes.len(), ALL.len());
        let plain = |code: &str| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(codes.into_iter().all(plain));
    }

    #[test]
    fn both_languages_fill_in_the_same_places() {
        for message in ALL {
            assert!((400..600).contains(&message.status), "{}", message.code);
            for words in [message.title, message.detail, message.advice] {
                assert!(!words.zh.is_empty() && !words.en.is_empty(), "{}", message.code);
                for place in ["{value}", "{field}"] {
                    assert_eq!(words.zh.contains(place), words.en.contains(place), "{words:?}");
                }
            }
        }
    }
}
