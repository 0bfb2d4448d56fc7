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
  role_id: string
  locale: string
  state: 'active' | 'suspended'
  created_at: number
  version: number
}

export interface Role {
  id: string
  name: string
  kind: 'administrator' | 'ordinary'
  grants: Record<string, Scope>
  created_at: number
  version: number
}

export interface Permission {
  name: string
  /** Whether it reaches own, team, department or all; one that does not is all or nothing. */
  reaches: boolean
}

export interface Token {
  id: string
  name: string
  user_id: string
  created_at: number
  expires_at: number | null
  revoked_at: number | null
}

/** The answer to a token's creation: the only time its secret is shown. */
export interface NewToken extends Token {
  secret: string
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
  /** JSON texts. */
  before: string | null
  after: string | null
  ip: string | null
  user_agent: string | null
  request_id: string | null
  reason: string | null
}

export interface Organisation {
  id: string
  name: string
  time_zone: string
  locale: string
  version: number
}

export interface Slot {
  start: string
  end: string
}

export interface BusinessHours {
  week: { day: number; slots: Slot[] }[]
  version: number
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
  detail: string | null
  state: 'open' | 'done' | 'cancelled'
  owner_id: string | null
  owner_name: string | null
  unit_id: string | null
  source: string
  /** Whether a person may close it; one that may not closes with what it stands for. */
  by_hand: boolean
  subject_kind: string | null
  subject_id: string | null
  due_at: number | null
  created_by_name: string | null
  created_at: number
  done_at: number | null
  result: string | null
  overdue: boolean
  version: number
}

/** My own open tasks, and those in pools that I may take. */
export interface TaskCounts {
  open: number
  overdue: number
  due_today: number
  pooled: number
}

export type ApprovalKind = 'compensation' | 'discount' | 'points' | 'credit'

export interface Approval {
  id: string
  kind: ApprovalKind
  /** In minor units of the currency; points as they are. */
  amount: number
  currency: string | null
  reason: string
  source: string
  subject_kind: string | null
  subject_id: string | null
  applicant_id: string
  applicant_name: string | null
  state: 'pending' | 'approved' | 'rejected' | 'withdrawn'
  /** How many must say yes. */
  needed: number
  /** How many are still missing. */
  outstanding: number
  may_decide: boolean
  steps: ApprovalStep[]
  due_at: number | null
  created_at: number
  decided_at: number | null
  version: number
}

export interface ApprovalStep {
  id: string
  decision: 'approve' | 'reject'
  comment: string | null
  decided_by: string
  decided_by_name: string | null
  in_name_of: string
  in_name_of_name: string | null
  decided_at: number
}

export interface AuthorityLimits {
  limits: { role_id: string; kind: ApprovalKind; currency: string | null; amount: number }[]
  /** Above these a second person must agree. */
  two_person: { kind: ApprovalKind; currency: string | null; above: number }[]
  version: number
}

export interface Delegation {
  id: string
  delegator_id: string
  delegator_name: string | null
  delegate_id: string
  delegate_name: string | null
  kinds: ApprovalKind[]
  starts_at: number
  ends_at: number
  revoked_at: number | null
  active: boolean
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
  /** Masked. */
  phone: string | null
  /** Masked. */
  email: string | null
  note: string
  owner_id: string | null
  unit_id: string | null
  state: 'active' | 'merged' | 'erased'
  created_at: number
  version: number
}

/** A customer in full, still masked. Asked for an alias, the survivor answers. */
export interface CustomerView extends Customer {
  owner_name: string | null
  merged_from: string | null
  aliases: Customer[]
  identities: { channel_id: string; name: string; created_at: number; seen_at: number }[]
}

export interface Channel {
  id: string
  kind: 'web_chat'
  name: string
  state: 'active' | 'paused'
  settings: { greeting: string; accent: string }
  public_key: string
  allowed_origins: string[]
  created_at: number
  version: number
}

export interface Conversation {
  id: string
  channel_id: string
  customer_id: string
  customer_name: string
  state: 'queued' | 'active' | 'closed'
  assignee_id: string | null
  assignee_name: string | null
  unit_id: string | null
  last_seq: number
  customer_read_seq: number
  agent_read_seq: number
  last_message_at: number
  preview: string
  waiting_since: number | null
  opened_at: number
  closed_at: number | null
  version: number
}

export interface Message {
  id: string
  conversation_id: string
  seq: number
  client_id: string
  author: 'customer' | 'agent' | 'system'
  author_id: string | null
  author_name: string
  kind: 'text' | 'file'
  text: string
  file_id: string | null
  at: number
}

export type PresenceState = 'offline' | 'not_ready' | 'ready'

export interface Presence {
  user_id: string
  name: string
  unit_id: string | null
  state: PresenceState
  reason: string | null
  capacity: number
  since: number
  version: number
}

export interface Queue {
  id: string
  name: string
  /** How long an offer waits for an answer, in seconds. */
  offer_seconds: number
  /** 200 stands for 200 or more. */
  waiting: number
  longest_since: number | null
  ready: number
  created_at: number
  version: number
}

export interface Offer {
  id: string
  conversation_id: string
  channel_id: string
  customer_name: string
  preview: string
  waiting_since: number | null
  made_at: number
  expires_at: number
}

export interface Job {
  id: string
  kind: string
  state: string
  attempts: number
  max_attempts: number
  last_error: string | null
  run_at: number | null
  created_at: number
}
