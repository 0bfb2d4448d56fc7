import { Api } from '../support/api.ts'
import { Agent } from '../support/people.ts'
import { expect, test } from '../support/test.ts'

type Import = { id: string; state: string; created: number; undo: { total: number; taken_back: number; put_back: number; partly: number; kept: number } | null }
type Search = { id: string; state: string; total: number; looked: number }

const TWINS = 60
const OTHERS = 1_200

test('H14 R026 a long list is imported, looked through for who was entered twice, and taken back, through power cuts', async ({ fresh, someone }) => {
  test.setTimeout(300_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const api = new Api(agent.page.request, fresh.url)
  const lines = ['姓名,手机']
  for (let n = 0; n < OTHERS; n += 1) lines.push(`客户${n},139${String(n * 10).padStart(8, '0')}`)
  // Entered twice, with a slip in the last digit.
  for (let n = 0; n < TWINS; n += 1) lines.push(`客户${n},139${String(n * 10 + 1).padStart(8, '0')}`)
  const file = await api.upload('名单.csv', lines.join('\n'))
  const brought = await api.post<Import>('/imports', { file_id: file.id })
  const import_ = () => api.get<Import>(`/imports/${brought.id}`)
  await api.post(`/imports/${brought.id}/check`, {})
  await expect.poll(async () => (await import_()).state, { timeout: 60_000 }).toBe('checked')
  await api.post(`/imports/${brought.id}/run`, {})
  await expect.poll(async () => (await import_()).state, { timeout: 60_000 }).toBe('done')
  expect((await import_()).created).toBe(OTHERS + TWINS)

  /** Pulls the plug once something was done and not all of it, and answers how much. */
  const cut = async (done: () => Promise<number>, all: number): Promise<number> => {
    await expect.poll(done, { timeout: 60_000, intervals: [20] }).toBeGreaterThan(0)
    const before = await done()
    await fresh.kill()
    await fresh.restart()
    expect(before, 'it was at work when the plug was pulled').toBeLessThan(all)
    return before
  }

  const begun = await api.post<Search>('/duplicate-searches', {})
  const search = async () => (await api.get<Search[]>('/duplicate-searches')).find(({ id }) => id === begun.id)!
  const looked = await cut(async () => (await search()).looked, begun.total)
  await expect.poll(async () => (await search()).state, { timeout: 120_000 }).toBe('done')
  // It went on behind whom it had looked at: nobody was left out, nobody looked at twice.
  expect((await search()).looked).toBe(begun.total)
  expect(looked).toBeGreaterThan(0)
  const pairs = new Set<string>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: { items: { id: string; one: { id: string }; other: { id: string } }[]; next_cursor: string | null } = await api.get(`/merge-suggestions?state=open&limit=100${cursor && `&cursor=${cursor}`}`)
    for (const { one, other } of page.items) pairs.add([one.id, other.id].sort().join())
    cursor = page.next_cursor
  }
  expect(pairs.size).toBe(TWINS)

  const undo = await api.post<Import>(`/imports/${brought.id}/undo`, {})
  const back = async () => (await import_()).undo?.taken_back ?? 0
  await cut(back, undo.undo!.total)
  await expect.poll(async () => (await import_()).state, { timeout: 120_000 }).toBe('undone')
  expect((await import_()).undo).toMatchObject({ total: OTHERS + TWINS, taken_back: OTHERS + TWINS, put_back: 0, partly: 0, kept: 0 })
  expect((await api.get<{ items: unknown[] }>('/customers?limit=50')).items).toHaveLength(0)
})
