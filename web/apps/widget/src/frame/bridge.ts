import type { FromFrame, Init, Kept, Setting, ToFrame } from '../protocol'
import type { Memory } from '../line'

/** The frame's end of the channel to the page: what the page decided, and what it keeps for us. */
export class Bridge implements Memory {
  setting: Setting
  onSet: (part: Partial<Setting>) => void = () => {}
  onKept: (name: Kept, value: string | null) => void = () => {}
  onLogout: () => void = () => {}

  constructor(
    readonly init: Init,
    private readonly port: MessagePort,
  ) {
    this.setting = init.setting
    port.onmessage = ({ data }: MessageEvent<ToFrame>) => this.hear(data)
  }

  get(name: Kept): string | null {
    return this.init.kept[name] ?? null
  }

  set(name: Kept, value: string | null): void {
    if (this.get(name) === value) return
    this.init.kept[name] = value
    this.say({ t: 'keep', name, value })
  }

  say(said: FromFrame): void {
    // A port has one other end and no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.port.postMessage(said)
  }

  private hear(said: ToFrame): void {
    if (said.t === 'set') {
      this.setting = { ...this.setting, ...said.part }
      this.onSet(said.part)
    } else if (said.t === 'kept') {
      this.init.kept[said.name] = said.value
      this.onKept(said.name, said.value)
    } else {
      this.init.kept = {}
      this.onLogout()
    }
  }
}

/** Says hello to the page. Its loader answers once, with all we need; whoever else speaks is not heard. */
export function meet(): Promise<Bridge> {
  return new Promise((resolve) => {
    const listen = ({ source, data, ports }: MessageEvent) => {
      const [port] = ports
      if (source !== window.parent || (data as Init | null)?.zhike !== 'init' || !port) return
      removeEventListener('message', listen)
      resolve(new Bridge(data as Init, port))
    }
    addEventListener('message', listen)
    // Nothing in it is secret; who may frame this page is settled by its headers.
    window.parent.postMessage('zhike:hello', '*')
  })
}
