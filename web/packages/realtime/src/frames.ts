import type { Fact, FromStaff, ToStaff } from '@zhike/api/frames'

/** What the staff socket says. `seq` counts within a topic; 0 marks a topic that cannot be resumed. */
export type ServerFrame = ToStaff

export type FactFrame = Fact

/** What a browser may say back. */
export type ClientFrame = FromStaff

/** Reads a frame; anything that is not one of ours is undefined rather than an exception. */
export function parseFrame(text: string): ServerFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null && 't' in frame ? (frame as ServerFrame) : undefined
  } catch {
    return undefined
  }
}
