/** The example client of the open channel, as far as tests use it. */
declare module '*/open-channel/client.mjs' {
  import type { Server } from 'node:http'

  interface Told {
    id: string
    user_id: string
    message: { kind: string; text: string; author?: string; file?: { name: string; path: string } }
  }

  export class OpenChannel {
    constructor(at: { url: string; key: string; secret: string })
    say(message: { id: string; user: { id: string; name?: string }; text?: string; files?: string[]; attributes?: Record<string, string> }): Promise<{ conversation_id: string }>
    report(receipts: { id: string; state: 'delivered' | 'read' | 'failed'; why?: string }[]): Promise<unknown>
    sendFile(user: { id: string }, name: string, bytes: Uint8Array): Promise<string>
    listen(port: number, path: string, hear: (told: Told) => unknown): Promise<Server>
  }
}
