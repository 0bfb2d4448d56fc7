import { writeFileSync } from 'node:fs'
import { textsFor } from '../../web/apps/widget/src/texts.ts'
import { Agent, Visitor } from '../support/people.ts'
import { HOSTILE } from '../support/samples.ts'
import { expect, test } from '../support/test.ts'

const said = textsFor(['zh-CN']).texts

/** The head of a picture that says it is this large; its pixels would be made of nothing. */
function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(24)
  head.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  return Buffer.concat([head, Buffer.from('\x08\x06\0\0\0pixels', 'latin1')])
}

test('what is meant to harm arrives as text, or not at all, and the talk goes on', async ({ fresh, someone }, info) => {
  test.setTimeout(90_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say(HOSTILE)
  await agent.accept()
  const turned = `甲\u202e乙丙\u2066`
  for (const words of ['javascript:alert(1) data:text/html,<script>__ran=1</script> vbscript:x', turned, '[点我](javascript:alert(1)) https://好.example@evil.example/']) await visitor.say(words)
  await visitor.delivered()
  await expect(visitor.messages).toHaveCount(4)
  await expect(agent.messages).toHaveCount(4)
  for (const side of [visitor.frame.getByRole('log'), agent.log]) {
    expect(await side.locator('a').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol).filter((scheme) => !/^https?:$/.test(scheme)))).toEqual([])
  }
  // More invisible marks than any language needs are refused, and said to be.
  await visitor.say(`字${'\u200b'.repeat(1_500)}`)
  await expect(visitor.frame.getByText(said.refused)).toBeVisible()

  const files: [string, Buffer, string][] = [
    ['图.svg', Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>__ran=1</script></svg>"), said.upload_refused],
    ['又是网页又是图.gif', Buffer.from('GIF89a\x01\0\x01\0/*<script>__ran=1</script>*/', 'latin1'), said.upload_refused],
    ['巨图.png', png(30_000, 30_000), said.upload_pixels],
    ['四十兆.zip', Buffer.alloc(40 * 1024 * 1024, 7), said.upload_large],
  ]
  for (const [name, bytes, refusal] of files) {
    const path = info.outputPath(name)
    writeFileSync(path, bytes)
    await visitor.frame.locator('input[type=file]').setInputFiles(path)
    await expect(visitor.frame.getByText(refusal).last(), name).toBeVisible()
    await visitor.frame.locator('.upload').getByRole('button', { name: said.cancel }).last().click()
    await expect(visitor.frame.locator('.upload'), name).toHaveCount(0)
  }
  await agent.reply('收到')
  await expect(visitor.messages.filter({ hasText: '收到' })).toHaveCount(1)
  for (const page of [visitor.page, agent.page]) for (const frame of page.frames()) expect(await frame.evaluate(() => '__ran' in window)).toBe(false)
})
