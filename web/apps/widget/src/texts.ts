/** The visitor's words. The chat is small and loads alone, so they travel with it. */
const zhCN = {
  trial: '试用页',
  heading: '以客户的身份，说一句话',
  intro: '右边的聊天窗口就是客户会看到的样子。写一条消息，它会立刻出现在控制台的“会话”里；同事的回复也会马上回到这里。',
  steps: ['在控制台切换为“就绪”', '在这里写一条消息', '在控制台接入并回复'],
  open_console: '打开控制台',
  new_visitor: '换一位新访客',
  title: '在线客服',
  connecting: '正在连接…',
  ready: '在线',
  lost: '连接中断，正在重连…',
  closed: '会话已结束',
  absent: '没有这个渠道',
  with: '{name} 为您服务',
  hello: '您好，有什么可以帮您？',
  input: '输入消息',
  send: '发送',
  sending: '发送中',
  waiting: '等待网络',
  sent: '已送达',
  read: '已读',
  refused: '没有发出',
  again: '重发',
  ended: '这次会话已结束。再发一条消息即可开始新的会话。',
  below: '新消息',
  log: '聊天记录',
}

export type Texts = typeof zhCN

const zhTW: Texts = {
  trial: '試用頁',
  heading: '以客戶的身分，說一句話',
  intro: '右邊的聊天視窗就是客戶會看到的樣子。寫一則訊息，它會立刻出現在控制台的「對話」裡；同事的回覆也會馬上回到這裡。',
  steps: ['在控制台切換為「就緒」', '在這裡寫一則訊息', '在控制台接入並回覆'],
  open_console: '開啟控制台',
  new_visitor: '換一位新訪客',
  title: '線上客服',
  connecting: '正在連線…',
  ready: '線上',
  lost: '連線中斷，正在重連…',
  closed: '對話已結束',
  absent: '沒有這個渠道',
  with: '{name} 為您服務',
  hello: '您好，有什麼可以幫您？',
  input: '輸入訊息',
  send: '傳送',
  sending: '傳送中',
  waiting: '等待網路',
  sent: '已送達',
  read: '已讀',
  refused: '沒有送出',
  again: '重送',
  ended: '這次對話已結束。再傳一則訊息即可開始新的對話。',
  below: '新訊息',
  log: '聊天記錄',
}

const en: Texts = {
  trial: 'Trial page',
  heading: 'Say something, as a customer would',
  intro: 'The chat at the right is what your customers will see. Write a message: it appears at once under Conversations in the console, and a colleague’s reply comes straight back here.',
  steps: ['Become “Ready” in the console', 'Write a message here', 'Accept and answer it in the console'],
  open_console: 'Open the console',
  new_visitor: 'Become a new visitor',
  title: 'Live chat',
  connecting: 'Connecting…',
  ready: 'Online',
  lost: 'Connection lost, reconnecting…',
  closed: 'Conversation closed',
  absent: 'No such channel',
  with: 'You are talking with {name}',
  hello: 'Hello, how can we help?',
  input: 'Type a message',
  send: 'Send',
  sending: 'Sending',
  waiting: 'Waiting for the network',
  sent: 'Delivered',
  read: 'Read',
  refused: 'Not sent',
  again: 'Send again',
  ended: 'This conversation is closed. Send another message to begin a new one.',
  below: 'New messages',
  log: 'Conversation',
}

/** The texts for what the browser asks for, and the language they are in. */
export function textsFor(wanted: readonly string[]): { lang: string; texts: Texts } {
  const first = (wanted[0] ?? 'zh-CN').toLowerCase()
  if (/^zh.*-(tw|hk|mo|hant)/.test(first)) return { lang: 'zh-TW', texts: zhTW }
  return first.startsWith('zh') ? { lang: 'zh-CN', texts: zhCN } : { lang: 'en', texts: en }
}
