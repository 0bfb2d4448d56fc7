import type { Card as AnyCard, FromVisitor, Happening as AnyHappening, Place, ToVisitor, VisitorConversation, VisitorHello, VisitorMessage, VisitorRating, VisitorStep } from '@zhike/api/frames'

/** A message as the server keeps it, without what only staff need; a recalled one has no text any more. */
export type Message = Omit<VisitorMessage, 'staff_only' | 'author_id'>

/** A product, an offer: addresses count only when they are https. */
export type Card = AnyCard

/** What happened, told in the log. The text of `after_hours` is what the customer is told. */
export type Happening = AnyHappening

/** What is wrong with a field: the `params` of `invalid` are a list of these. */
export interface Problem {
  field: string
  code: string
  params: Record<string, unknown>
}

export type Rating = Pick<VisitorRating, 'solved' | 'score' | 'tags' | 'comment'>

/** `state` is `message` when it was left rather than waited for, to be answered later. */
export type Conversation = VisitorConversation

/** Where the visitor stands; without an estimate nobody knows how long it takes. */
export type Queue = Place

/** What the visitor's socket says. */
export type ServerFrame = ToVisitor

/** Who speaks, beyond what the token says. */
export type Who = Pick<VisitorHello, 'name' | 'identity' | 'page' | 'locale' | 'fields' | 'trail'>

/** What the visitor did, and when. */
export type TrailStep = VisitorStep

/** What a visitor may say. */
export type ClientFrame = FromVisitor

/** Reads a frame; what is not one of ours is undefined. */
export function parseFrame(text: string): ServerFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null && 't' in frame ? (frame as ServerFrame) : undefined
  } catch {
    return undefined
  }
}
