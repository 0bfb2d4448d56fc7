import type { Task } from '@zhike/api'
import type { RouteLocationRaw } from 'vue-router'
import { can } from '@/app/session'

/** Where the thing is that a task is about, for whoever may see such things. */
export function placeOf({ subject_kind: kind, subject_id: id }: Pick<Task, 'subject_kind' | 'subject_id'>): RouteLocationRaw | undefined {
  if (!kind || !id) return undefined
  if (kind === 'conversation') return can('conversations.read') ? { name: 'conversations', params: { id } } : undefined
  if (kind === 'article') return can('knowledge.read') ? { name: 'articles', query: { open: id } } : undefined
  if (kind === 'knowledge_gap') return can('knowledge.write') ? { name: 'knowledge-gaps', query: { open: id } } : undefined
  if (kind === 'privacy_request') return can('privacy.handle') ? { name: 'privacy-requests', query: { open: id } } : undefined
  const intake = { intake_day: 'intake', update_day: 'record-updates', intake_batch: 'intake', first_contact: 'first-contacts', late_first_contact: 'first-contacts' }[kind]
  if (intake) return can('stewards.read') ? { name: intake, query: kind.endsWith('_day') ? {} : { open: id } } : undefined
  if (kind === 'complaint') return can('complaints.read') ? { name: 'complaint', params: { id } } : undefined
  if (kind === 'feedback_item') return can('feedback.read') ? { name: 'feedback', query: { open: id } } : undefined
  if (kind === 'sanction') return { name: 'sanctions', query: { open: id } }
  if (kind === 'improvement_action') return can('improvements.read') ? { name: 'improvements', query: { open: id } } : undefined
  const page = { promise: 'promises', ask: 'asks', escalation: 'escalations', incident: 'incidents', opportunity: 'opportunities', approval: 'approvals' }[kind]
  return page && can(`${page}.read`) ? { name: page, query: { open: id } } : undefined
}
