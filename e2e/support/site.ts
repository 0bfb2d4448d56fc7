import { createServer } from 'node:http'

/** What a site of somebody else's answers for a path: its HTML and, if it has one, its content policy. */
export interface SitePage {
  html: string
  policy?: string
}

export interface Site {
  origin: string
  stop(): Promise<void>
}

/** A site on an origin, and a host name, that are not the product's. */
export async function startSite(pages: Record<string, SitePage>): Promise<Site> {
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? '/', 'http://x').pathname]
    if (!page) return void response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...(page.policy ? { 'Content-Security-Policy': page.policy } : {}) })
    response.end(page.html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no address')
  return { origin: `http://localhost:${address.port}`, stop: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** The page of a shop with the tag in it. */
export function shop(base: string, channel: string, more = ''): string {
  return `<!doctype html><html lang="zh-CN"><head><title>店</title><script async src="${base}/widget.js" data-channel="${channel}"></script>${more}</head><body><h1>青禾家电</h1><p>静音破壁机</p></body></html>`
}

/** A call that waits in the page until the script is there. */
export const call = (...args: unknown[]): string => `<script>window.Zhike = window.Zhike || function () { (Zhike.q = Zhike.q || []).push(arguments) }; Zhike(...${JSON.stringify(args).replaceAll('<', '\\u003c')})</script>`
