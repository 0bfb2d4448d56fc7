/** The shapes the shell and the pages of this release speak of. */

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export type Scope = 'own' | 'team' | 'department' | 'all'

export interface Session {
  user: { id: string; login: string; name: string; locale: string; unit_id: string | null }
  role: { id: string; name: string }
  grants: Record<string, Scope>
}

export interface User {
  id: string
  login: string
  name: string
  locale: string
  role_id: string
  role_name?: string
  unit_id: string | null
  suspended_at: number | null
  last_seen_at?: number | null
  created_at: number
  version: number
}

export interface Role {
  id: string
  name: string
  built_in?: boolean
  grants: Record<string, Scope>
  users?: number
  version: number
}

export interface Permission {
  name: string
  module: string
  scopes: Scope[]
}

export interface Token {
  id: string
  name: string
  prefix?: string
  user_id: string
  created_at: number
  last_used_at: number | null
  expires_at: number | null
  /** Only in the answer to its creation. */
  secret?: string
}

export interface AuditEntry {
  id: string
  at: number
  actor_kind: string
  actor_id: string | null
  actor_name: string | null
  action: string
  subject_kind: string
  subject_id: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  ip: string | null
  user_agent: string | null
  request_id: string | null
  reason: string | null
}

export interface Organisation {
  name: string
  time_zone: string
  locale: string
}

export interface Slot {
  start: string
  end: string
}

export interface BusinessHours {
  week: { day: number; slots: Slot[] }[]
}

export interface SpecialDay {
  id: string
  date: string
  kind: 'holiday' | 'workday'
  slots: Slot[]
  name: string
}

export interface StoredFile {
  id: string
  name: string
  mime: string
  size: number
}

export interface Task {
  id: string
  title: string
  detail: string
  state: 'open' | 'done' | 'cancelled'
  owner_id: string | null
  owner_name: string | null
  unit_id: string | null
  source: string
  subject_kind: string | null
  subject_id: string | null
  due_at: number | null
  created_at: number
  done_at: number | null
  result: string | null
  version: number
}

export interface Approval {
  id: string
  kind: string
  title: string
  detail: string
  state: 'pending' | 'approved' | 'rejected' | 'withdrawn'
  amount: number | null
  applicant_id: string
  applicant_name: string
  approver_id: string | null
  approver_name: string | null
  subject_kind: string | null
  subject_id: string | null
  comment: string | null
  decided_at: number | null
  due_at: number | null
  created_at: number
  version: number
}

export interface AuthorityLimit {
  role_id: string
  kind: string
  amount: number
}

export interface Delegation {
  id: string
  from_id: string
  from_name?: string
  to_id: string
  to_name?: string
  starts_at: number
  ends_at: number
  reason: string
}

export interface Unit {
  id: string
  name: string
  kind: 'department' | 'team'
  parent_id: string | null
  members?: number
  version: number
}

export interface Post {
  id: string
  name: string
  members?: number
  version: number
}

export interface Member {
  user_id: string
  name: string
  login: string
  unit_id: string | null
  post_id: string | null
}

export interface Customer {
  id: string
  name: string
  phone: string | null
  email: string | null
  note: string | null
  merged_into: string | null
  identities?: { channel_id: string; channel_name?: string; external_id: string }[]
  created_at: number
  updated_at: number
  version: number
}

export interface Channel {
  id: string
  name: string
  kind: string
  state?: string
}

export interface Conversation {
  id: string
  channel_id: string
  channel_name?: string
  customer_id: string
  customer_name: string
  state: 'queued' | 'active' | 'closed'
  assignee_id: string | null
  assignee_name: string | null
  unit_id: string | null
  last_seq: number
  visitor_read_seq: number
  agent_read_seq: number
  last_message_at: number | null
  preview: string | null
  waiting_since: number | null
  opened_at: number
  closed_at: number | null
  version: number
}

export interface Message {
  id: string
  conversation_id: string
  seq: number
  client_id: string | null
  author: 'customer' | 'agent' | 'system'
  author_id: string | null
  author_name: string | null
  kind: 'text' | 'file' | 'event'
  text: string
  file_id: string | null
  at: number
}

export type PresenceState = 'offline' | 'not_ready' | 'ready'

export interface Presence {
  user_id: string
  user_name?: string
  state: PresenceState
  reason: string | null
  capacity: number
  load?: number
  since?: number
}

export interface Queue {
  id: string
  name: string
  waiting?: number
  longest_since?: number | null
}

export interface Offer {
  id: string
  conversation_id: string
  customer_name: string
  preview: string | null
  queue_name?: string
  offered_at: number
  expires_at: number
}

export interface Job {
  id: string
  kind: string
  state: string
  attempts: number
  max_attempts?: number
  error: string | null
  payload: unknown
  created_at: number
  failed_at: number | null
}
