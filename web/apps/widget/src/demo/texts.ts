import { type Locale, localeOf } from '../locale'

/** A small shop that does not exist. */
const zhCN = {
  trial: '试用页：客户网站上的样子',
  console: '打开控制台',
  stranger: '换一位新访客',
  shop: '青禾家电',
  tagline: '好用的小家电，送货上门',
  nav: ['新品', '厨房', '清洁', '售后'],
  headline: '一台机器，一周的豆浆',
  lead: '新款静音破壁机，低于 60 分贝，三年质保。今天下单，明天送到。',
  buy: '加入购物车',
  ask: '问问客服',
  goods: [
    { name: '静音破壁机 P3', note: '1.2 L · 58 dB', price: '¥899' },
    { name: '蒸汽拖把 S1', note: '30 秒出汽 · 三档', price: '¥459' },
    { name: '电饭煲 R5', note: '4 L · 铜釜内胆', price: '¥699' },
    { name: '空气炸锅 A2', note: '5 L · 可视窗', price: '¥399' },
  ],
  how: '右下角就是您的客户会看到的聊天按钮。打开它，写一句话；再到控制台切换为“就绪”，接入并回复。',
  order: '我的订单 QH-20417 什么时候到？',
}

export type Texts = typeof zhCN

const zhTW: Texts = {
  trial: '試用頁：客戶網站上的樣子',
  console: '開啟控制台',
  stranger: '換一位新訪客',
  shop: '青禾家電',
  tagline: '好用的小家電，宅配到府',
  nav: ['新品', '廚房', '清潔', '售後'],
  headline: '一台機器，一週的豆漿',
  lead: '新款靜音調理機，低於 60 分貝，三年保固。今天下單，明天到貨。',
  buy: '加入購物車',
  ask: '詢問客服',
  goods: [
    { name: '靜音調理機 P3', note: '1.2 L · 58 dB', price: 'NT$3,990' },
    { name: '蒸氣拖把 S1', note: '30 秒出汽 · 三段', price: 'NT$1,990' },
    { name: '電子鍋 R5', note: '4 L · 銅釜內鍋', price: 'NT$2,990' },
    { name: '氣炸鍋 A2', note: '5 L · 可視窗', price: 'NT$1,790' },
  ],
  how: '右下角就是您的客戶會看到的聊天按鈕。打開它，寫一句話；再到控制台切換為「就緒」，接入並回覆。',
  order: '我的訂單 QH-20417 什麼時候到？',
}

const en: Texts = {
  trial: 'Trial page: as on your customers’ screens',
  console: 'Open the console',
  stranger: 'Become a new visitor',
  shop: 'Qinghe Home',
  tagline: 'Small appliances, delivered',
  nav: ['New', 'Kitchen', 'Cleaning', 'Service'],
  headline: 'One machine, a week of soy milk',
  lead: 'The new quiet blender: under 60 decibels, three years of warranty. Order today, delivered tomorrow.',
  buy: 'Add to cart',
  ask: 'Ask us',
  goods: [
    { name: 'Quiet blender P3', note: '1.2 L · 58 dB', price: '¥899' },
    { name: 'Steam mop S1', note: 'Steam in 30 s · three levels', price: '¥459' },
    { name: 'Rice cooker R5', note: '4 L · copper bowl', price: '¥699' },
    { name: 'Air fryer A2', note: '5 L · window', price: '¥399' },
  ],
  how: 'The button at the lower right is the chat your customers will see. Open it and write something; then become “Ready” in the console, accept and answer.',
  order: 'When will my order QH-20417 arrive?',
}

const ALL: Record<Locale, Texts> = { 'zh-CN': zhCN, 'zh-TW': zhTW, en }

export function textsFor(wanted: string): { lang: Locale; texts: Texts } {
  const lang = localeOf(wanted)
  return { lang, texts: ALL[lang] }
}
