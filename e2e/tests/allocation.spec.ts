import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

interface Named {
  id: string
  version: number
  owner_id: string | null
}

test('R074 customers are shared out, looked at first, handed over, and all taken back', async ({ page, api, signedIn }) => {
  const mark = `分${Date.now().toString().slice(-6)}`
  const roles = await api.get<{ id: string }[]>('/roles')
  const people: string[] = []
  for (const name of ['甲', '乙']) {
    await api.post('/users', { login: `${name === '甲' ? 'a' : 'b'}-${Date.now().toString(36)}`, name: `${name}${mark}`, role_id: roles[0]?.id, locale: 'zh-CN', password: 'correct-horse-9-battery' })
    people.push(`${name}${mark}`)
  }
  for (let n = 0; n < 3; n++) {
    const made = await api.post<Named>('/customers', { name: `${mark}-${n}`, phone: `138${mark.slice(1)}0${n}` })
    await api.patch(`/customers/${made.id}`, { version: made.version, owner_id: null })
  }
  const owned = async () => (await api.get<{ items: Named[] }>(`/customers?q=${encodeURIComponent(mark)}`)).items.filter((one) => one.owner_id !== null).length
  await page.goto('/customers/allocation?open=new')
  const form = page.getByRole('dialog', { name: text('allocation.begin') })
  await form.getByRole('textbox', { name: text('allocation.words') }).first().fill(mark)
  await form.getByRole('switch', { name: text('allocation.count_held') }).click()
  for (const name of people) await form.getByRole('checkbox', { name, exact: true }).click()
  await form.getByRole('button', { name: text('allocation.look') }).click()
  const drawer = page.getByRole('dialog', { name: text('allocation.one') })
  await expect(drawer.getByText(text('allocation.would'))).toBeVisible()
  await expect(drawer.getByRole('row', { name: new RegExp(`^甲${mark}`) })).toContainText('+')
  expect(await owned()).toBe(0)
  await drawer.getByRole('button', { name: text('allocation.apply', { n: '3' }) }).click()
  await expect(drawer.getByText(text('allocation.came', { n: '3' }))).toBeVisible()
  expect(await owned()).toBe(3)
  await drawer.getByRole('button', { name: text('allocation.undo') }).click()
  await page.getByRole('dialog').last().getByRole('button', { name: text('allocation.undo') }).click()
  await expect(drawer.getByText(text('allocation.returned', { n: '3', left: '0' }))).toBeVisible()
  expect(await owned()).toBe(0)
})
