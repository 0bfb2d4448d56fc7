// Takes the pictures of the user guide again: node scripts/docs-shots.mjs
// ZHIKE_BIN names the binary; without it that of the release, else the one tests are made with.
//
// Starts two installations in temporary folders, one empty and one with demo data, walks them in
// Chromium, and keeps what it saw as WebP under docs/images. The pictures show the hour they are taken at:
// take them in the working hours of Shanghai.
import { spawn, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { chromium } = createRequire(join(root, 'e2e/package.json'))('@playwright/test')
const binary = process.env.ZHIKE_BIN ?? [join(root, 'target/release/zhike'), join(root, 'target/debug/zhike')].find((path) => existsSync(path))
if (!binary) throw new Error('no zhike binary: make build, or name one with ZHIKE_BIN')
const images = join(root, 'docs/images')
const LARGEST = 150 * 1024
mkdirSync(images, { recursive: true })

const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address()
    probe.close(() => resolve(port))
  })
})

/** A running installation; `story` fills it first. */
async function start(story) {
  const data = mkdtempSync(join(tmpdir(), 'zhike-docs-'))
  if (story) execFileSync(binary, ['demo', '--data', data], { stdio: ['ignore', 'ignore', 'inherit'] })
  const url = `http://127.0.0.1:${await freePort()}`
  const child = spawn(binary, ['serve', '--data', data, '--listen', url.slice(7)], { stdio: 'ignore' })
  for (let tries = 0; tries < 200; tries++) {
    if (await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false)) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { url, stop: () => { child.kill(); rmSync(data, { recursive: true, force: true }) } }
}

const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
const browser = await chromium.launch({ executablePath })
const context = () => browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
const encoder = await browser.newPage()

/** What the page shows, as WebP below the limit: Chromium itself encodes it. */
async function keep(page, name) {
  await page.waitForLoadState('networkidle').catch(() => {})
  await page.waitForTimeout(700)
  const png = (await page.screenshot()).toString('base64')
  for (const quality of [0.86, 0.7, 0.5]) {
    const webp = await encoder.evaluate(async ([source, quality]) => {
      const image = new Image()
      image.src = `data:image/png;base64,${source}`
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = image.width
      canvas.height = image.height
      canvas.getContext('2d').drawImage(image, 0, 0)
      return canvas.toDataURL('image/webp', quality).split(',')[1]
    }, [png, quality])
    writeFileSync(join(images, `${name}.webp`), Buffer.from(webp, 'base64'))
    if (statSync(join(images, `${name}.webp`)).size <= LARGEST) break
  }
  console.log(`${name}.webp ${Math.round(statSync(join(images, `${name}.webp`)).size / 1024)} KB`)
}

async function firstRun() {
  const server = await start(false)
  const page = await (await context()).newPage()
  const next = async (heading) => {
    await page.getByRole('button', { name: '保存并继续' }).click()
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
  }
  await page.goto(server.url)
  await page.getByLabel('姓名').fill('林筱')
  await page.getByLabel('用户名').fill('linxiao')
  await keep(page, 'setup-administrator')
  await page.getByLabel('密码').fill('correct-horse-9-battery')
  await next('这是谁的客服中心')
  await page.getByLabel('组织名称').fill('澄屿生活电器')
  await next('什么时候有人在')
  await keep(page, 'setup-hours')
  await next('第一个队列')
  await keep(page, 'setup-queue')
  await next('放到网站上')
  await keep(page, 'setup-snippet')
  await next('发一条试试')
  const widget = page.frameLocator('iframe').getByRole('textbox')
  await widget.fill('你好，想问下空气净化器几天能到？')
  await widget.press('Enter')
  await page.getByRole('button', { name: '接入' }).click()
  const reply = page.getByLabel('回复').first()
  await reply.fill('您好，今天下单明天就能到。')
  await reply.press('Enter')
  await page.getByText('通了。').waitFor()
  await keep(page, 'setup-test')
  await page.context().close()
  server.stop()
}

async function signIn(page, server, login) {
  await page.context().clearCookies()
  await page.goto(`${server.url}/sign-in`)
  await page.getByLabel('用户名').fill(login)
  await page.getByLabel('密码').fill('zhike-demo')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => !url.pathname.includes('sign-in'))
}

async function walk(page, server, stops) {
  for (const [path, name] of stops) {
    await page.goto(server.url + path)
    await keep(page, name)
  }
}

/** The figures of the floor follow from the story's facts: waits until they have. */
async function figures(page, server) {
  let before
  for (let tries = 0; tries < 100; tries++) {
    const { total } = await page.request.get(`${server.url}/api/v1/desk`).then((answer) => answer.json())
    if (total.offered > 0 && total.offered === before) return
    before = total.offered
    await page.waitForTimeout(500)
  }
}

async function department() {
  const server = await start(true)
  const page = await (await context()).newPage()
  const ask = (path) => page.request.get(`${server.url}/api/v1${path}`).then((answer) => answer.json())
  await signIn(page, server, 'suhe')
  await figures(page, server)
  const { user } = await ask('/session')
  const { items } = await ask('/conversations?state=active&limit=50')
  const own = items.filter((one) => one.assignee_id === user.id).sort((one, other) => other.last_seq - one.last_seq)
  await page.goto(`${server.url}/conversations/${own[0].id}`)
  await keep(page, 'workspace')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('退款', { delay: 40 })
  await keep(page, 'search')
  await walk(page, server, [['/approvals', 'approvals']])
  await signIn(page, server, 'zhoumin')
  await page.goto(`${server.url}/tasks`)
  await page.getByText('全部', { exact: true }).click()
  await keep(page, 'tasks')
  await walk(page, server, [['/floor', 'floor'], ['/customers', 'customers'], ['/settings/queues', 'queues']])
  await signIn(page, server, 'linxiao')
  await walk(page, server, [['/settings/channels', 'channels'], ['/settings/users', 'accounts'], ['/settings/roles', 'roles'], ['/settings/audit', 'audit']])
  await page.context().close()
  server.stop()
}

await firstRun()
await department()
await browser.close()
