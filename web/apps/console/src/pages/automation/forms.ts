import type { Automation, AutomationAction, AutomationCondition, AutomationDraft, AutomationEvent, ConditionField, ConditionOp, Macro } from '@zhike/api'
import { channelKinds } from '@/lib/channelKinds'

type Typed = number | string | null

/** Every kind of event, in the order in which it is offered. */
export const EVENTS: AutomationEvent[] = ['opened', 'requeued', 'assigned', 'closed', 'after_hours', 'sla_warned', 'sla_missed', 'rated', 'inquiry_recorded', 'unanswered', 'daily']
export const FIELDS: ConditionField[] = ['queue', 'channel', 'channel_kind', 'tag', 'text', 'page', 'attribute', 'assignee', 'customer', 'waiting_minutes', 'score', 'solved', 'target', 'outcome', 'business_time']

/** What is chosen from, or typed: the words a field takes. */
export const CHOICES: Partial<Record<ConditionField, string[]>> = {
  channel_kind: channelKinds,
  solved: ['yes', 'no'],
  business_time: ['yes', 'no'],
  target: ['first', 'next', 'final'],
  outcome: ['solved', 'unsolved', 'unknown'],
}
const NUMBERS = new Set<ConditionField>(['waiting_minutes', 'score'])
const IDS = new Set<ConditionField>(['queue', 'channel', 'assignee'])

/** How a field can be compared. */
export function opsOf(field: ConditionField): ConditionOp[] {
  if (NUMBERS.has(field)) return ['at_least', 'at_most', 'known', 'unknown']
  if (IDS.has(field)) return ['is', 'is_not', 'known', 'unknown']
  if (CHOICES[field]) return ['is', 'is_not']
  return ['contains', 'contains_not', 'is', 'is_not', 'matches', 'known', 'unknown']
}

/** A condition as its form holds it: several words stand in one line. */
export interface ConditionForm {
  key: number
  field: ConditionField
  name: string
  op: ConditionOp
  text: string
}

export type ActionKind = AutomationAction['do']
export const ACTIONS: ActionKind[] = ['add_tag', 'remove_tag', 'set_priority', 'set_queue', 'assign', 'note', 'reply', 'task', 'notify']

/** What a macro may do: as somebody does it by hand. */
export const HAND_ACTIONS: ActionKind[] = ['reply', 'draft', 'note', 'add_tag', 'remove_tag', 'task', 'set_priority', 'snooze', 'wake', 'set_queue', 'assign', 'close']
export const PRESETS = ['hour', 'afternoon', 'tomorrow', 'monday'] as const
export type Preset = (typeof PRESETS)[number]

/** An action as its form holds it: the fields of all kinds, of which each uses its own. */
export interface ActionForm {
  key: number
  kind: ActionKind
  text: string
  priority: Typed
  queue_id: string | null
  user_id: string | null
  due_minutes: Typed
  holder: 'assignee' | 'queue' | 'person'
  preset: Preset
  reason_id: string | null
}

export interface AutomationForm {
  name: string
  active: boolean
  event: AutomationEvent
  minutes: Typed
  time: string
  any: 'all' | 'any'
  most_per_hour: Typed
  conditions: ConditionForm[]
  actions: ActionForm[]
}

let keys = 0
export const newCondition = (): ConditionForm => ({ key: keys++, field: 'text', name: '', op: 'contains', text: '' })
export const newAction = (): ActionForm => ({ key: keys++, kind: 'add_tag', text: '', priority: 5, queue_id: null, user_id: null, due_minutes: 60, holder: 'assignee', preset: 'tomorrow', reason_id: null })

const SEPARATOR = /[,，、\n]/

function conditionForm(one: AutomationCondition): ConditionForm {
  return { key: keys++, field: one.field, name: one.name ?? '', op: one.op, text: (one.values ?? []).join('，') }
}

