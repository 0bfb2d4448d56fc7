import type { Api } from './api.ts'
import { hire } from './staff.ts'

/** Text that would run if any screen took it for markup. */
export const HOSTILE = `<img src=x onerror="window.__ran=1"><script>window.__ran=1</script>{{constructor.constructor('window.__ran=1')()}}`

/** As much of it as a name may hold; each half alone would run. */
const NAME = `{{constructor.constructor('window.__ran=1')()}}<img src=x onerror=__ran=1>`.slice(0, 80)
const SHORT = '<img src=x onerror=window.__ran=1>'

interface Page<T> {
  items: T[]
}
interface Named {
  id: string
}

/**
 * One of each thing a page shows, hostile where a person may write. The keys are `module.parameter`
 * for a parameter of the path, `page.open` for what a page opens beside its list.
 */
export async function samples(api: Api): Promise<Record<string, string>> {
  const mark = Date.now().toString(36)
  const customer = await api.post<Named>('/customers', { name: NAME, phone: '13800138000', email: 'a@example.org', note: HOSTILE })
  const field = await api.post<Named>('/customer-fields', { name: `${SHORT.slice(0, 20)}${mark}`, kind: 'text', personal: false, section: SHORT.slice(0, 30), hint: SHORT })
  await api.patch(`/customers/${customer.id}/profile`, { values: [{ field_id: field.id, value: HOSTILE }] })
  const group = await api.post<Named>('/customer-tags', { name: SHORT.slice(0, 12) + mark })
  const tag = await api.post<Named>('/customer-tags', { name: SHORT.slice(0, 20), parent_id: group.id, colour: 'bad' })
  await api.put(`/customers/${customer.id}/tags/${tag.id}`, {})
  await api.post(`/customers/${customer.id}/observations`, { kind: 'caution', words: HOSTILE })
  await api.post(`/customers/${customer.id}/addresses`, { kind: 'home', recipient: SHORT, line: HOSTILE.slice(0, 120), province: '<b>', city: SHORT.slice(0, 20), district: '<i>' })
  const shop = await api.post<Named>('/customers', { name: NAME })
  await api.put(`/customers/${shop.id}/kind`, { kind: 'organisation', credit_code: '91350100M000100Y43' })
  await api.post(`/customers/${shop.id}/contact-persons`, { person_id: customer.id, role: SHORT, main: true })
  // Who may be the same, so that a pair is to be decided.
  await api.post<Named>('/customers', { name: NAME, phone: '138 0013 8000', note: HOSTILE })
  await api.post('/orders', { source: SHORT, orders: [{ number: `${SHORT}${mark}`, customer: { id: customer.id }, placed_at: Date.now() - 86_400_000, total: 19_900, lines: [{ what: HOSTILE, quantity: 2, amount: 19_900 }] }] })
  await api.post(`/customers/${customer.id}/consents`, { purpose: 'marketing_sms', answer: 'withdrawn', way: 'call', words: HOSTILE, text_version: SHORT.slice(0, 40) })
  await api.post(`/customers/${customer.id}/do-not-contacts`, { reason: HOSTILE })
  const consentText = await api.post<Named>('/consent-texts', { purpose: 'marketing_sms', text_version: SHORT.slice(0, 20) + mark, body: HOSTILE })
  const asked = await api.post<Named>('/privacy-requests', { kind: 'access', customer_id: customer.id, way: 'call', words: HOSTILE })
  // Who cannot be reached, and is to lose that number.
  for (let times = 0; times < 3; times += 1) await api.post(`/customers/${customer.id}/contact-signals`, { outcome: 'out_of_service', note: HOSTILE })
  // Somebody else must be able to agree to it.
  await hire(api, `agrees-${mark}`, SHORT, 'head')
  const purge = await api.post<Named>('/purges', { kind: 'contact_points', customer_ids: [customer.id], reason: HOSTILE })
  const task = await api.post<Named>('/tasks', { title: HOSTILE, detail: HOSTILE, due_minutes: 30 })
  const unit = await api.post<Named>('/units', { name: `${SHORT}${mark}`, kind: 'department' })
  await api.post('/units', { name: SHORT, kind: 'team', parent_id: unit.id })
  await api.post('/posts', { name: `${SHORT}${mark}`, headcount: 3 })
  const role = await api.post<Named>('/roles', { name: `${SHORT}${mark}`, grants: {} })
  const user = await api.post<Named>('/users', { login: `hostile-${mark}`, name: NAME, role_id: role.id, locale: 'zh-CN', password: 'correct-horse-9-battery' })
  await api.post('/tokens', { name: `${SHORT}${mark}` })
  const channel = await api.post<Named>('/channels', { kind: 'web_chat', name: `${SHORT}${mark}` })
  const approval = await api.post<Named>('/approvals', { kind: 'compensation', amount: 182_000, currency: 'CNY', reason: HOSTILE })
  const canned = await api.post<Named>('/canned-replies', { code: `x${mark}`, title: SHORT, text: SHORT, scope: 'all', group: SHORT.slice(0, 30) })
  const article = await api.post<Named>('/articles', { title: SHORT, answer: HOSTILE, body: `# ${HOSTILE}\n- [${SHORT}](javascript:window.__ran=1)\n> ${HOSTILE}`, keywords: [SHORT.slice(0, 30)], audience: 'public' })
  await api.post('/article-categories', { name: SHORT })
  const gap = await api.post<Named>('/knowledge-gaps', { question: `${SHORT}${mark}` })
  const queue = await api.post<Named>('/queues', { name: `${SHORT}${mark}` })
  await api.post('/wrap-up-reasons', { label: `${SHORT.slice(0, 20)}${mark}` })
  await api.post('/presence-reasons', { label: `<b>${mark}`, minutes: 10 })
  const ask = await api.post<Named>('/asks', { question: HOSTILE })
  const ladder = await api.post<Named>('/escalation-ladders', { name: `${SHORT.slice(0, 30)}${mark}`, severity: 'major', clock: 'wall', levels: [{ after_minutes: 0, to: 'lead' }, { after_minutes: 30, to: 'person', user_id: user.id }] })
  const escalation = await api.post<Named>('/escalations', { ladder_id: ladder.id, what: SHORT, detail: HOSTILE })
  const incident = await api.post<Named>('/incidents', { title: SHORT, known: HOSTILE, reply: HOSTILE, severity: 'major', words: ['<b>'], escalation_id: escalation.id })
  // Over, so that no banner stands on the pages of others.
  await api.patch(`/incidents/${incident.id}`, { version: 1, state: 'over' })
  await api.put(`/incidents/${incident.id}/review`, { what: HOSTILE, cause: HOSTILE, actions: [{ title: SHORT, owner_id: user.id, due_at: Date.now() + 86_400_000 }] })
  const complaint = await api.post<Named>('/complaints', { customer_id: customer.id, title: SHORT, content: HOSTILE, remedy: HOSTILE, goods: SHORT, happened_at: 1, way: 'phone', severity: 'critical', brand_risk: 'possible', acknowledged: true })
  await api.post(`/complaints/${complaint.id}/notes`, { words: HOSTILE })
  const causes = await api.get<{ trees: { groups: { causes: Named[] }[] }[] }>('/complaint-causes')
  const improvement = await api.post<Named>('/improvement-actions', { cause_id: causes.trees[0]!.groups[0]!.causes[0]!.id, title: SHORT, detail: HOSTILE }).catch(async () => (await api.get<{ items: Named[] }>('/improvement-actions')).items[0]!)
  const feedback = await api.post<Named>('/feedback-items', { kind: 'praise', customer_id: customer.id, title: SHORT, content: HOSTILE, goods: SHORT, way: 'phone', about_id: user.id })
  await api.post(`/feedback-items/${feedback.id}/notes`, { words: HOSTILE })
  await api.post('/recognitions', { person_id: user.id, words: HOSTILE.slice(0, 500) })
  const account = await api.post<Named>('/wechat-accounts', { kind: 'wechat', details: { name: `${SHORT}${mark}`, app_id: `wx${mark}0000`, secret: 'a-secret', token: 'pamtest', aes_key: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', welcome: HOSTILE } })
  // Paused: the sign-in page of others stays as it is.
  const provider = await api.post<Named>('/identity-providers', { name: SHORT, issuer: `https://${mark}.example.org`, client_id: HOSTILE.slice(0, 100), origin: 'https://desk.example.org', state: 'paused', creates: true, role_id: role.id })
  await api.post('/directories', { name: SHORT, host: 'ldap.example.org', bind_name: 'cn=zhike', password: 'a-secret', base: HOSTILE.slice(0, 100), required_group: HOSTILE.slice(0, 100), creates: true, role_id: role.id, state: 'paused' })
  const { items } = await api.get<Page<Named>>('/conversations')
  const policy = await api.post<Named>('/sla-policies', { name: `${SHORT}${mark}`, first_seconds: 30, final_seconds: 3600 })
  const does = [{ do: 'note', text: HOSTILE }]
  const automation = await api.post<Named>('/automations', { name: `${SHORT}${mark}`, event: 'opened', spec: { conditions: [{ field: 'text', op: 'contains', values: [SHORT] }], actions: does } })
  const macro = await api.post<Named>('/macros', { name: `${SHORT}${mark}`, scope: 'all', actions: [{ do: 'draft', text: HOSTILE }, { do: 'add_tag', tag: SHORT.slice(0, 30) }] })
  const list = await api.upload(`${mark}.csv`, `手机,姓名,${SHORT}\n13800138001,${SHORT},${HOSTILE.replaceAll(',', '')}\n`)
  const brought = await api.post<Named>('/imports', { file_id: list.id })
  const run = await api.post<Named>('/allocation-runs', { who: { looked_after: 'all', words: '<' }, keep: 'nobody', people: [{ user_id: user.id }] })
  // Counted, so that the pages of value have somebody to show; another count may be under way already.
  await api.raw('POST', '/worth/count', {})
  for (let tries = 0; !(await api.get<{ worth: unknown }>(`/worths/${customer.id}`)).worth; tries += 1) {
    if (tries > 200) throw new Error('nobody counts what customers are worth')
    await new Promise((done) => setTimeout(done, 100))
    if (tries % 20 === 19) await api.raw('POST', '/worth/count', {})
  }
  const attempt = await api.post<Named>('/win-backs', { name: SHORT, offer: HOSTILE.slice(0, 200), conditions: [{ field: 'total', compare: 'at_least', value: 19_900 }, { field: 'total', compare: 'at_most', value: 19_900 }], control_percent: 20, due_days: 7, weeks: 4 })
  const { version } = await api.get<{ version: number }>('/loyalty-rules')
  const tiers = { list: [{ name: SHORT.slice(0, 30), colour: 'gold', from: 10, percent: 100, entitlements: [SHORT] }] }
  await api.put('/loyalty-rules', { version, note: SHORT, rules: { enabled: true, currency: 'CNY', adjustment_limit: 500, earning: { pending_days: 0 }, tiers } })
  const member = await api.post<Named>('/loyalty-members', { customer_id: customer.id })
  await api.post('/points-purchases', { customer_id: customer.id, source: 'shop', reference: `${SHORT}${mark}`, amount: 30_000, currency: 'CNY' })
  await api.post(`/loyalty-members/${member.id}/adjustments`, { points: 50, reason: HOSTILE })
  const reward = await api.post<Named>('/rewards', { name: SHORT, detail: HOSTILE, points: 10 })
  await api.post(`/loyalty-members/${member.id}/redemptions`, { reward_id: reward.id })
  const batch = await api.post<Named>('/intake-batches', {})
  await api.post(`/intake-batches/${batch.id}/items`, { name: NAME, phone: `137${Date.now().toString().slice(-8)}`, note: HOSTILE })
  await api.patch(`/intake-batches/${batch.id}`, { news: HOSTILE })
  await api.put(`/account-owners/${customer.id}`, { owner_id: user.id }).catch(() => undefined)
  const territory = await api.post<Named>('/territories', { name: `${SHORT.slice(0, 24)}${mark}`, kind: 'area' })
  const report = await api.post<Named>('/market-reports', { territory_id: territory.id, kind: 'price', news: HOSTILE, evidence: SHORT })
  await api.post('/conversation-views', { name: SHORT.slice(0, 24) + mark.slice(-6), scope: 'all', filter: { waiting: true } })
  const opportunity = await api.post<Named>('/opportunities', { title: HOSTILE.slice(0, 200), service: SHORT, customer_id: customer.id, value: 19_900, estimate: HOSTILE.slice(0, 200), next_step: SHORT, due_minutes: 60 })
  await api.post('/opportunity-rules', { service: SHORT, words: ['nobody says so'], sold_as: [SHORT], threshold: 3, window_days: 30, currency: 'CNY', active: true })
  return {
    'customers.open': customer.id,
    'customers.id': customer.id,
    'customer-fields.open': field.id,
    'loyalty.open': member.id,
    'tasks.open': task.id,
    'opportunities.open': opportunity.id,
    'privacy-requests.open': asked.id,
    'consent-texts.open': consentText.id,
    'flagged-customers.open': customer.id,
    'purges.open': purge.id,
    'users.open': user.id,
    'channels.open': channel.id,
    'approvals.open': approval.id,
    'canned-replies.open': canned.id,
    'articles.open': article.id,
    'knowledge-gaps.open': gap.id,
    'queues.open': queue.id,
    'asks.open': ask.id,
    'escalations.open': escalation.id,
    'incidents.open': incident.id,
    'complaints.id': complaint.id,
    'feedback.open': feedback.id,
    'improvements.open': improvement.id,
    'sla-policies.open': policy.id,
    'automations.open': automation.id,
    'macros.open': macro.id,
    'imports.open': brought.id,
    'allocation-runs.open': run.id,
    'win-backs.open': attempt.id,
    'lifecycle.open': 'rules',
    'intake.open': batch.id,
    'market-reports.open': report.id,
    'wechat-accounts.open': account.id,
    'sign-in-rules.open': provider.id,
    ...(items[0] ? { 'conversations.id': items[0].id } : {}),
  }
}
