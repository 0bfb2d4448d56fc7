import { defineConfig } from '@playwright/test'
import { chromium } from './support/browser.ts'

// Each worker reads this file, after the global setup: the installation it tests is its own.
process.env.ZHIKE_URL = process.env.ZHIKE_URLS?.split(',')[Number(process.env.TEST_PARALLEL_INDEX ?? 0)] ?? ''

export default defineConfig({
  testDir: 'tests',
  outputDir: 'results/traces',
  globalSetup: './support/global-setup.ts',
  // Small machines have two cores.
  workers: Number(process.env.E2E_WORKERS ?? 2),
  fullyParallel: false,
  forbidOnly: process.env.CI === 'true',
  // A test that passes at the second try is a test that lies at the first.
  retries: 0,
  // For the other worker takes its share of the machine.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    baseURL: process.env.ZHIKE_URL,
    launchOptions: chromium,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1440, height: 900 },
    // Recording every step takes a third of the whole run: `--trace retain-on-failure` for the one that fails.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
