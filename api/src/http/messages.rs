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
    SHARE_FULL = 429 "share_full"
        { "份额已满" "Share full" }
        { "发送方所属机构（或与其同类的密钥）等待排序的交易已达其份额，其余留给其他机构。"
          "The sender's organisation, or those that its key is counted with, have their share of what waits; the rest is for others." }
        { "请在 Retry-After 所示秒数后重试；提交是幂等的。"
          "Retry after the seconds in Retry-After; submitting again is safe." }
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
    TLS_NEEDED = 403 "tls_needed"
        { "需要加密连接" "TLS needed" }
        { "个人信息经未加密的连接到达，已被拒绝。" "Personal data came over a connection that is not encrypted, and are refused." }
        { "请改用 HTTPS。" "Use HTTPS." }
    NOT_ALLOWED = 403 "not_allowed"
        { "不被允许" "Not allowed" }
        { "该路径不对这类调用方开放：{value}。" "This route is not for callers of this class: {value}." }
        { "各类调用方可用的路径见 docs/access.md。" "docs/access.md says who may call what." }
    GRANT_NEEDED = 403 "grant_needed"
        { "需要接口授权" "Grant needed" }
        { "该操作需要范围为 {value} 的有效接口授权。" "This needs a grant in force with the scope {value}." }
        { "请向行管部门申请接口授权，或改用范围包含它的接口密钥。"
          "Apply for the interface, or use an API key that is not narrower." }
    WEBHOOK_EXISTS = 409 "webhook_exists"
        { "回调已存在" "Webhook exists" }
        { "本机构已为该地址和这些种类登记了回调 {value}。"
          "There is a webhook with this address and these kinds already: {value}." }
        { "请使用已有的回调；遗失密钥时请轮换。" "Use that one; if its secret is lost, rotate it." }
    TOO_MANY_WEBHOOKS = 409 "too_many_webhooks"
        { "回调过多" "Too many webhooks" }
        { "本机构或本节点的回调已达上限（每机构 {value} 个）。"
          "This organisation has {value} webhooks, or this node as many as it may." }
        { "请先删除不用的回调，或改用其他节点。" "Remove one that is not used, or use another node." }
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
    KEY_NOT_HELD = 409 "key_not_held"
        { "密钥不属于持有者" "Not the holder's key" }
        { "该密钥不是 {value} 现行有效的密钥，或其持有者没有密钥。"
          "The key is not one in force of the holder of {value}, or the holder has none." }
        { "请给出已登记且未失效的密钥；遗失后请由身份认证机关登记新密钥。"
          "Give a key that is registered and in force; after a loss the identity authority registers a new one." }
    NOT_A_WITNESS = 409 "not_a_witness"
        { "本节点不作见证" "Not a witness" }
        { "只有验证节点为出示码作见证，本节点是观察节点。"
          "Validators alone give their word for shown codes, and this node is an observer." }
        { "请改向验证节点请求；见 /v1/validators。" "Ask a validator; see /v1/validators." }
    WITNESSED_TOO_LATE = 409 "witnessed_too_late"
        { "区块过旧，不再见证" "Too old to give a word for" }
        { "{value} 的区块比最新区块早一分钟以上，其状态不再见证。"
          "The block of {value} is more than a minute older than the newest, and nobody gives a word for it." }
        { "请不带 at_height 请求，或改用较新的高度。" "Ask without at_height, or as of a newer height." }
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
    NO_BASIS = 403 "no_basis"
        { "缺少查询依据" "No basis" }
        { "没有可以依据的授权、运单或职责：{value}" "There is no consent, waybill or office to rest on: {value}" }
        { "请先取得持码人授权，或更换用途、运单或案件。"
          "Get the holder's consent first, or name another purpose, waybill or case." }
    FIELDS_BEYOND_BASIS = 403 "fields_beyond_basis"
        { "字段超出依据" "Fields beyond the basis" }
        { "依据不涵盖所查字段：{value}" "The basis does not cover the fields: {value}" }
        { "请减少字段，或更换依据。" "Ask for fewer fields, or on another basis." }
    CONSENT_NOT_IN_FORCE = 403 "consent_not_in_force"
        { "授权无效" "Consent not in force" }
        { "授权已撤回、用完或到期：{value}" "The consent is revoked, used up or past its end: {value}" }
        { "请重新取得持码人授权。" "Ask the holder for a new consent." }
    DATA_RESTRICTED = 403 "data_restricted"
        { "信息限制使用" "Data restricted" }
        { "该信息仅为履行法定保存义务而留存：{value}" "The data are kept for the law alone: {value}" }
        { "限期内仅行管部门可凭案件查询。" "A regulator may ask for a named case until that time is over." }
    DATA_ERASED = 410 "data_erased"
        { "信息已删除" "Data erased" }
        { "该信息已被删除：{value}" "The data are erased: {value}" }
        { "该信息无法恢复；申请资料的删除记录见链上。"
          "Nothing brings the data back. The erasure of an application's data is on chain." }
    ACCESS_TOO_OLD = 410 "access_too_old"
        { "查询记录已过时限" "Access too old" }
        { "该查询登记已超过 10 分钟：{value}" "The access was recorded more than 10 minutes ago: {value}" }
        { "请重新登记查询。" "Record a new access." }
    ACCESS_REFUSED = 403 "access_refused"
        { "查询被拒绝" "Access refused" }
        { "链上规则拒绝该查询：{value}" "The rules of the chain refuse the access: {value}" }
        { "各原因的含义见 /docs/errors。" "/docs/errors says what each reason means." }
    ACCESS_WAITS = 503 "access_waits"
        { "查询尚未登记" "Access not recorded yet" }
        { "登记查询的交易 {value} 尚未执行。" "The transaction {value} that records the access is not executed yet." }
        { "请查询该交易；执行后可凭查询编号领取结果。"
          "Look at that transaction; once it is executed, collect by the access's id." }
    HOLDER_UNREACHABLE = 503 "holder_unreachable"
        { "持有节点无应答" "Holder's node unreachable" }
        { "持有该信息的节点没有应答：{value}" "A node that may hold the data gave no answer: {value}" }
        { "10 分钟内可凭同一查询再次领取，不重复计次。"
          "Collect again by the same access within 10 minutes; it uses nothing more." }
    COMMITMENTS_DIFFER = 502 "commitments_differ"
        { "与链上承诺不符" "Commitments do not hold" }
        { "所得信息与链上承诺不符，已弃用：{value}" "What came does not open the commitments on chain, and was thrown away: {value}" }
        { "请告知该节点的运维单位。" "Tell the operator of that node." }
    DATA_NOT_HELD = 404 "data_not_held"
        { "没有节点持有" "Held by no node" }
        { "各节点均未持有所查信息。" "No node holds anything of what was asked for." }
        { "请向持码人的申请受理单位查询。" "Ask the organisation that sent the holder's application." }
    ANSWER_TOO_LARGE = 413 "answer_too_large"
        { "答复过大" "Answer too large" }
        { "所查信息超出一次答复的上限。" "What was asked for does not fit into one answer." }
        { "请减少字段。" "Ask for fewer fields." }
    REQUEST_NOT_HERE = 410 "request_not_here"
        { "本节点没有该请求" "Request not kept here" }
        { "打开答复的密钥不在本节点，或已清除。" "The key that opens the answer is not at this node, or not any more." }
        { "请向发起请求的节点领取，或重新登记查询。"
          "Collect at the node that made the request, or record a new access." }
    SIGNING_KEY_MISSING = 409 "signing_key_missing"
        { "本节点不代为签名" "No key to sign with" }
        { "本节点没有该机构可用的签名密钥。" "This node has no key in force with which to sign for this organisation." }
        { "请用 /v1/exchange/prepare 自行签名，或由运维人员配置密钥。"
          "Sign yourself by /v1/exchange/prepare, or have the operator configure a key." }
    TOO_MANY_PENDING = 429 "too_many_pending"
        { "待领取请求过多" "Too many requests pending" }
        { "待领取的请求或验证码已达上限。" "There are as many pending requests or verification codes as there may be." }
        { "请稍后重试。" "Retry later." }
    CAPACITY_WRONG = 403 "capacity_wrong"
        { "运力验证码不符" "Verification code not right" }
        { "验证码或信息不符、已失效，或尝试次数过多。"
          "Digits or key field are not right, not good any more, or were tried too often." }
        { "请让驾驶员重新出示；错误 5 次后需等待 15 分钟。"
          "Have the driver show a new one; after five wrong tries wait for 15 minutes." }
    CAPACITY_NOT_HERE = 409 "capacity_not_here"
        { "本节点不能出示验证码" "No verification codes here" }
        { "本节点不持有该持码人的信息，或编号超过两位。"
          "This node holds nothing of this holder, or its number has more than two digits." }
        { "请使用持有其申请资料的节点。" "Use the node that holds the holder's application." }
    CAPACITY_GONE = 410 "capacity_gone"
        { "验证码已失效" "Verification code gone" }
        { "没有等待签名的该验证码，或已超时。" "No such verification code waits for a signature, or its time is over." }
        { "请重新获取验证码。" "Draw a new one." }
    STATEMENT_REFUSED = 400 "statement_refused"
        { "声明不被接受" "Statement refused" }
        { "声明不是持码人对这些内容的签名，或有效期过长。"
          "The statement is not the holder's word on these terms, or lasts for too long." }
        { "请用有效密钥对返回的内容签名，有效期不超过给定时限。"
          "Sign what was answered with a key in force, for no longer than was answered." }
    NO_CONSORTIUM_KEY = 409 "no_consortium_key"
        { "不能按信息查找" "No wishes by key field" }
        { "本节点未配置联盟共享密钥，不能按证件号、电话或车牌征求授权。"
          "This node has no consortium key, so a wish cannot go by identity number, phone or plate." }
        { "请给出运输码。" "Give the code." }
    FIELD_WRONG = 400 "field_wrong"
        { "字段不符合格式" "Field not right" }
        { "字段 {field}：{value}" "{field}: {value}" }
        { "请按证件更正该字段。" "Correct that field as it is on the certificate." }
    APPLYING_CLOSED = 503 "applying_closed"
        { "本节点不受理个人申请" "No applications taken here" }
        { "本节点未配置短信网关，或没有可代为提交申请的机构密钥。"
          "This node has no gateway of text messages, or no key of an organisation that may send applications." }
        { "请使用其他节点，或由运维人员配置 api.applying 与 exchange.keys。"
          "Use another node, or have its operator configure `api.applying` and `exchange.keys`." }
    OTP_TOO_SOON = 429 "otp_too_soon"
        { "验证码发送过于频繁" "Codes asked for too often" }
        { "请在 {value} 秒后再获取验证码。" "Another code can be sent after {value} seconds." }
        { "每个手机号每分钟最多一次，每小时最多五次。" "One a minute and five an hour go to a phone." }
    SMS_FAILED = 502 "sms_failed"
        { "短信未能发出" "Text message not sent" }
        { "短信网关没有接受该消息。" "The gateway of text messages did not take the message." }
        { "请稍后重试。" "Try again later." }
    OTP_WRONG = 422 "otp_wrong"
        { "验证码不正确" "Code not right" }
        { "验证码错误、已使用或已过期。" "The code is wrong, was used, or is over." }
        { "请核对短信；输错五次后请重新获取。" "Compare it with the message; after five wrong tries ask for another." }
    TICKET_NEEDED = 403 "ticket_needed"
        { "请先验证手机号" "Phone not proved" }
        { "没有有效的手机验证凭据。" "There is no ticket that is good now." }
        { "请通过 /v1/applying/codes 验证手机号。" "Prove the phone by /v1/applying/codes." }
    NO_ATTESTER = 422 "no_attester"
        { "没有可核验的机构" "Nobody attests it" }
        { "本节点联系不到登记核验 {value} 的机构。" "This node reaches no authority that is registered for {value} there." }
        { "请核对所在州市，或联系运维人员。" "Check the prefecture, or ask the node's operator." }
    DRAFTS_FULL = 429 "drafts_full"
        { "待提交的申请过多" "Too many drafts" }
        { "待提交的申请已达上限。" "As many drafts wait as may." }
        { "请先提交，或半小时后再试。" "Submit those that wait, or try again after half an hour." }
    APPLICATION_REFUSED = 422 "application_refused"
        { "链上规则不允许" "Refused by the chain" }
        { "未通过链上规则：{value}" "The chain's rules are against it: {value}" }
        { "请按原因更正后重新准备。" "Correct what the reasons say, and make it ready anew." }
    APPLICATION_WAITS = 503 "application_waits"
        { "申请尚未执行" "Not executed yet" }
        { "交易 {value} 尚未执行。" "The transaction {value} is not executed yet." }
        { "请重新提交同一申请；重复提交是安全的。" "Submit the same draft again; that is safe." }
    PERSON_NOT_MATCHED = 422 "person_not_matched"
        { "信息不匹配" "No match" }
        { "没有与该手机号、身份证号和姓名相符的持码人。" "No holder has this phone, identity number and name here." }
        { "请核对信息；仍不匹配请到身份核验机构办理。" "Check them; if they are right, go to the identity authority in person." }
    KEY_CHANGE_REFUSED = 422 "key_change_refused"
        { "未能核实本人" "Person not verified" }
        { "身份核验机构拒绝更换密钥：{value}" "The identity authority refused the new key: {value}" }
        { "请到身份核验机构办理。" "Go to the identity authority in person." }
    AUTHORITY_UNREACHABLE = 503 "authority_unreachable"
        { "核验机构无应答" "Authority unreachable" }
        { "核验机构 {value} 没有应答。" "The authority {value} gave no answer." }
        { "请稍后重新提交。" "Submit again later." }
    CLAIM_DIFFERS = 409 "claim_differs"
        { "与申请不符" "Differs from the application" }
        { "{value} 与链上申请的承诺不符。" "{value} is not what the application on chain has." }
        { "请提交申请时所用的字段、盐值与密钥。" "Send the fields, salts and key that the application was made with." }
    FIELDS_DIFFER = 409 "fields_differ"
        { "与运单不符" "Differ from the waybill" }
        { "字段与链上运单的承诺不符。" "The fields are not what the waybill on chain commits to." }
        { "请提交制单时所用的字段与盐值。" "Send the fields and salts that the waybill was made with." }
    NO_VAULT = 409 "no_vault"
        { "本节点不存放资料" "No vault here" }
        { "本节点未配置资料库密钥。" "This node has no vault key, and keeps no personal data." }
        { "请使用存放资料的节点，或由运维人员配置 vault.key。"
          "Use a node that keeps data, or have the operator configure `vault.key`." }
    HOLDINGS_ELSEWHERE = 409 "holdings_elsewhere"
        { "应存放于自有节点" "Kept at another node" }
        { "该机构的资料存放于其自有节点：{value}" "This organisation's data are kept at its own node: {value}" }
        { "请向该节点提交或查询。" "Send them there, or ask there." }
    HOLDINGS_TAKEN = 409 "holdings_taken"
        { "已存放其他内容" "Held already" }
        { "{value} 已存放，内容不同。" "{value} is held already, with other content." }
        { "已存放的内容不会被覆盖。" "What is held is never replaced in passing." }
    HOLDINGS_FULL = 409 "holdings_full"
        { "资料已达上限" "As much held as may be" }
        { "该申请的资料将超过上限：{value}" "The application would have more than {value}." }
        { "请另行申请。" "Make another application." }
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
