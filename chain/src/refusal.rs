// SPDX-License-Identifier: Apache-2.0
//! Refusals: why the state machine did not do what a transaction asked. Data, never an error.
//!
//! One table holds each stable code with its English and Chinese text. Append only.

use crate::data::data;
use crate::text::Word;

macro_rules! refusals {
    ($($name:ident, $code:literal, $en:literal, $zh:literal;)*) => {
        crate::data::small_data! {
            /// Why something was refused.
            #[derive(bincode::Encode, bincode::Decode)]
            pub enum RefusalCode {
                $(#[doc = $en] $name,)*
            }
        }

        impl RefusalCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it means and what to do, in English.
            pub fn english(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }

            /// The same in Chinese.
            pub fn chinese(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }
        }
    };
}

refusals! {
    UnknownKey, "unknown_key", "The sender's key is not registered, or has ended. Register it first.", "发送方密钥未登记或已失效，请先登记。";
    NotAllowed, "not_allowed", "This sender may not do this. See who may send the action.", "该发送方无权执行此操作。";
    RoleMissing, "role_missing", "The key lacks the role that this action needs.", "该密钥缺少此操作所需的角色。";
    OrganisationEnded, "organisation_ended", "The organisation's registration has ended.", "该机构的登记已终止。";
    StatementMissing, "statement_missing", "A second party's signed statement is missing.", "缺少另一方的签名声明。";
    StatementUnexpected, "statement_unexpected", "A statement is from a key whose word is not asked for.", "声明来自无需表态的密钥。";
    StatementExpired, "statement_expired", "A statement is past its time or too far ahead. Ask for a new one.", "声明已过期或有效期过长，请重新签署。";
    StatementUsed, "statement_used", "A statement was used before. Ask for a new one.", "声明已被使用，请重新签署。";
    NotFound, "not_found", "There is no such record.", "没有该记录。";
    AlreadyExists, "already_exists", "There is such a record already.", "该记录已存在。";
    InvalidField, "invalid_field", "A field's value is out of range or does not fit the others.", "字段取值超出范围或与其他字段不符。";
    TooMany, "too_many", "A limit on how many there may be is reached.", "已达到数量上限。";
    BucketFull, "bucket_full", "The record's place in the state tree is full. Send again with a new nonce; if that does not help, with another key or number.", "状态树位置已满，请更换随机数后重发；仍无效时请更换密钥或单号。";
    ChangesLimit, "changes_limit", "The transaction would write more than 32 changes. Split it.", "该交易写入的变更超过 32 项，请拆分。";
    KeyInUse, "key_in_use", "The key is or was registered. Use a new one: keys are never used again.", "该密钥已登记或曾经登记，请使用新密钥。";
    LastAdmin, "last_admin", "An organisation's last admin key, or a person's last key, cannot end. Replace it instead.", "机构最后一个管理员密钥、个人最后一个密钥不能失效，请改为更换密钥。";
    NoticeTooShort, "notice_too_short", "A parameter must be announced longer ahead.", "参数变更的提前公告时间不足。";
    SubjectExists, "subject_exists", "The person or vehicle has a code in force or another application under way.", "该人员或车辆已有有效运输码或正在办理的申请。";
    CodeIdTaken, "code_id_taken", "The code's id is taken. Apply again.", "码号已被占用，请重新申请。";
    AttesterNotRegistered, "attester_not_registered", "The organisation is not registered to attest this kind in this prefecture.", "该机构未登记在该州市核验此类证件。";
    ClaimNotWaiting, "claim_not_waiting", "The claim does not wait for an answer.", "该证件申报不在等待核验状态。";
    ClaimNotRefused, "claim_not_refused", "Only a refused claim can be corrected.", "只有被退回的证件申报可以更正。";
    RootDiffers, "root_differs", "The answer is for another version of the claim.", "核验答复与当前申报内容不一致。";
    ApplicationEnded, "application_ended", "The application is not verifying any more.", "该申请已结束。";
    CorrectionsUsedUp, "corrections_used_up", "The application was corrected as often as allowed.", "更正次数已用完。";
    CodeNotIssued, "code_not_issued", "The code is not in force: suspended, cancelled or unknown.", "运输码未生效：已暂停、已注销或不存在。";
    CodeRed, "code_red", "The code is red. Settle what is overdue.", "运输码为红码，请先处理逾期事项。";
    CodeHasWaybill, "code_has_waybill", "The code has a waybill under way.", "该码有在途运单。";
    NotSuspended, "not_suspended", "There is no such suspension.", "没有对应的暂停。";
    VehicleNotBound, "vehicle_not_bound", "The vehicle is not bound to the code.", "车辆未与该码绑定。";
    VehicleBound, "vehicle_bound", "The vehicle is bound to the code already.", "车辆已与该码绑定。";
    VehicleUnderWay, "vehicle_under_way", "The vehicle is on a waybill under way.", "车辆正在执行在途运单。";
    NoVehicle, "no_vehicle", "The code has no current vehicle.", "该码没有当前车辆。";
    NotATrailer, "not_a_trailer", "One of the two must be a trailer and the other not.", "两者必须一为挂车、一为非挂车。";
    AlreadyCoupled, "already_coupled", "The vehicle or trailer is coupled already.", "车辆或挂车已连接。";
    NotCoupled, "not_coupled", "The vehicle has no trailer.", "该车辆没有连接挂车。";
    OperatorInvalid, "operator_invalid", "The operator is not admitted or its business permit does not hold.", "经营者未准入或经营许可证无效。";
    CertificateMissing, "certificate_missing", "A certificate that is needed is not valid now.", "缺少有效的所需证件。";
    ClassUnfit, "class_unfit", "A class of licence, qualification or permit does not fit vehicle or goods.", "证件类别与车辆或货物不符。";
    CertificateState, "certificate_state", "The certificate's state does not allow this.", "证件当前状态不允许此操作。";
    MatterEnded, "matter_ended", "The matter has ended.", "该事项已结束。";
    MatterAutomatic, "matter_automatic", "The chain opens and settles this kind of matter itself.", "此类事项由系统自动生成和处理。";
    PointsTooMany, "points_too_many", "An open matter has too many points.", "未结事项记分过高。";
    OverLimitTooMany, "over_limit_too_many", "The vehicle has too many over-limit matters. A regulator may release it.", "车辆超限次数过多，须由行管部门解除。";
    VehicleBusy, "vehicle_busy", "The vehicle is on another waybill that it cannot share.", "车辆正在执行不可拼载的运单。";
    OverLoaded, "over_loaded", "The weights together exceed the rated load.", "合计重量超过核定载质量。";
    WaybillState, "waybill_state", "The waybill's state does not allow this step.", "运单当前状态不允许此步骤。";
    WaybillAlreadyAccepted, "waybill_already_accepted", "Another code accepted the waybill first.", "该运单已被其他运输码接单。";
    OfferEnded, "offer_ended", "The offer has ended.", "该运单已过接单时限。";
    NotOfferedToCode, "not_offered_to_code", "The waybill is offered to another code, or the code is outside its limits.", "该运单未向此码开放。";
    WaybillNumberTaken, "waybill_number_taken", "The maker has a waybill with this number and segment.", "该运单号与分段号已存在。";
    StepTime, "step_time", "The actual time is before the last step or too far ahead.", "实际时间早于上一步骤或超前过多。";
    ReasonMissing, "reason_missing", "The difference is above the limit: give the digest of the reason.", "差异超过限值，须提供原因摘要。";
    DisputeOpen, "dispute_open", "A dispute is open.", "存在未结争议。";
    NoDispute, "no_dispute", "No dispute is open.", "没有未结争议。";
    NoProposal, "no_proposal", "There is no open proposal by the other side.", "没有对方提出的待处理提议。";
    ProposalOpen, "proposal_open", "A proposal is open already.", "已有待处理的提议。";
    DisputeTooLate, "dispute_too_late", "The time to open a dispute is over.", "已超过提出争议的期限。";
    GrantMissing, "grant_missing", "The organisation has no grant in force with the scope that this action needs. Apply for the interface.", "该机构没有此操作所需范围的有效接口授权，请先申领接口。";
    NoGrant, "no_grant", "No grant of the interface is in force.", "没有有效的接口授权。";
    NoRequest, "no_request", "There is no open request for the interface.", "没有待处理的接口申领。";
    RequestDiffers, "request_differs", "The answer is for another request: look at the open one and answer it.", "答复针对的不是当前申领，请查看最新申领后再答复。";
    GrantTooWide, "grant_too_wide", "The grant goes beyond what was asked for.", "授权超出申领的范围。";
    ConsentNotInForce, "consent_not_in_force", "The consent is revoked, used up or past its end. Ask the holder for a new one.", "授权已撤回、用完或到期，请重新取得授权。";
    ConsentForOther, "consent_for_other", "The consent is for another organisation, code or purpose. Each needs its own.", "该授权针对其他机构、运输码或用途，须分别取得授权。";
    SensitiveTogether, "sensitive_together", "A sensitive field (identity number, bank account, track) is agreed to by a consent that names it alone.", "敏感信息（身份证号码、银行账户、行踪轨迹）须逐项单独授权。";
    NoBasis, "no_basis", "There is no basis for this access: no waybill of the asker's that the code carries or carried lately, and no office.", "缺少查询依据：既无在途或近期运单，也无相应职责。";
    FieldsBeyondBasis, "fields_beyond_basis", "A field is not covered by the basis. Ask for less, or on another basis.", "所查字段超出依据范围，请减少字段或更换依据。";
    DataRestricted, "data_restricted", "The data are kept for the law alone: a regulator may see them for a named case until that time is over.", "该信息仅为履行法定保存义务而留存，限期内仅行管部门可凭案件查询。";
    DataErased, "data_erased", "The data are erased.", "该信息已被删除。";
    CodeNotCancelled, "code_not_cancelled", "The code is in force or suspended. Cancel it first.", "运输码尚未注销，请先注销。";
    ApplicationOpen, "application_open", "The application is still verifying.", "该申请仍在核验中。";
    AffiliationState, "affiliation_state", "The affiliation's review, account or end does not allow this step.", "挂靠关系当前的审核、开户或终止状态不允许此操作。";
    AccessTooOld, "access_too_old", "The access was recorded too long ago to be answered. Record a new one.", "该查询记录已超过答复时限，请重新登记查询。";
    DataNeeded, "data_needed", "A waybill that ended lately, or a dispute, still needs the data: they may be restricted, not erased.", "近期结束的运单或未结争议仍需要该信息：只能限制，不能删除。";
    RestrictionOver, "restriction_over", "The time of the restriction is over: the data are to be erased.", "限制期已满，该信息应予删除。";
}

