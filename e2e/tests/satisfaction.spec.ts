import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('a rating counts for who served and leads to its conversation', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  await hire(api, 'linxiao', '林筱', 'agent')
  const linxiao = new Agent(await someone())
  await linxiao.signIn(fresh.url, 'linxiao')
  await linxiao.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('洗衣机漏水')
  await linxiao.accept()
  const id = linxiao.page.url().split('/').at(-1) ?? ''
  await api.post(`/conversations/${id}/closure`, {})
  await visitor.frame.locator('.rating input[name=score]').nth(1).check({ force: true })
  await visitor.frame.locator('.rating button.main').click()

  const { page } = boss
  await page.goto(`${fresh.url}/satisfaction`)
  const cases = page.getByRole('table', { name: text('satisfaction.cases') })
  await expect(cases.getByText(text('conversations.rating.score', { n: 2 }))).toBeVisible()
  const figures = page.getByRole('table', { name: text('satisfaction.title'), exact: true })
  await expect(figures.getByText('林筱')).toBeVisible()
  await expect(figures.getByText('0%', { exact: true })).toBeVisible()
  await figures.getByText('林筱').click()
  await expect(page.getByText(text('satisfaction.cases_of', { name: '林筱' }))).toBeVisible()
  await cases.getByText(text('conversations.rating.score', { n: 2 })).click()
  await expect(page).toHaveURL(new RegExp(id))
})
