import { startServer } from './server.ts'

/** One installation for all tests that do not ask for a fresh one; ended after the last of them. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startServer('shared')
  process.env.ZHIKE_URL = server.url
  return () => server.stop()
}
