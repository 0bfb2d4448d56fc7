import type { Queue } from '@zhike/api'

type Typed = number | string | null

/** How a queue gives its conversations away, as its form holds it: numbers may be half typed. */
export interface Terms {
  strategy: Queue['strategy']
  last_agent_first: boolean
  hold_seconds: Typed
  skills: { skill_id: string; level: number }[]
  sink_seconds: Typed
  overflow_seconds: Typed
  fair_limit: Typed
  silent_minutes: Typed
  message_seconds: Typed
  outranks_seconds: Typed
  rules: RuleForm[]
}

/** A rule is about one thing in the form; the server takes several at once. */
export type RuleSubject = 'word' | 'attribute' | 'channel' | 'tier'
export interface RuleForm {
  subject: RuleSubject
  word: string
  attribute: string
  value: string
  channel_id: string | null
  /** At least the tier of this rank. */
  tier: number | null
  priority: number
  skill: { skill_id: string; level: number } | null
}

type Rule = Queue['rules'][number]

export function ruleForm(rule?: Rule): RuleForm {
  return {
    subject: rule?.channel_id ? 'channel' : rule?.tier ? 'tier' : rule?.attribute ? 'attribute' : 'word',
    word: rule?.word ?? '',
    attribute: rule?.attribute ?? '',
    value: rule?.value ?? '',
    channel_id: rule?.channel_id ?? null,
    tier: rule?.tier ?? null,
    priority: rule?.priority ?? 1,
    skill: rule?.skill ?? null,
  }
}

export function termsOf(queue: Queue | undefined): Terms {
  return {
    strategy: queue?.strategy ?? 'longest_idle',
    last_agent_first: queue?.last_agent_first ?? true,
    hold_seconds: queue?.hold_seconds ?? 0,
    skills: [...(queue?.skills ?? [])],
    sink_seconds: queue?.sink_seconds ?? 0,
    overflow_seconds: queue?.overflow_seconds ?? 0,
    fair_limit: queue?.fair_limit ?? 0,
    silent_minutes: queue?.silent_minutes ?? 0,
    message_seconds: queue?.message_seconds ?? 0,
    outranks_seconds: queue?.outranks_seconds ?? 300,
    rules: (queue?.rules ?? []).map(ruleForm),
  }
}

/** What is sent: a rule keeps only what it is about. */
export function termsBody(form: Terms): object {
  return {
    strategy: form.strategy,
    last_agent_first: form.last_agent_first,
    hold_seconds: Number(form.hold_seconds),
    skills: form.skills,
    sink_seconds: Number(form.sink_seconds),
    overflow_seconds: Number(form.overflow_seconds),
    fair_limit: Number(form.fair_limit),
    silent_minutes: Number(form.silent_minutes),
    message_seconds: Number(form.message_seconds),
    outranks_seconds: Number(form.outranks_seconds),
    rules: form.rules.map((rule) => ({
      ...(rule.subject === 'word' ? { word: rule.word.trim() } : {}),
      ...(rule.subject === 'attribute' ? { attribute: rule.attribute.trim(), ...(rule.value.trim() ? { value: rule.value.trim() } : {}) } : {}),
      ...(rule.subject === 'channel' && rule.channel_id ? { channel_id: rule.channel_id } : {}),
      ...(rule.subject === 'tier' && rule.tier ? { tier: rule.tier } : {}),
      priority: rule.priority,
      ...(rule.skill ? { skill: rule.skill } : {}),
    })),
  }
}