data! {
    /// One reason of a refusal.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Reason {
        /// Why.
        pub code: RefusalCode,
        /// What it is about: a field, a certificate's kind or another word.
        pub about: Option<Word>,
    }
}

/// Why an action is refused: one reason or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub Vec<Reason>);

impl Refused {
    /// One reason, about a field or the like; the word is cut away if it is none.
    pub fn about(code: RefusalCode, about: &str) -> Self {
        Self(vec![Reason { code, about: Word::new(about).ok() }])
    }
}

/// Reasons as they are found: a rule looks for all of them before it refuses.
#[derive(Debug, Default)]
pub(crate) struct Reasons(Vec<Reason>);

impl Reasons {
    /// Adds a reason about a field or the like if `is_so`.
    pub(crate) fn bar_if(&mut self, is_so: bool, code: RefusalCode, about: &str) {
        if is_so {
            self.add(Err(Refused::about(code, about)));
        }
    }

    /// Adds the reasons of a check, each once.
    pub(crate) fn add(&mut self, checked: Result<(), Refused>) {
        for reason in checked.err().into_iter().flat_map(|refused| refused.0) {
            if !self.0.contains(&reason) {
                self.0.push(reason);
            }
        }
    }

    /// Refuses if a reason was found.
    pub(crate) fn done(self) -> Result<(), Refused> {
        if self.0.is_empty() { Ok(()) } else { Err(Refused(self.0)) }
    }
}

impl From<RefusalCode> for Refused {
    fn from(code: RefusalCode) -> Self {
        Self(vec![Reason { code, about: None }])
    }
}
