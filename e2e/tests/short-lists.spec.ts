import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

const LISTS = [
  { path: '/settings/presence-reasons', words: 'routing.reasons', name: 'label', drops: true },
  { path: '/settings/wrap-up-reasons', words: 'conversations.reasons', name: 'label', drops: false },
  { path: '/settings/posts', words: 'people.posts', name: 'name', drops: false },
] as const

for (const { path, words, name, drops } of LISTS) {
  test(`a row of a short list is made, renamed${drops ? ', deleted' : ''} in its dialog · ${path}`, async ({ page, signedIn }) => {
    const mark = Date.now().toString(36)
    await page.goto(path)
    const field = page.getByRole('dialog').getByLabel(text(`${words}.${name}`), { exact: true })
    const row = (label: string) => page.getByRole('row', { name: label })
    const save = page.getByRole('dialog').getByRole('button', { name: text('common.save') })

    await page.getByRole('button', { name: text(`${words}.new`) }).click()
    await expect(save).toBeDisabled()
    await field.fill(`甲${mark}`)
    await save.click()
    await expect(page.getByRole('dialog')).toHaveCount(0)

    await row(`甲${mark}`).click()
    await expect(field).toHaveValue(`甲${mark}`)
    await field.fill(`乙${mark}`)
    await save.click()
    await expect(row(`乙${mark}`)).toBeVisible()
    await expect(row(`甲${mark}`)).toHaveCount(0)

    // What was there is not there when the next one is made.
    await page.getByRole('button', { name: text(`${words}.new`) }).click()
    await expect(field).toHaveValue('')
    await page.keyboard.press('Escape')
    if (!drops) return
    await row(`乙${mark}`).click()
    await page.getByRole('dialog').getByRole('button', { name: text('common.delete') }).click()
    const question = page.getByRole('dialog', { name: text(`${words}.drop`) })
    await question.getByRole('button', { name: text('common.delete') }).click()
    await expect(row(`乙${mark}`)).toHaveCount(0)
  })
}
