import type { components } from './schema'

type Schemas = components['schemas']

/** The server writes every field of an answer; what may be absent is null, never left out. */
type Whole<T> = { [K in keyof T]-?: Exclude<T[K], undefined> }

/** An answer of the server, by the name of its schema. */
type Answer<Name extends keyof Schemas> = Whole<Schemas[Name]>

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export type Scope = Schemas['Reach']
export type Session = Answer<'Session'>
export type User = Answer<'User'>
export type Role = Answer<'RoleWithGrants'>
export type Permission = Answer<'PermissionRow'>
export type Token = Answer<'ApiToken'>
export type NewToken = Answer<'TokenWithSecret'>
export type AuditEntry = Answer<'AuditEntry'>
export type Organisation = Answer<'Organisation'>
export type Slot = Answer<'Slot'>
export type SetupView = Answer<'Setup'>
export type DemoFilling = Answer<'DemoFilling'>
export type BusinessHours = Answer<'BusinessHours'>
export type SpecialDay = Answer<'SpecialDay'>
export type Task = Answer<'TaskView'>
export type TaskCounts = Answer<'TaskCounts'>
export type Customer = Answer<'CustomerCard'>
export type CustomerView = Answer<'CustomerView'>
export type Channel = Answer<'Channel'>
export type Conversation = Answer<'Conversation'>
export type Message = Answer<'Message'>
export type PresenceState = Schemas['PresenceState']
export type Presence = Answer<'Presence'>
export type Queue = Answer<'QueueView'>
export type Offer = Answer<'OfferView'>

export type ApprovalKind = Schemas['ApprovalKind']
export type Approval = Answer<'ApprovalView'>
export type ApprovalStep = Answer<'ApprovalStep'>
export type AuthorityLimits = Answer<'AuthorityLimits'>
export type Delegation = Answer<'DelegationView'>
export type Unit = Answer<'UnitWithMembers'>
export type Post = Answer<'PostWithMembers'>
export type Member = Answer<'Member'>
export type StoredFile = Answer<'StoredFile'>

/** Background work as an administrator sees it; the API's description does not hold it yet. */
export interface Job {
  id: string
  kind: string
  state: string
  attempts: number
  max_attempts: number
  last_error: string | null
  run_at: number | null
  created_at: number
  finished_at: number | null
}
