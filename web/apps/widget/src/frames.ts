import type { Identity, PageInfo } from './protocol'

/** A message as the server keeps it; a recalled one has no text any more. */
export interface Message {
  id: string
  conversation_id: string
  seq: number
  client_id: string
  author: 'customer' | 'agent' | 'system'
  author_name: string
  kind: 'text' | 'file' | 'card' | 'event'
  text: string
  file_id?: string | null
  quote_seq?: number | null
  data?: Card | Happening | null
  at: number
  edited_at?: number | null
  recalled_at?: number | null
}

/** A product, an offer: addresses count only when they are https. */
export interface Card {
  title: string
  subtitle?: string
  image_url?: string
  price?: string
  url?: string
}

/** Somebody or something, with the name it had then. */
export interface Named {
  id: string
  name: string
}

/** What happened, told in the log. The text of `after_hours` is what the customer is told. */
export type Happening =
  | { event: 'assigned'; to: Named; by?: Named }
  | { event: 'transferred'; from: Named | null; to?: Named; queue?: Named }
  | { event: 'closed'; by?: Named; by_customer: boolean; to?: undefined }
  | { event: 'after_hours'; opens_at: number; time_zone: string; to?: undefined }

/** What is wrong with a field: the `params` of `invalid` are a list of these. */
export interface Problem {
  field: string
  code: string
  params: Record<string, unknown>
}

export interface Rating {
  solved: boolean | null
  score: number | null
  tags: string[]
  comment: string
}

export interface Conversation {
  id: string
  /** `message`: left rather than waited, to be answered later. */
  state: 'queued' | 'active' | 'message' | 'closed'
  assignee_name: string | null
  last_seq: number
  agent_read_seq: number
  customer_read_seq: number
  opened_at: number
  closed_at: number | null
  rating: (Rating & { at: number }) | null
  /** Whether it came out of hours and waits for the opening. */
  after_hours: boolean
}

export interface Queue {
  position: number
  ahead: number
  /** Null: nobody knows. */
  estimated_ms: number | null
  since: number
}

/** What the visitor's socket says. */
export type ServerFrame =
  | { t: 'ready'; token: string; conversation: Conversation | null; customer: string; name: string; identified: boolean; seq: number; messages: Message[]; queue: Queue | null }
  | { t: 'ack'; client_id: string; seq: number; id: string; at: number }
  | { t: 'refused'; client_id: string; code: string; params: unknown }
  | { t: 'fact'; topic: string; seq: number; kind: string; at: number; data: unknown }
  | ({ t: 'queue' } & Queue)
  | { t: 'rated' }
  | { t: 'error'; topic?: string; code: string; params?: unknown }
  | { t: 'pong'; now: number }

/** Who speaks, beyond what the token says. */
export interface Who {
  name?: string
  identity?: Identity
  page?: PageInfo
  locale?: string
  fields?: Record<string, string>
  trail?: TrailStep[]
}

/** What the visitor did on the page, and when. */
export interface TrailStep {
  name: string
  at: number
}

/** What a visitor may say. */
export type ClientFrame =
  | ({ t: 'hello'; channel: string; token?: string; conversation?: string; since?: number } & Who)
  | { t: 'send'; client_id: string; text: string; file_id?: string; quote_seq?: number }
  | { t: 'read'; seq: number }
  | { t: 'typing'; text: string }
  | { t: 'recall'; seq: number }
  | ({ t: 'rate' } & Rating)
  | { t: 'leave' }
  | { t: 'stop_waiting' }
  | ({ t: 'track' } & TrailStep)
  | { t: 'page'; url: string; title: string }
  | { t: 'invited'; id: string }
  | { t: 'ping' }

/** Reads a frame; what is not one of ours is undefined. */
export function parseFrame(text: string): ServerFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null && 't' in frame ? (frame as ServerFrame) : undefined
  } catch {
    return undefined
  }
}
