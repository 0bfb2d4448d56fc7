/** What the staff socket says. `seq` counts within a topic; 0 marks a topic that cannot be resumed. */
export type ServerFrame =
  | { t: 'hello'; node: string; now: number }
  | { t: 'snapshot'; topic: string; seq: number; data: unknown }
  | FactFrame
  | { t: 'resync'; topic: string }
  | { t: 'error'; topic?: string; code: string }
  | { t: 'pong'; now: number }

export interface FactFrame {
  t: 'fact'
  topic: string
  seq: number
  kind: string
  at: number
  data: unknown
}

/** What a browser may say back. */
export type ClientFrame =
  | { t: 'subscribe'; topic: string; since?: number }
  | { t: 'unsubscribe'; topic: string }
  | { t: 'ping' }

/** Reads a frame; anything that is not one of ours is undefined rather than an exception. */
export function parseFrame(text: string): ServerFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null && 't' in frame ? (frame as ServerFrame) : undefined
  } catch {
    return undefined
  }
}
