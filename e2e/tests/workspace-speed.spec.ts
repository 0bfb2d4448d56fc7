import type { Page, WebSocketRoute } from '@playwright/test'
import { expect, test } from '../support/test.ts'

/** So many conversations are in the list. */
const MANY = 10_000
/** The bars, in milliseconds. They hold on a quiet machine: `STRICT=1` asks for them; else the figures are only told. */
const BARS = { mount: 200, paint: 50, switch: 100 }
// The recorder walks the whole page with each step, which would be measured, too.
test.use({ trace: 'off' })

interface Row {
  id: string
  version: number
  [field: string]: unknown
}

/** Conversations as the server lists them, the first of them mine. */
function rows(mine: string, like: Row): Row[] {
  const now = Date.now()
  return Array.from({ length: MANY }, (_, n) => ({
    ...like,
    id: `cnv_${String(n).padStart(26, '0')}`,
    customer_name: `客户 ${n}`,
    state: 'active',
    assignee_id: n % 2 ? mine : like.assignee_id,
    preview: `最后一句 ${n}`,
    unread: n % 3,
    waiting_since: n % 5 ? now - n * 10 : null,
    opened_at: now - n * 1000,
    last_message_at: now - n * 100,
    version: 1,
  }))
}

const EMPTY_ROW = {
  channel_id: 'chn_00000000000000000000000000', customer_id: 'cus_00000000000000000000000000', assignee_name: '同事', assignee_id: 'usr_00000000000000000000000000', unit_id: null, queue_id: null,
  last_seq: 9, customer_read_seq: 0, agent_read_seq: 0, closed_at: null, tags: [], page: null, first_message_at: null, first_response_at: null, first_response_ms: null, first_response_wall_ms: null,
  responses: 0, response_ms: 0, response_wall_ms: 0, wrap_up: null, rating: null, trail: [], after_hours: false, id: '', version: 1,
  channel_kind: 'web_chat', attributes: {}, participants: [], terms: null, answer_warn_at: null, answer_due_at: null, final_warn_at: null, final_due_at: null, final_ms: null, late_answers: 0, snoozed_until: null, snooze_reason: null, subject: null, aside: false, split_from: null, merged_into: null, emptied_at: null,
}

/** The time of the next paint in the page. */
const painted = (page: Page) => page.evaluate(() => new Promise<number>((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())))))
const quantile = (numbers: number[], share: number) => numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0

