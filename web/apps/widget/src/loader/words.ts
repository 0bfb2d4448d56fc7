import { localeOf } from '../locale'

/** The launcher's few words: open, close, its name, unread, dismiss, opening, failed, again. */
const WORDS = {
  'zh-CN': ['打开在线客服', '关闭在线客服', '在线客服', '条未读消息', '不再显示', '正在打开…', '暂时打不开，请稍后再试', '重试'],
  'zh-TW': ['開啟線上客服', '關閉線上客服', '線上客服', '則未讀訊息', '不再顯示', '正在開啟…', '暫時無法開啟，請稍後再試', '重試'],
  en: ['Open chat', 'Close chat', 'Live chat', 'unread', 'Dismiss', 'Opening…', 'The chat cannot be opened just now', 'Try again'],
} as const

export const wordsFor = (locale: string): readonly string[] => WORDS[localeOf(locale)]
