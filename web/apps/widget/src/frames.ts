/** A message as the server keeps it. */
export interface Message {
  id: string
  seq: number
  client_id: string
  author: 'customer' | 'agent' | 'system'
  author_name: string
  kind: 'text' | 'file'
  text: string
  at: number
}

/** What the visitor's socket says. */
export type ServerFrame =
  | { t: 'ready'; token: string; conversation: { id: string; agent_read_seq: number } | null; customer: string; seq: number; messages: Message[] }
  | { t: 'ack'; client_id: string; seq: number; id: string; at: number }
  | { t: 'refused'; client_id: string; code: string }
  | { t: 'fact'; seq: number; kind: string; at: number; data: unknown }
  | { t: 'closed' }
  | { t: 'error'; code: string }
  | { t: 'pong'; now: number }

/** What a visitor may say. */
export type ClientFrame =
  | { t: 'hello'; channel: string; token?: string; conversation?: string; since?: number }
  | { t: 'send'; client_id: string; text: string }
  | { t: 'read'; seq: number }
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
