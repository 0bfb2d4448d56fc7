import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('h11 an abusive contact is marked, the pause stands in the bar, and a supervisor relieves from the floor', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const unit = await api.post<{ id: string }>('/units', { name: '在线', kind: 'team' })
  for (const id of [await hire(api, 'suhe', '苏禾', 'supervisor'), await hire(api, 'linxiao', '林筱', 'agent')]) await api.put(`/members/${id}`, { unit_id: unit.id })
  const linxiao = new Agent(await someone())
  await linxiao.signIn(fresh.url, 'linxiao')
  await linxiao.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('你们都是骗子')
  await linxiao.accept()

  const { page } = linxiao
  await page.getByRole('button', { name: text('conversations.more') }).click()
  await page.getByRole('menuitem', { name: text('relief.mark') }).click()
  await page.getByRole('dialog').getByLabel(text('relief.word')).fill('一直在骂')
  await page.getByRole('dialog').getByRole('button', { name: text('relief.mark') }).click()
  await expect(page.getByText(text('relief.marked_pause', { minutes: '10' }))).toBeVisible()
  const recovering = page.getByRole('button', { name: text('routing.presence.mine', { state: text('routing.presence.recovery') }) })
  await expect(recovering).toBeVisible()
  await expect(page.getByRole('timer')).toContainText('09:')

  // The supervisor sees it on the floor, and what the day cost.
  const suhe = new Agent(await someone())
  await suhe.signIn(fresh.url, 'suhe')
  await suhe.page.goto(`${fresh.url}/floor`)
  await expect(suhe.page.getByText(text('relief.figures', { contacts: '1', row: '0', abusive: '1' }))).toBeVisible()
  await expect(suhe.page.getByText(text('routing.presence.recovery'))).toBeVisible()

  // Ended sooner; then relieved, with the conversation handed over.
  await page.getByRole('button', { name: text('relief.end') }).click()
  await expect(page.getByRole('button', { name: text('routing.presence.mine', { state: text('routing.presence.ready') }) })).toBeVisible()
  await suhe.page.getByRole('button', { name: text('relief.relieve', { name: '林筱' }) }).click()
  await suhe.page.getByRole('dialog').getByRole('checkbox').click()
  await suhe.page.getByRole('dialog').getByRole('button', { name: text('relief.relieve_verb') }).click()
  await expect(recovering).toBeVisible()
  await boss.page.goto(`${fresh.url}/floor`)
  await expect(boss.page.getByRole('region', { name: text('conversations.group.queued') }).getByRole('listitem')).toHaveCount(1)

  // What was marked is found by day and by contact.
  await suhe.page.getByRole('link', { name: text('relief.title') }).click()
  await suhe.page.getByRole('tab', { name: text('relief.tab.abusive') }).click()
  await expect(suhe.page.getByText('一直在骂')).toBeVisible()
})