test('ten thousand conversations: the list mounts, hears and switches without a stutter', async ({ page, api, signedIn }) => {
  test.setTimeout(120_000)
  const { user } = await api.get<{ user: { id: string } }>('/session')
  const all = rows(user.id, EMPTY_ROW)
  let line: WebSocketRoute | undefined
  await page.routeWebSocket(/\/api\/v1\/ws$/, (socket) => {
    line = socket
    socket.connectToServer()
  })
  await page.route(/\/api\/v1\/conversations\?/, (route) => {
    const query = new URL(route.request().url()).searchParams
    if (query.get('state') !== 'active') return route.fulfill({ json: { items: [], next_cursor: null } })
    const wanted = query.get('assignee') ? all.filter((row) => row.assignee_id === user.id) : all
    const from = Number(query.get('cursor') ?? 0)
    const next = from + Number(query.get('limit') ?? 100)
    return route.fulfill({ json: { items: wanted.slice(from, next), next_cursor: next < wanted.length ? String(next) : null } })
  })
  await page.route(/\/api\/v1\/conversations\/cnv_0+\d+$/, (route) => route.fulfill({ json: all.find(({ id }) => route.request().url().endsWith(id)) }))
  await page.route(/\/api\/v1\/conversations\/cnv_0+\d+\/messages/, (route) => {
    const [, id = ''] = /(cnv_\d+)/.exec(route.request().url()) ?? []
    const items = Array.from({ length: 60 }, (_, n) => ({ id: `msg_${id}${n}`, conversation_id: id, seq: n + 1, client_id: `c${n}`, author: n % 2 ? 'agent' : 'customer', author_id: null, author_name: '同事', kind: 'text', text: `第 ${n} 句，${'话'.repeat(n % 40)}`, file_id: null, at: Date.now() - (60 - n) * 60_000, staff_only: false, quote_seq: null, data: null, edited_at: null, recalled_at: null }))
    return route.fulfill({ json: { items, next_cursor: null } })
  })
  await page.route(/\/api\/v1\/(customers\/cus_0+|conversations\/cnv_0+\d+\/read)/, (route) => route.fulfill({ status: 200, json: {} }))

  // The store fills while one is elsewhere; what is measured is the list itself.
  await page.goto('/customers')
  await expect(page.getByRole('navigation').getByText('99+')).toBeVisible({ timeout: 30_000 })
  await page.waitForLoadState('networkidle')
  // Once for the code to be there, then for the figure.
  const mounts: number[] = []
  for (let run = 0; run < 4; run += 1) {
    const took = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const links = [...document.querySelectorAll<HTMLAnchorElement>('nav a')]
          links.find(({ pathname }) => pathname.startsWith('/customers'))?.click()
          setTimeout(() => {
            const start = performance.now()
            const seen = new MutationObserver(() => {
              if (document.querySelectorAll('[role=listitem]').length < 5) return
              seen.disconnect()
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)))
            })
            seen.observe(document.body, { childList: true, subtree: true })
            links.find(({ pathname }) => pathname.startsWith('/conversations'))?.click()
          }, 400)
        }),
    )
    mounts.push(took)
  }
  mounts.shift()

  // A change of a conversation in sight, from the line to the glass.
  const top = await page.getByRole('listitem').getByRole('button', { name: /客户/ }).first().textContent()
  const at = Number(/客户 (\d+)/.exec(top ?? '')?.[1] ?? 0)
  const target = all[at] as Row
  const paints: number[] = []
  for (let n = 1; n <= 40; n += 1) {
    const words = `新的一句 ${n}`
    const shown = page.evaluate(
      (wanted) =>
        new Promise<number>((resolve) => {
          const seen = new MutationObserver(() => {
            if (![...document.querySelectorAll('[role=listitem]')].some((row) => row.textContent?.includes(wanted))) return
            seen.disconnect()
            requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())))
          })
          seen.observe(document.body, { childList: true, subtree: true, characterData: true })
        }),
      words,
    )
    await painted(page)
    const sent = performance.timeOrigin + performance.now()
    line?.send(JSON.stringify({ t: 'fact', topic: 'inbox', seq: 0, kind: 'conversation.changed', at: Date.now(), data: { ...target, preview: words, version: 1 + n } }))
    paints.push((await shown) - sent)
  }

  // To conversations not seen yet, and back to those that were.
  const walk = async (key: 'ArrowDown' | 'ArrowUp', times: number): Promise<number[]> => {
    const took: number[] = []
    for (let n = 0; n < times; n += 1) {
      await page.waitForTimeout(150)
      took.push(
        await page.evaluate(
          (key) =>
          new Promise<number>((resolve) => {
            const before = document.querySelector('main h1')?.textContent
            const start = performance.now()
            const seen = new MutationObserver(() => {
              if (document.querySelector('main h1')?.textContent === before || !document.querySelector('[role=log] .text-base')) return
              seen.disconnect()
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)))
            })
            seen.observe(document.body, { childList: true, subtree: true, characterData: true })
            window.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, altKey: true }))
          }),
          key,
        ),
      )
    }
    return took
  }
  const first = await walk('ArrowDown', 12)
  const switches = [...(await walk('ArrowUp', 11)), ...(await walk('ArrowDown', 11)), ...(await walk('ArrowUp', 11))]

  const figures = { mount: quantile(mounts, 0.5), paint: quantile(paints, 0.95), switch: quantile(switches, 0.95) }
  console.log(`${MANY} conversations, first visit of one p95 ${quantile(first, 0.95).toFixed(0)} ms: mount ${figures.mount.toFixed(0)} ms (bar ${BARS.mount}) · event to paint p95 ${figures.paint.toFixed(0)} ms (bar ${BARS.paint}) · switch p95 ${figures.switch.toFixed(0)} ms (bar ${BARS.switch})`)
  // Only what is in sight is in the page.
  expect(await page.getByRole('listitem').count()).toBeLessThan(60)
  if (process.env.STRICT) for (const [name, bar] of Object.entries(BARS)) expect(figures[name as keyof typeof BARS], name).toBeLessThan(bar)
})