export function actionForm(one: AutomationAction): ActionForm {
  const form = { ...newAction(), kind: one.do }
  if (one.do === 'add_tag' || one.do === 'remove_tag') return { ...form, text: one.tag }
  if (one.do === 'set_priority') return { ...form, priority: one.priority }
  if (one.do === 'set_queue') return { ...form, queue_id: one.queue_id }
  if (one.do === 'assign') return { ...form, user_id: one.user_id }
  if (one.do === 'task') return { ...form, text: one.title, due_minutes: one.due_minutes, holder: one.holder.to, user_id: one.holder.to === 'person' ? one.holder.user_id : null }
  if (one.do === 'snooze') return { ...form, preset: one.preset ?? 'tomorrow', text: one.reason ?? '' }
  if (one.do === 'close') return { ...form, reason_id: one.reason_id ?? null, text: one.note ?? '' }
  if (one.do === 'wake') return form
  if (one.do === 'notify') return { ...form, text: one.text, user_id: one.user_id }
  return { ...form, text: one.text }
}

export function formOf(one: Automation | undefined): AutomationForm {
  return {
    name: one?.name ?? '',
    active: one?.active ?? true,
    event: one?.event ?? 'opened',
    minutes: one?.spec.minutes ?? 5,
    time: one?.spec.time ?? '09:00',
    any: one?.spec.any ? 'any' : 'all',
    most_per_hour: one?.spec.most_per_hour ?? 3,
    conditions: (one?.spec.conditions ?? []).map(conditionForm),
    actions: one ? one.spec.actions.map(actionForm) : [newAction()],
  }
}

function condition({ field, name, op, text }: ConditionForm): AutomationCondition {
  const many = op === 'is' || op === 'is_not' || op === 'contains' || op === 'contains_not'
  const values = op === 'known' || op === 'unknown' ? [] : many ? text.split(SEPARATOR).map((word) => word.trim()).filter(Boolean) : text.trim() ? [text.trim()] : []
  return { field, op, values, ...(field === 'attribute' ? { name: name.trim() } : {}) }
}

export function action(form: ActionForm): AutomationAction {
  const text = form.text.trim()
  const user_id = form.user_id ?? ''
  switch (form.kind) {
    case 'add_tag':
    case 'remove_tag':
      return { do: form.kind, tag: text }
    case 'set_priority':
      return { do: form.kind, priority: Number(form.priority) }
    case 'set_queue':
      return { do: form.kind, queue_id: form.queue_id ?? '' }
    case 'assign':
      return { do: form.kind, user_id }
    case 'task':
      return { do: form.kind, title: text, due_minutes: Number(form.due_minutes), holder: form.holder === 'person' ? { to: 'person', user_id } : { to: form.holder } }
    case 'snooze':
      return { do: form.kind, preset: form.preset, ...(text ? { reason: text } : {}) }
    case 'wake':
      return { do: form.kind }
    case 'close':
      return { do: form.kind, ...(form.reason_id ? { reason_id: form.reason_id } : {}), ...(text ? { note: text } : {}) }
    case 'notify':
      return { do: form.kind, text, user_id }
    default:
      return { do: form.kind, text }
  }
}

/** What is sent: each kind with its own fields alone. */
export function draftOf(form: AutomationForm, version?: number): AutomationDraft {
  return {
    ...(version === undefined ? {} : { version }),
    name: form.name.trim(),
    active: form.active,
    event: form.event,
    spec: {
      ...(form.event === 'unanswered' ? { minutes: Number(form.minutes) } : {}),
      ...(form.event === 'daily' ? { time: form.time } : {}),
      any: form.any === 'any',
      conditions: form.conditions.map(condition),
      actions: form.actions.map(action),
      most_per_hour: Number(form.most_per_hour),
    },
  }
}

export interface MacroForm {
  name: string
  scope: Macro['scope']
  actions: ActionForm[]
}

export function macroFormOf(one: Macro | undefined): MacroForm {
  return { name: one?.name ?? '', scope: one?.scope ?? 'personal', actions: one ? one.actions.map(actionForm) : [{ ...newAction(), kind: 'reply' }] }
}
