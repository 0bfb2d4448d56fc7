import { Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'

test('Enter that ends a composition sends nothing', async ({ page, signedIn }) => {
  const visitor = new Visitor(page)
  await visitor.arrive()
  const { field } = visitor
  await field.focus()
  const keys = await page.context().newCDPSession(page)
  await keys.send('Input.imeSetComposition', { text: 'nihao', selectionStart: 5, selectionEnd: 5 })
  // The Enter that picks a candidate: some browsers report it as itself, some as key 229.
  for (const code of [13, 229]) {
    await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: code })
  }
  await keys.send('Input.insertText', { text: '你好' })
  await expect(field).toHaveValue('你好')
  await expect(visitor.messages).toHaveCount(0)
  // Right after a composition Enter is still the input method's; a little later it is the writer's.
  await expect(async () => {
    await field.press('Enter')
    await expect(visitor.messages).toHaveText(['你好'], { timeout: 500 })
  }).toPass()
})
