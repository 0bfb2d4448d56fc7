import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A language model for tests: it speaks the protocol, and says what it is told to. */
export class LanguageModel {
  url = ''
  /** What it says next. */
  answer: unknown = { article: null, sure: false, answer: '' }
  /** What it was asked, as it came. */
  readonly asked: string[] = []
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, answer) => {
      let body = ''
      request.on('data', (part) => (body += part))
      request.on('end', () => {
        this.asked.push(body)
        const content = JSON.stringify(this.answer)
        answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] }))
      })
    })
  }

  static async start(): Promise<LanguageModel> {
    const model = new LanguageModel()
    await new Promise<void>((resolve) => model.#server.listen(0, '127.0.0.1', resolve))
    model.url = `http://127.0.0.1:${(model.#server.address() as AddressInfo).port}/v1`
    return model
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
