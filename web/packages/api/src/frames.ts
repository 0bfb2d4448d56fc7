import type { components } from './schema'

/**
 * What goes over the two sockets, as the server's description says. Types alone: nothing of this reaches a
 * browser.
 */
type Schemas = components['schemas']

/** The server writes every field of what it says; what may be absent is null, never left out. */
type Whole<T> = T extends unknown ? { [K in keyof T]-?: Exclude<T[K], undefined> } : never

/** What the server says to staff, and what staff may say. */
export type ToStaff = Schemas['ServerFrameToStaff']
export type FromStaff = Schemas['StaffFrame']
/** Something happened, on whichever topic. */
export type Fact = Schemas['ServerFrame.fact']

/** What the server says to visitors, and what visitors may say. */
export type ToVisitor = Schemas['ServerFrameToVisitors']
export type FromVisitor = Schemas['VisitorFrame']
/** A conversation as its customer sees it. */
export type VisitorConversation = Whole<Schemas['VisitorConversation']>
export type VisitorMessage = Schemas['Message']
export type MessageData = NonNullable<Schemas['MessageData']>
export type Card = Schemas['Card']
export type Happening = Schemas['ConversationEvent']
export type VisitorRating = Whole<Schemas['Rating']>
export type Place = Whole<Schemas['QueuePlace']>
export type VisitorIdentity = Schemas['VisitorIdentity']
export type VisitorPage = Schemas['VisitorPage']
export type VisitorStep = Schemas['VisitorStep']
export type VisitorHello = Schemas['VisitorHello']
