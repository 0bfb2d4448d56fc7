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

/** What happened, told in the log. */
export interface Happening {
  event: string
  name?: string
  to?: string
  [other: string]: unknown
}

export interface Rating {
  solved: boolean | null
  score: number | null
  tags: string[]
  comment: string
}

export interface Conversation {
  id: string
  state: 'queued' | 'active' | 'closed'
  assignee_name: string | null
  agent_read_seq: number
  customer_read_seq: number
  opened_at: number
  closed_at: number | null
  rating?: Rating | null
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
  | { t: 'ready'; token: string; conversation: Conversation | null; customer: string; seq: number; messages: Message[]; queue?: Queue | null }
  | { t: 'ack'; client_id: string; seq: number; id: string; at: number }
  | { t: 'refused'; client_id: string; code: string; params?: unknown }
  | { t: 'fact'; topic?: string; seq: number; kind: string; at: number; data: unknown }
  | ({ t: 'queue' } & Queue)
  | { t: 'rated' }
  | { t: 'error'; code: string; params?: unknown }
  | { t: 'pong'; now: number }

/** Who speaks, beyond what the token says. */
export interface Who {
  name?: string
  identity?: Identity
  page?: PageInfo
  locale?: string
  fields?: Record<string, string>
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
