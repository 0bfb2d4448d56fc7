import { defineConfig } from '@playwright/test'
import { chromium } from './support/browser.ts'

export default defineConfig({
  testDir: 'tests',
  outputDir: 'results/traces',
  
  // One worker: the tests share one installation, and small machines have two cores.
  workers: Number(process.env.E2E_WORKERS ?? 1),
  fullyParallel: false,
  forbidOnly: process.env.CI === 'true',
  // A test that passes at the second try is a test that lies at the first.
  retries: 0,
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    // Set by the global setup, which runs before the workers that read this.
    baseURL: process.env.ZHIKE_URL ?? '',
    launchOptions: chromium,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
})
