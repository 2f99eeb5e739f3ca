// SPDX-License-Identifier: Apache-2.0
//! What each action is called by people who are to sign it, in Chinese and English: one row an action, in
//! the order of the format.

use crate::actions::Action;

/// A name in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// The action's word.
    pub action: &'static str,
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

const fn title(action: &'static str, zh: &'static str, en: &'static str) -> Title {
    Title { action, zh, en }
}

/// The names, in the order of the format.
pub const TITLES: [Title; Action::WORDS.len()] = [
    title("organisation_admit", "准入机构", "Admit an organisation"),
    title("organisation_scopes", "设定机构的认证范围", "Set what an organisation may attest"),
    title("organisation_end", "终止机构登记", "End an organisation's registration"),
    title("key_add", "增加密钥", "Add a key"),
    title("key_end", "终止密钥", "End a key"),
    title("key_replace", "更换密钥", "Replace a key"),
    title("parameter_set", "设定参数", "Set a parameter"),
    title("person_key_register", "为本人登记新密钥", "Register a person's new key"),
    title("code_apply", "申领运输码", "Apply for a code"),
    title("vehicle_apply", "申请车辆登记", "Apply for a vehicle's record"),
    title("claim_answer", "答复认证请求", "Answer a claim"),
    title("claim_correct", "更正认证请求", "Correct a claim"),
    title("application_withdraw", "撤回申请", "Withdraw an application"),
    title("code_suspend", "暂停运输码", "Suspend a code"),
    title("code_resume", "恢复运输码", "Resume a code"),
    title("code_cancel", "注销运输码", "Cancel a code"),
    title("vehicle_bind", "绑定车辆", "Bind a vehicle to a code"),
    title("vehicle_unbind", "解绑车辆", "Unbind a vehicle from a code"),
    title("vehicle_choose", "选择当前车辆", "Choose the current vehicle"),
    title("trailer_couple", "挂接挂车", "Couple a trailer"),
    title("trailer_uncouple", "摘下挂车", "Uncouple a trailer"),
    title("operator_set", "设定经营者", "Set a code's operator"),
    title("certificate_attest", "认证证件", "Attest a certificate"),
    title("certificate_suspend", "暂停证件", "Suspend a certificate"),
    title("certificate_resume", "恢复证件", "Resume a certificate"),
    title("certificate_revoke", "吊销证件", "Revoke a certificate"),
    title("matter_open", "登记待办事项", "Open a matter"),
    title("matter_extend", "延长待办事项期限", "Give more time for a matter"),
    title("matter_settle", "办结待办事项", "Settle a matter"),
    title("matter_void", "作废待办事项", "Void a matter"),
    title("vehicle_release", "解除车辆超限限制", "Release a vehicle from its over-limit matters"),
    title("waybill_offer", "发布运单", "Offer a waybill"),
    title("waybill_accept", "接受运单", "Accept a waybill"),
    title("waybill_decline", "拒绝运单", "Decline a waybill"),
    title("waybill_withdraw", "撤回运单", "Withdraw a waybill"),
    title("waybill_cancel", "取消运单", "Cancel a waybill"),
    title("waybill_load", "运单装货", "Load"),
    title("waybill_depart", "运单发车", "Depart"),
    title("waybill_arrive", "运单到达", "Arrive"),
    title("waybill_sign", "运单签收", "Sign for a waybill"),
    title("waybill_abort", "提议中止运单", "Propose to abort a waybill"),
    title("waybill_abort_agree", "同意中止运单", "Agree to abort a waybill"),
    title("waybill_settle", "提出运费结算", "Propose a settlement"),
    title("waybill_settle_agree", "同意运费结算", "Agree to a settlement"),
    title("waybill_dispute", "提出争议", "Open a dispute"),
    title("waybill_dispute_end", "结束争议", "End a dispute"),
    title("interface_apply", "申请接口", "Apply for an interface"),
    title("interface_withdraw", "撤回接口申请", "Withdraw a request for an interface"),
    title("interface_grant", "授予接口", "Grant an interface"),
    title("interface_refuse", "拒绝接口申请", "Refuse an interface"),
    title("interface_revoke", "收回接口授权", "Revoke a grant"),
    title("interface_release", "交还接口授权", "Give a grant back"),
    title("waybill_swap", "提议更换车辆", "Propose another vehicle"),
    title("waybill_swap_agree", "同意更换车辆", "Agree to another vehicle"),
    title("consent_give", "给予授权", "Give a consent"),
    title("consent_revoke", "撤回授权", "Revoke a consent"),
    title("consent_use", "使用运力验证码", "Use a capacity verification code"),
    title("access_record", "登记信息查询", "Record an access"),
    title("erasure_publish", "公布信息删除", "Publish an erasure"),
    title("affiliation_request", "申请挂靠", "Request an affiliation"),
    title("affiliation_review", "审核挂靠", "Review an affiliation"),
    title("affiliation_open", "挂靠开户", "Open an affiliation's account"),
    title("affiliation_end", "终止挂靠", "End an affiliation"),
];

impl Title {
    /// The name of an action.
    pub fn of(action: &Action) -> &'static Self {
        &TITLES[action.place()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_stand_in_the_order_of_the_format() {
        let words: Vec<_> = TITLES.iter().map(|title| title.action).collect();
        assert_eq!(words, Action::WORDS);
    }
}
