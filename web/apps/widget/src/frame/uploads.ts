import { newId } from '../line'

/** The server takes no larger file, in bytes. */
export const LARGEST = 20 * 1024 * 1024

/** A file on its way to the server. */
export interface Upload {
  id: string
  file: File
  /** What to show meanwhile, when it is an image. */
  preview: string | undefined
  /** From 0 to 1. */
  progress: number
  /** Why it did not arrive: `large`, `empty`, `network`, or what the server said. */
  failed?: string
}

/** As the server keeps it; its name is made fit to be shown. */
export interface StoredFile {
  id: string
  name: string
  mime: string
  size: number
}

/** The files on their way, one after the other as the line allows. */
export class Uploads {
  all: readonly Upload[] = []
  private readonly requests = new Map<string, XMLHttpRequest>()

  constructor(
    private readonly token: () => string | null,
    private readonly onChange: () => void,
    private readonly onDone: (file: StoredFile, upload: Upload) => void,
  ) {}

  add(files: readonly File[]): void {
    for (const file of files) {
      const preview = /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? URL.createObjectURL(file) : undefined
      const failed = file.size > LARGEST ? 'large' : file.size === 0 ? 'empty' : undefined
      const upload: Upload = { id: newId(), file, preview, progress: 0, ...(failed ? { failed } : {}) }
      this.all = [...this.all, upload]
      if (!failed) this.go(upload)
    }
    this.onChange()
  }

  retry(id: string): void {
    const upload = this.all.find((one) => one.id === id)
    if (!upload) return
    this.change(id, { progress: 0, failed: undefined })
    this.go(upload)
  }

  cancel(id: string): void {
    const gone = this.all.find((one) => one.id === id)
    this.all = this.all.filter((one) => one.id !== id)
    this.requests.get(id)?.abort()
    this.requests.delete(id)
    if (gone?.preview) URL.revokeObjectURL(gone.preview)
    this.onChange()
  }

  private go(upload: Upload): void {
    const request = new XMLHttpRequest()
    this.requests.set(upload.id, request)
    request.open('POST', '/widget/files')
    request.setRequestHeader('Authorization', `Bearer ${this.token() ?? ''}`)
    request.upload.onprogress = ({ loaded, total }) => this.change(upload.id, { progress: loaded / Math.max(total, 1) })
    request.onload = () => {
      if (request.status >= 400) return this.change(upload.id, { failed: problem(request) })
      const file = JSON.parse(request.responseText) as StoredFile
      this.cancel(upload.id)
      this.onDone(file, upload)
    }
    request.onerror = () => this.change(upload.id, { failed: 'network' })
    const form = new FormData()
    form.append('file', upload.file, upload.file.name || 'image.png')
    request.send(form)
  }

  private change(id: string, part: Partial<Upload>): void {
    this.all = this.all.map((one) => (one.id === id ? { ...one, ...part } : one))
    this.onChange()
  }
}

/** What the server has against the file: the code of the field it names, else of the answer. */
function problem(request: XMLHttpRequest): string {
  if (request.status >= 500) return 'network'
  if (request.status === 413) return 'large'
  try {
    const { code, fields } = JSON.parse(request.responseText) as { code?: string; fields?: { code: string }[] }
    return fields?.[0]?.code ?? code ?? 'refused'
  } catch {
    return 'refused'
  }
}

/** The address under which a file is shown here: fetched with the visitor's token, which stands in no address. */
const shown = new Map<string, Promise<string | undefined>>()

export function fetchFile(id: string, token: string | null, thumb: boolean): Promise<string | undefined> {
  const key = `${id}${thumb ? '?size=thumb' : ''}`
  const known = shown.get(key)
  if (known) return known
  const fetched = fetch(`/widget/files/${key}`, { headers: { Authorization: `Bearer ${token ?? ''}` } })
    .then(async (answer) => {
      if (!answer.ok) throw new Error(String(answer.status))
      const blob = await answer.blob()
      if (thumb && !/^image\/(png|jpeg|gif|webp)/.test(blob.type)) return undefined
      return URL.createObjectURL(blob)
    })
    .catch(() => {
      shown.delete(key)
      return undefined
    })
  shown.set(key, fetched)
  return fetched
}

/** The own picture shows at once: it need not be fetched. */
export function remember(id: string, file: File): void {
  if (/^image\/(png|jpeg|gif|webp)$/.test(file.type)) shown.set(`${id}?size=thumb`, Promise.resolve(URL.createObjectURL(file)))
}
