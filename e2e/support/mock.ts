import type { Page } from '@playwright/test'

const NOW = Date.now()

/** A channel as it tells of itself, with the usual answers. */
export const CHANNEL = {
  active: true,
  organisation: '晨光家电',
  title: '',
  greeting: '您好，请问有什么可以帮您？',
  accent: '#00766e',
  after_hours_text: '',
  open: true,
  next_opening_at: null as number | null,
  closes_at: null as number | null,
  estimated_ms: 60_000,
  pre_chat: { enabled: false, intro: '', fields: [] as object[], consent_text: '' },
  rating: { enabled: true, tags: ['回复及时', '等待太久'] },
  invitations: [] as object[],
  show_position: true,
}

export const QUESTIONS = {
  enabled: true,
  intro: '',
  consent_text: '我同意仅为处理本次咨询使用以上信息',
  fields: [
    { key: 'topic', label: '想咨询什么', kind: 'select', options: ['售前', '售后', '投诉', '其他'], required: true },
    { key: 'name', label: '怎么称呼您', kind: 'text', required: true },
    { key: 'phone', label: '手机号', kind: 'phone', options: [], required: false },
  ],
}

export const conversation = (over: object = {}): object => ({ id: 'cnv_1', state: 'active', assignee_name: '苏禾', agent_read_seq: 0, customer_read_seq: 0, opened_at: NOW - 600_000, closed_at: null, rating: null, after_hours: false, ...over })

export const message = (seq: number, author: 'customer' | 'agent' | 'system', text: string, over: object = {}): object => ({
  id: `msg_${seq}`,
  conversation_id: 'cnv_1',
  seq,
  client_id: `c${seq}`,
  author,
  author_name: author === 'agent' ? '苏禾' : '',
  kind: 'text',
  text,
  at: NOW - (60 - seq) * 1000,
  ...over,
})

/**
 * A server that says what it is told to: for states that are seldom met and for what a server of
 * ours would never say. Answers every frame the visitor sent, and a way to say more.
 */
export async function pretend(page: Page, { channel = {}, ready = {} }: { channel?: object | undefined; ready?: object | undefined }): Promise<{ heard: Record<string, unknown>[]; say: (frame: object) => void }> {
  const heard: Record<string, unknown>[] = []
  let say: (frame: object) => void = () => {}
  await page.route('**/widget/channels/*', (route) => route.fulfill({ json: { ...CHANNEL, ...channel }, headers: { 'access-control-allow-origin': '*' } }))
  await page.routeWebSocket(/\/widget\/ws$/, (socket) => {
    say = (frame) => socket.send(JSON.stringify(frame))
    socket.onMessage((text) => {
      const frame = JSON.parse(String(text)) as Record<string, unknown>
      heard.push(frame)
      if (frame['t'] === 'hello') say({ t: 'ready', token: 'tok', customer: 'cus_1', name: '', identified: false, conversation: null, seq: 0, messages: [], queue: null, ...ready })
      if (frame['t'] === 'rate') say({ t: 'rated' })
      if (frame['t'] === 'ping') say({ t: 'pong', now: Date.now() })
    })
  })
  return { heard, say: (frame) => say(frame) }
}
