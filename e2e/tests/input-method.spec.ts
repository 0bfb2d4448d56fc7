import { Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'

test('Enter that ends a composition sends nothing', async ({ page, signedIn }) => {
  const visitor = new Visitor(page)
  await visitor.arrive()
  const field = page.locator('textarea')
  await field.focus()
  const keys = await page.context().newCDPSession(page)
  await keys.send('Input.imeSetComposition', { text: 'nihao', selectionStart: 5, selectionEnd: 5 })
  // An input method's Enter: key code 229 while composing.
  await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 })
  await keys.send('Input.insertText', { text: '你好' })
  await expect(field).toHaveValue('你好')
  await expect(visitor.messages).toHaveCount(0)
  await field.press('Enter')
  await expect(visitor.messages).toHaveText(['你好'])
})
