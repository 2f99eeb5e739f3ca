// SPDX-License-Identifier: Apache-2.0
/** Names of the sixteen prefectures (GB/T 2260), and of the classes of goods (JT/T 919.2). */
import type { Words } from '../parts/language.js';

/** By code, in the order of the codes. */
export const PREFECTURES: ReadonlyMap<number, Words> = new Map([
  [5301, { zh: '昆明', en: 'Kunming' }],
  [5303, { zh: '曲靖', en: 'Qujing' }],
  [5304, { zh: '玉溪', en: 'Yuxi' }],
  [5305, { zh: '保山', en: 'Baoshan' }],
  [5306, { zh: '昭通', en: 'Zhaotong' }],
  [5307, { zh: '丽江', en: 'Lijiang' }],
  [5308, { zh: '普洱', en: "Pu'er" }],
  [5309, { zh: '临沧', en: 'Lincang' }],
  [5323, { zh: '楚雄', en: 'Chuxiong' }],
  [5325, { zh: '红河', en: 'Honghe' }],
  [5326, { zh: '文山', en: 'Wenshan' }],
  [5328, { zh: '西双版纳', en: 'Xishuangbanna' }],
  [5329, { zh: '大理', en: 'Dali' }],
  [5331, { zh: '德宏', en: 'Dehong' }],
  [5333, { zh: '怒江', en: 'Nujiang' }],
  [5334, { zh: '迪庆', en: 'Diqing' }],
]);

/** By code, in the order of the codes. */
export const GOODS: ReadonlyMap<number, Words> = new Map([
  [100, { zh: '煤炭及制品', en: 'Coal' }],
  [200, { zh: '石油、天然气及制品', en: 'Oil and gas' }],
  [300, { zh: '金属矿石', en: 'Metal ores' }],
  [400, { zh: '钢铁', en: 'Iron and steel' }],
  [500, { zh: '矿建材料', en: 'Building minerals' }],
  [600, { zh: '水泥', en: 'Cement' }],
  [700, { zh: '木材', en: 'Timber' }],
  [800, { zh: '非金属矿石', en: 'Non-metal ores' }],
  [900, { zh: '化肥及农药', en: 'Fertiliser, pesticide' }],
  [1000, { zh: '盐', en: 'Salt' }],
  [1100, { zh: '粮食', en: 'Grain' }],
  [1200, { zh: '机械、设备、电器', en: 'Machines, appliances' }],
  [1300, { zh: '轻工原料及制品', en: 'Light industry goods' }],
  [1400, { zh: '有色金属', en: 'Non-ferrous metals' }],
  [1500, { zh: '轻工医药产品', en: 'Pharmaceuticals' }],
  [1600, { zh: '鲜活、冷藏冷冻货物', en: 'Fresh or chilled' }],
  [1601, { zh: '鲜活农产品', en: 'Fresh farm produce' }],
  [1602, { zh: '冷藏冷冻货物', en: 'Chilled or frozen' }],
  [1700, { zh: '其他货物', en: 'Other goods' }],
  [1701, { zh: '商品汽车', en: 'New cars' }],
]);

/** The name of a prefecture; its code where it is none of Yunnan. */
export function prefecture(code: number): Words {
  return PREFECTURES.get(code) ?? { zh: String(code), en: String(code) };
}

/** The name of a class of goods, or of the class that its kind is of. */
export function goods(code: number): Words {
  const text = String(code).padStart(4, '0');
  return GOODS.get(code) ?? GOODS.get(Math.floor(code / 100) * 100) ?? { zh: text, en: text };
}
