import type { FullConfig } from '@playwright/test'
import { startServer } from './server.ts'

/** For each worker one installation, for all its tests that do not ask for a fresh one; ended after the last of them. */
export default async function setup({ workers }: FullConfig): Promise<() => Promise<void>> {
  const servers = await Promise.all(Array.from({ length: workers }, (_, at) => startServer(`shared-${at}`)))
  process.env.ZHIKE_URLS = servers.map(({ url }) => url).join()
  return async () => {
    await Promise.all(servers.map((server) => server.stop()))
  }
}
