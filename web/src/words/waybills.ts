// SPDX-License-Identifier: Apache-2.0
/** Words for where a waybill stands, for what can be done with it, and for why. */
import type { WaybillState } from '@dianyun/sdk';

import type { Words } from '../parts/language.js';
import type { StepName } from '../waybill/steps.js';

/** Where it stands. */
export const STATES: Readonly<Record<WaybillState, Words>> = {
  offered: { zh: '待接单', en: 'Offered' },
  accepted: { zh: '已接单', en: 'Accepted' },
  loaded: { zh: '已装货', en: 'Loaded' },
  in_transit: { zh: '运输中', en: 'In transit' },
  arrived: { zh: '已到达', en: 'Arrived' },
  signed: { zh: '已签收', en: 'Signed for' },
  settled: { zh: '已结算', en: 'Settled' },
  declined: { zh: '司机已拒', en: 'Refused by the driver' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  lapsed: { zh: '已过期', en: 'Lapsed' },
  cancelled: { zh: '已取消', en: 'Cancelled' },
  aborted: { zh: '已中止', en: 'Aborted' },
};

/** What is done, as the button says it. */
export const STEPS: Readonly<Record<StepName, Words>> = {
  accept: { zh: '接单', en: 'Accept' },
  decline: { zh: '拒绝', en: 'Refuse' },
  load: { zh: '装货完成', en: 'Loaded' },
  depart: { zh: '发车', en: 'Depart' },
  arrive: { zh: '确认送达', en: 'Delivered' },
  cancel: { zh: '取消运单', en: 'Cancel' },
  abort: { zh: '申请中止', en: 'Propose to abort' },
  abort_agree: { zh: '同意中止', en: 'Agree to abort' },
  swap_agree: { zh: '同意换车', en: 'Agree to the swap' },
  settle_agree: { zh: '确认结算', en: 'Agree to the payment' },
  dispute: { zh: '提出争议', en: 'Open a dispute' },
  dispute_end: { zh: '结束争议', en: 'End the dispute' },
  withdraw: { zh: '撤回', en: 'Withdraw' },
  sign: { zh: '签收', en: 'Sign for it' },
  settle: { zh: '提出结算', en: 'Propose the payment' },
};

/** Reasons by their codes on chain, for each step that needs one. */
export const STEP_REASONS: Readonly<Partial<Record<StepName, Readonly<Record<string, Words>>>>> = {
  decline: {
    not_available: { zh: '没有空', en: 'I am not free' },
    price: { zh: '运费不合适', en: 'The price does not suit' },
    route: { zh: '路线不合适', en: 'The route does not suit' },
    goods: { zh: '货物不适合我的车', en: 'The goods do not fit my vehicle' },
  },
  withdraw: {
    plan_changed: { zh: '计划有变', en: 'The plan changed' },
    mistake: { zh: '填写有误', en: 'There was a mistake in it' },
    goods_gone: { zh: '货物已另行安排', en: 'The goods go another way' },
  },
  cancel: {
    plan_changed: { zh: '计划有变', en: 'The plan changed' },
    vehicle_trouble: { zh: '车辆故障', en: 'The vehicle broke down' },
    goods_not_ready: { zh: '货物未备好', en: 'The goods are not ready' },
    weather: { zh: '天气或道路原因', en: 'Weather or roads' },
  },
  abort: {
    breakdown: { zh: '车辆故障', en: 'The vehicle broke down' },
    accident: { zh: '交通事故', en: 'An accident' },
    road_closed: { zh: '道路中断', en: 'The road is closed' },
    goods_refused: { zh: '收货方拒收', en: 'The consignee refuses the goods' },
  },
  dispute: {
    price: { zh: '运费有异议', en: 'About the price' },
    weight: { zh: '重量有异议', en: 'About the weight' },
    damage: { zh: '货损货差', en: 'Damage or loss' },
    delay: { zh: '延误', en: 'Delay' },
  },
};

/** A reason on chain in words; its code where it is none of ours. */
export function reason(code: string): Words {
  const found = Object.values(STEP_REASONS).find((reasons) => code in reasons)?.[code];
  return found ?? { zh: code, en: code };
}

/** The two sides. */
export const SIDES: Readonly<Record<'maker' | 'driver', Words>> = {
  maker: { zh: '派单方', en: 'the maker' },
  driver: { zh: '司机', en: 'the driver' },
};

/** Fields of a waybill that are not in the clear, as people call them. */
export const DETAIL_FIELDS: Readonly<Record<string, Words>> = {
  DescriptionOfGoods: { zh: '货物', en: 'Goods' },
  GoodsItemGrossWeight: { zh: '毛重', en: 'Gross weight' },
  TotalMonetaryAmount: { zh: '运费', en: 'Price' },
  Consignor: { zh: '发货方', en: 'Consignor' },
  ConsignorID: { zh: '发货方代码', en: "Consignor's code" },
  PlaceOfLoading: { zh: '装货地址', en: 'Load at' },
  Consignee: { zh: '收货方', en: 'Consignee' },
  ConsigneeID: { zh: '收货方代码', en: "Consignee's code" },
  GoodsReceiptPlace: { zh: '卸货地址', en: 'Deliver to' },
  BusinessTypeCode: { zh: '业务类型', en: 'Kind of business' },
  PermitNumber: { zh: '经营许可证号', en: 'Business permit' },
  Carrier: { zh: '派单企业', en: 'Maker' },
  UnifiedSocialCreditIdentifier: { zh: '信用代码', en: 'Credit code' },
  Remark: { zh: '备注', en: 'Remark' },
};

/** Kinds of business, as the ministry's data has them. */
export const BUSINESS: Readonly<Record<string, Words>> = {
  '1002996': { zh: '干线普货', en: 'Long haul' },
  '1003997': { zh: '城市配送', en: 'City delivery' },
  '1003998': { zh: '农村配送', en: 'Rural delivery' },
  '1002998': { zh: '集装箱', en: 'Containers' },
  '1003999': { zh: '其他', en: 'Other' },
};
